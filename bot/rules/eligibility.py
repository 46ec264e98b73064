"""May this line come back: how many units, until when, for which reasons, and if not, why. Asks nobody.

The first rule of the shop's policy that fits a line decides; what it does not say is as in general.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.i18n import N_
from bot.rules.approval import Approval
from bot.rules.choice import Problem
from bot.rules.objections import NOT_REFUNDABLE
from bot.rules.order import OrderLine, OrderSnapshot
from bot.rules.policy import is_late, window_end
from store.money import Money
from store.terms import FAULT_REASONS, Reason, Wish


class Refusal(StrEnum):
    """Why a line cannot be asked for."""

    GIFT_CARD = "gift_card"
    NOT_PAID = "not_paid"
    RULE = "rule"
    ALL_BACK = "all_back"
    TOO_LATE = "too_late"


SENTENCES: Mapping[Refusal, str] = {
    Refusal.GIFT_CARD: N_("Gift cards cannot be returned."),
    Refusal.NOT_PAID: N_("This order is not paid, so nothing of it can be returned."),
    Refusal.RULE: N_("This item cannot be returned."),
    Refusal.ALL_BACK: N_("This was returned already, or its return is under way."),
    Refusal.TOO_LATE: N_("This could be returned until {date}."),
}


@dataclass(frozen=True)
class Window:
    """Days to ask in, counted from delivery, else completion, else the order; None has no end."""

    days: int | None


@dataclass(frozen=True)
class Traits:
    """What the catalogue says of an article: slugs, and the gross price of one unit without a sale."""

    categories: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    regular: Money | None = None


@dataclass(frozen=True)
class Rule:
    """What holds for the articles it fits: every condition that is given, and one of each list.

    ``products`` are SKUs, or ids of the shop as text; ``discount_from`` is the per cent a line was at least
    paid below its regular price, coupons included. None as ``window``, ``reasons`` or ``wishes`` means: as in
    general. ``because`` is the shop's own sentence by language, "" where it has only one.
    """

    name: str = ""
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    on_sale: bool | None = None
    discount_from: int | None = None
    returnable: bool = True
    window: Window | None = None
    reasons: tuple[Reason, ...] | None = None
    wishes: tuple[Wish, ...] | None = None
    photo: bool = False
    label_free: bool = False
    because: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks_catalogue(self) -> bool:
        """Whether the order alone does not tell if this rule fits."""
        return bool(self.categories or self.tags) or self.asks_prices

    @property
    def asks_prices(self) -> bool:
        """Whether the price without a sale has to be known."""
        return self.on_sale is not None or self.discount_from is not None


@dataclass(frozen=True)
class ReasonRule:
    """What one reason asks for or grants, whatever the article."""

    photo: bool = False
    label_free: bool = False
    window: Window | None = None


@dataclass(frozen=True)
class ReturnPolicy:
    """Everything the shop says about returns. ``general`` holds where no rule does, and says it all."""

    general: Rule
    rules: tuple[Rule, ...] = ()
    reasons: Mapping[Reason, ReasonRule] = field(default_factory=dict)
    approval: Approval = field(default_factory=Approval)

    @property
    def asks_catalogue(self) -> bool:
        """Whether articles have to be looked up before a line can be judged."""
        return any(rule.asks_catalogue for rule in self.rules)

    @property
    def asks_prices(self) -> bool:
        """Whether their prices have to be looked up, too."""
        return any(rule.asks_prices for rule in self.rules)


@dataclass(frozen=True)
class Calendar:
    """When it is asked, where the shop is, and an extension somebody granted for the order."""

    now: datetime
    timezone: str = "UTC"
    holidays: Collection[date] = ()
    extension: date | None = None


@dataclass(frozen=True)
class ReasonTerms:
    """A reason a line may come back for today, until when, and what belongs to it."""

    reason: Reason
    until: date | None
    photo: bool
    label_free: bool


@dataclass(frozen=True)
class Verdict:
    """What may be asked for of one line: ``units`` of it for ``reasons``, none of both where it is refused.

    ``until`` is the last day for any reason. ``rule`` is the name of the rule that fitted, "" in general.
    """

    line_id: int
    units: int
    reasons: tuple[ReasonTerms, ...] = ()
    wishes: tuple[Wish, ...] = ()
    until: date | None = None
    rule: str = ""
    refusal: Refusal | None = None
    because: Mapping[str, str] = field(default_factory=dict)

    @property
    def why(self) -> Problem | None:
        """The sentence a customer reads where nothing may be asked for; the shop's own goes before it."""
        if self.refusal is None:
            return None
        values = {"date": self.until} if self.refusal is Refusal.TOO_LATE else {}
        return Problem(SENTENCES[self.refusal], values)

    def terms(self, reason: Reason) -> ReasonTerms | None:
        """What holds for ``reason``; None where it cannot be given."""
        return next((terms for terms in self.reasons if terms.reason is reason), None)


def judge(
    order: OrderSnapshot,
    line: OrderLine,
    *,
    policy: ReturnPolicy,
    traits: Traits,
    units: int,
    calendar: Calendar,
) -> Verdict:
    """What may be asked for of ``line``, of which ``units`` are neither back nor asked for already."""
    rule = rule_for(line, policy, traits)
    ends = {reason: _end(order, policy, rule, reason, calendar) for reason in _reasons(policy, rule)}
    until = _latest(ends.values())
    refusal = _refusal(order, line, rule, units, is_late(calendar.now, until, timezone=calendar.timezone))
    if refusal is not None:
        return Verdict(line.line_id, 0, until=until, rule=rule.name, refusal=refusal, because=rule.because)
    reasons = tuple(
        _terms(policy, rule, reason, end)
        for reason, end in ends.items()
        if not is_late(calendar.now, end, timezone=calendar.timezone)
    )
    return Verdict(line.line_id, units, reasons, _wishes(policy, rule), until, rule.name)


def last_day(
    order: OrderSnapshot,
    line: OrderLine,
    reason: Reason,
    *,
    policy: ReturnPolicy,
    traits: Traits,
    calendar: Calendar,
) -> date | None:
    """The last day to ask for ``line`` for ``reason``, whether or not it may come back; None: no end."""
    return _end(order, policy, rule_for(line, policy, traits), reason, calendar)


def rule_for(line: OrderLine, policy: ReturnPolicy, traits: Traits) -> Rule:
    """The first rule that fits, else what holds in general."""
    return next((rule for rule in policy.rules if fits(rule, line, traits)), policy.general)


def fits(rule: Rule, line: OrderLine, traits: Traits) -> bool:
    """Whether every condition of the rule holds for the line."""
    names = {str(line.product_id), str(line.variation_id), line.sku.casefold()} - {"", "0"}
    listed = (
        (rule.products, names),
        (rule.categories, traits.categories),
        (rule.tags, traits.tags),
    )
    if any(wanted and not wanted & found for wanted, found in listed):
        return False
    if rule.on_sale is not None and rule.on_sale is not was_on_sale(line, traits):
        return False
    return rule.discount_from is None or is_discounted(line, traits, rule.discount_from)


def was_on_sale(line: OrderLine, traits: Traits) -> bool:
    """Whether it was bought for less than it regularly costs today, before any coupon.

    The order keeps what was asked for it, not what it would have cost (recording order_get_coupon).
    """
    if line.list_price is None or traits.regular is None:
        return False
    return line.list_price.currency == traits.regular.currency and line.list_price < traits.regular


def is_discounted(line: OrderLine, traits: Traits, percent: int) -> bool:
    """Whether it was paid at least ``percent`` below its regular price, by a sale, a coupon, or both."""
    known = [price.minor for price in (line.list_price, traits.regular) if price is not None]
    regular = max(known, default=0) * line.quantity
    return regular > 0 and (regular - line.gross.minor) * 100 >= percent * regular


def _refusal(order: OrderSnapshot, line: OrderLine, rule: Rule, units: int, late: bool) -> Refusal | None:
    against = {
        Refusal.GIFT_CARD: line.gift_card,
        Refusal.NOT_PAID: order.status in NOT_REFUNDABLE,
        Refusal.RULE: not rule.returnable,
        Refusal.ALL_BACK: units < 1,
        Refusal.TOO_LATE: late,
    }
    return next((refusal for refusal, holds in against.items() if holds), None)


def _reasons(policy: ReturnPolicy, rule: Rule) -> tuple[Reason, ...]:
    named = policy.general.reasons if rule.reasons is None else rule.reasons
    return tuple(Reason) if named is None else named


def _wishes(policy: ReturnPolicy, rule: Rule) -> tuple[Wish, ...]:
    named = policy.general.wishes if rule.wishes is None else rule.wishes
    return tuple(Wish) if named is None else named


def _end(
    order: OrderSnapshot, policy: ReturnPolicy, rule: Rule, reason: Reason, calendar: Calendar
) -> date | None:
    """The last day for ``reason``: its own window if it has one, else the rule's, else the general one."""
    own = policy.reasons.get(reason, ReasonRule()).window
    window = own or rule.window or policy.general.window or Window(None)
    end = window_end(order, days=window.days, timezone=calendar.timezone, holidays=calendar.holidays)
    if end is None or calendar.extension is None:
        return end
    return max(end, calendar.extension)


def _terms(policy: ReturnPolicy, rule: Rule, reason: Reason, end: date | None) -> ReasonTerms:
    own = policy.reasons.get(reason, ReasonRule())
    free = reason in FAULT_REASONS or own.label_free or rule.label_free
    return ReasonTerms(reason, end, photo=own.photo or rule.photo, label_free=free)


def _latest(ends: Iterable[date | None]) -> date | None:
    known = list(ends)
    return None if None in known else max((end for end in known if end), default=None)

"""Who agrees to a return, a person or the policy at once, and which rule said so. Asks nobody."""

from dataclasses import dataclass

from store.money import Money
from store.terms import Reason, Wish

AUTOMATIC, BY_A_PERSON = "automatic", "by_a_person"
LONGEST_NAME = 60  # characters of a rule's name, so that what is kept of it fits


@dataclass(frozen=True)
class Request:
    """What is decided on. ``value`` is what the units are worth.

    ``returns`` are those of the customer in the 90 days before, ``orders`` everything they ever bought.
    """

    value: Money
    reasons: frozenset[Reason]
    wish: Wish
    returns: int = 0
    orders: int = 0


@dataclass(frozen=True)
class Exemption:
    """Returns that are decided the other way: where every condition that is given holds.

    Amounts are decimals as text, in the currency of the order. ``returns_from`` counts the customer's returns
    of the last 90 days, the one asked for included.
    """

    name: str
    reasons: frozenset[Reason] = frozenset()
    wishes: frozenset[Wish] = frozenset()
    value_above: str = ""
    value_up_to: str = ""
    returns_from: int | None = None
    returns_up_to: int | None = None
    orders_from: int | None = None
    orders_up_to: int | None = None


@dataclass(frozen=True)
class Approval:
    """How returns are agreed to in general, and the exemptions from that; the first that fits wins."""

    automatic: bool = False
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True)
class Decision:
    """Whether the return is agreed to at once, and the name of the exemption that said so, if one did."""

    automatic: bool
    rule: str = ""

    @property
    def kept(self) -> str:
        """What the return keeps of it; nothing where a person decides as always."""
        who = AUTOMATIC if self.automatic else BY_A_PERSON
        return f"{who}:{self.rule}" if self.automatic or self.rule else ""


def decide(approval: Approval, request: Request) -> Decision:
    """Who agrees to the return that is asked for."""
    for one in approval.exemptions:
        if _fits(one, request, every_reason=not approval.automatic):
            return Decision(not approval.automatic, one.name)
    return Decision(approval.automatic)


def read_decision(kept: str) -> Decision | None:
    """What ``Decision.kept`` said; None where a person decides as always."""
    who, _, rule = kept.partition(":")
    return Decision(who == AUTOMATIC, rule) if kept else None


def _fits(one: Exemption, request: Request, *, every_reason: bool) -> bool:
    """Whether every condition holds. One bad reason is enough to ask a person, one good one not to agree."""
    currency = request.value.currency
    reasons = request.reasons <= one.reasons if every_reason else bool(request.reasons & one.reasons)
    return all(
        (
            not one.reasons or reasons,
            not one.wishes or request.wish in one.wishes,
            not one.value_above or request.value > Money.of(one.value_above, currency),
            not one.value_up_to or request.value <= Money.of(one.value_up_to, currency),
            one.returns_from is None or request.returns + 1 >= one.returns_from,
            one.returns_up_to is None or request.returns + 1 <= one.returns_up_to,
            one.orders_from is None or request.orders >= one.orders_from,
            one.orders_up_to is None or request.orders <= one.orders_up_to,
        )
    )

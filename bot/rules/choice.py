"""What the operator ticked, and what it amounts to. Shapes only: the arithmetic is in ``refund``."""

from dataclasses import dataclass, field
from typing import Any

from bot.rules.order import TaxShare
from store.money import Money, total
from store.terms import Condition, Method, Reason


@dataclass(frozen=True)
class ChosenUnits:
    """``quantity`` units of one order line that arrived in ``condition``."""

    line_id: int
    quantity: int
    condition: Condition = Condition.GOOD


@dataclass(frozen=True)
class RefundChoice:
    """Everything the operator decides in the refund box.

    ``custom_amount`` replaces the computed amount. ``goodwill`` allows it above the chosen lines.
    ``charge_anyway`` is the written reason for charging fees although the reason of the return waives them.
    """

    units: tuple[ChosenUnits, ...]
    method: Method = Method.GATEWAY_REFUND
    deduct_label: bool = False
    charge_fee: bool = False
    refund_shipping: bool = False
    restock: bool = False
    custom_amount: Money | None = None
    goodwill: bool = False
    charge_anyway: str = ""
    reference: str = ""


@dataclass(frozen=True)
class RefundPolicy:
    """The shop's settings that decide amounts. Percentages are whole hundredths.

    ``keep_it`` lets money back before goods have arrived (rule S2); ``credit_limit`` is how much store credit
    one customer may have been given before a flag says so.
    """

    label_cost: Money
    restocking_fee_percent: int = 0
    credit_bonus_percent: int = 0
    credit_bonus_cap: Money | None = None
    gift_card: bool = False  # store credit is a gift card of the shop, not a coupon
    standard_shipping: Money | None = None
    goodwill_limit: Money | None = None
    keep_it: bool = False
    credit_limit: Money | None = None


@dataclass(frozen=True)
class Settlement:
    """What one resolution of ours settled on an order, whether or not the shop shows its row yet.

    ``gross`` per line counts what was refunded, credited or deliberately kept. ``refund_id`` is the
    shop's row that belongs to it, so that nothing is counted twice; None while there is none.
    ``awaits_row`` means that it was paid without the shop, whose own row for it will not name it.
    """

    reference: str
    lines: tuple["SettledLine", ...]
    amount: Money
    refund_id: int | None = None
    awaits_row: bool = False


@dataclass(frozen=True)
class SettledLine:
    """Units and money of one order line that are settled and will not be paid again."""

    line_id: int
    quantity: int
    gross: Money
    taxes: tuple[TaxShare, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Why a choice cannot be carried out: a msgid of the catalogue, its values, the field it is about.

    A ``warning`` is said but does not forbid.
    """

    message: str
    values: dict[str, Any] = field(default_factory=dict)
    field: str = ""
    warning: bool = False


@dataclass(frozen=True)
class QuoteLine:
    """One line of the shop's refund request: units, and money by rate. ``net`` may be negative for a fee."""

    line_id: int
    quantity: int
    net: Money
    taxes: tuple[TaxShare, ...] = ()

    @property
    def gross(self) -> Money:
        """Net and taxes together."""
        return total((share.amount for share in self.taxes), self.net.currency) + self.net


@dataclass(frozen=True)
class RestockLine:
    """Units of one line that go back on the shelf; ``before`` None where the shop counts no stock."""

    line_id: int
    sku: str
    name: str
    quantity: int
    before: int | None = None

    @property
    def after(self) -> int | None:
        """The shop's counter once the units are back."""
        return None if self.before is None else self.before + self.quantity


@dataclass(frozen=True)
class RefundQuote:
    """What a choice amounts to, to the minor unit. The same value is shown and sent.

    ``amount`` is what the customer gets as money (or books as credit), ``credit`` what the coupon is
    worth including ``bonus``. ``lines`` sum to ``amount`` exactly; without an amount there are none.
    ``settled`` is what this choice uses up, ``most`` the largest custom amount it allows. Always
    ``amount = items + shipping - fee - label + uncovered + adjustment``.
    """

    method: Method
    items: Money
    shipping: Money
    fee: Money
    label: Money
    adjustment: Money
    amount: Money
    tax: Money
    kept: Money
    uncovered: Money
    bonus: Money
    credit: Money
    remaining_before: Money
    remaining_after: Money
    most: Money
    lines: tuple[QuoteLine, ...]
    settled: tuple[SettledLine, ...]
    restock: tuple[RestockLine, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def blockers(self) -> tuple[Problem, ...]:
        """The problems that forbid carrying the choice out."""
        return tuple(problem for problem in self.problems if not problem.warning)


@dataclass(frozen=True)
class AskedUnits:
    """What the customer announced for one line, with the reason."""

    line_id: int
    quantity: int
    reason: Reason

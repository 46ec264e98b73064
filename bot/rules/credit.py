"""What is left of a store credit: decided, used, given back. Pure arithmetic; it asks nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from store.money import Money

# An order in one of these has not taken anything, or has given it all back.
NOT_USING = frozenset({"cancelled", "failed", "trash", "gone", "checkout-draft", "auto-draft"})
REFUNDED = "refunded"


@dataclass(frozen=True)
class LineShare:
    """One line of an order that credit helped to pay: how much, of how many units, of what price paid.

    ``discount`` is what all coupons together took off it, ``gross`` what was paid on top; minor units.
    """

    line_id: int
    discount: int
    quantity: int
    gross: int


@dataclass(frozen=True)
class Use:
    """What an order took of a credit and what of that went back, in minor units."""

    status: str
    amount: int
    returned: int = 0

    @property
    def counts(self) -> bool:
        """Whether the order holds on to what it took."""
        return self.status not in NOT_USING

    @property
    def held(self) -> int:
        """What the order holds on to."""
        return max(0, self.amount - self.returned) if self.counts else 0


@dataclass(frozen=True)
class Balance:
    """``left`` of what was decided, and ``over``: what orders took beyond it. Minor units."""

    left: int
    over: int


def balance(decided: int, uses: Iterable[Use]) -> Balance:
    """What is left once every order holds what it took."""
    rest = decided - sum(use.held for use in uses)
    return Balance(max(0, rest), max(0, -rest))


def returned_share(
    amount: int,
    lines: Sequence[LineShare],
    units: Mapping[int, int],
    refunded: Mapping[int, int],
    status: str = "",
) -> int:
    """What goes back to the credit: its share of the goods that were refunded (rule R4), without a bonus.

    ``units`` of each line are given back whole; a line of which only money was refunded counts by its part.
    Never rounded up, so that many small refunds cannot give back more than was taken.
    """
    if status == REFUNDED:
        return amount
    weight = sum(line.discount for line in lines)
    if not weight:
        return 0
    back = sum((_part(line, units, refunded) * line.discount for line in lines), Fraction(0))
    return min(amount, amount * back // weight)


def _part(line: LineShare, units: Mapping[int, int], refunded: Mapping[int, int]) -> Fraction:
    """How much of a line was given back, from 0 to 1."""
    by_units = Fraction(units.get(line.line_id, 0), line.quantity) if line.quantity > 0 else Fraction(0)
    by_money = Fraction(refunded.get(line.line_id, 0), line.gross) if line.gross > 0 else Fraction(0)
    return min(Fraction(1), max(by_units, by_money))


def next_limit(times_used: int, *, open_for_use: bool) -> int:
    """How often the shop may let the coupon be used in all, after ``times_used`` were counted.

    One more and no further: from the moment an order uses it, the shop itself refuses the next one until the
    desk has lowered the amount. A limit of 0 would mean "no limit" to WooCommerce.
    """
    return times_used + 1 if open_for_use else max(1, times_used)


@dataclass(frozen=True)
class CreditView:
    """A credit as people see it. ``revoked`` is wanted back, ``gone`` taken back, ``over`` of no more use."""

    reference: str
    decided: Money
    left: Money
    used: bool
    revoked: bool
    gone: bool
    over: bool

    @property
    def may_revoke(self) -> bool:
        """Only what nobody has used can be taken back (rule R5)."""
        return not (self.used or self.revoked or self.over)

    @property
    def may_resend(self) -> bool:
        """Whether its code is still worth something."""
        return bool(self.left) and not (self.revoked or self.over)

"""Which row of the shop and which refund of the bank are one and the same money. Pairs; judges nothing.

A row is ours by its id or by the reference that opens its reason; so is a refund of the bank, into which the
shop's plugin copies that reason. What names nobody is paired by amount, the nearest in time first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.choice import Settlement
from bot.rules.order import OrderSnapshot, ShopRefund
from store.money import Money, total
from store.terms import Method, ResolutionStatus

TWIN = timedelta(hours=1)  # a plugin books a refund a second time within minutes, or not at all


@dataclass(frozen=True)
class BankRefund:
    """A refund as the bank shows it; ``counts`` while its money is with the customer or on its way there."""

    refund_id: str
    amount: Money
    reason: str
    counts: bool
    created_at: datetime


@dataclass(frozen=True)
class OurRefund:
    """What one resolution of ours says, and by what its traces are known.

    ``waits`` for a person to look; ``bounced`` once the bank gave the money back; ``elsewhere`` when it was
    then paid another way. ``day`` is the shop's day on which it was settled.
    """

    resolution_id: int
    return_id: int
    reference: str
    method: Method
    status: ResolutionStatus
    amount: Money
    settlement: Settlement | None = None
    refund_id: int | None = None
    bank_id: str = ""
    settled_at: datetime | None = None
    day: date | None = None
    waits: bool = False
    bounced: bool = False
    elsewhere: bool = False
    restock: tuple[tuple[int, int], ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether we say that it happened."""
        return self.status is ResolutionStatus.DONE and bool(self.amount)

    @property
    def moves_money(self) -> bool:
        """Whether the bank should show it."""
        return self.method is Method.GATEWAY_REFUND and not (self.elsewhere or self.bounced)


@dataclass(frozen=True)
class Ours:
    """A resolution of ours with the rows and the bank's refunds that are its traces."""

    refund: OurRefund
    rows: tuple[ShopRefund, ...]
    bank: tuple[BankRefund, ...]

    @property
    def shown(self) -> Money:
        """What the shop's rows say."""
        return total((row.amount for row in self.rows), self.refund.amount.currency)

    @property
    def paid(self) -> Money:
        """What the bank's refunds say."""
        counting = (refund.amount for refund in self.bank if refund.counts)
        return total(counting, self.refund.amount.currency)


@dataclass(frozen=True)
class Stranger:
    """A row of the shop that somebody else made, and the bank's refund it stands for, if any."""

    row: ShopRefund
    bank: BankRefund | None = None

    @property
    def through(self) -> bool:
        """Whether this money went through the bank, as far as the shop knows."""
        return self.row.paid_back or self.bank is not None


@dataclass(frozen=True)
class Matching:
    """All rows of an order and all refunds of its payment, told apart."""

    ours: tuple[Ours, ...]
    strangers: tuple[Stranger, ...]
    phantoms: tuple[ShopRefund, ...]
    loose: tuple[BankRefund, ...]


def match(order: OrderSnapshot, ours: Sequence[OurRefund], bank: Sequence[BankRefund] | None) -> Matching:
    """Pair everything. ``bank`` None: it could not be asked, so nothing can be said of twins."""
    left = list(bank or ())
    traced = [_traced(order, one, left) for one in ours]
    traced = [_adopting(order, one, traced) for one in traced]
    left = [refund for refund in left if refund.counts and not any(refund in one.bank for one in traced)]
    traced = [_paired(one, left) for one in traced]
    taken = {row.refund_id for one in traced for row in one.rows}
    rows = [row for row in order.refunds if row.refund_id not in taken and row.amount]
    rows.sort(key=lambda row: not row.paid_back)
    strangers = [Stranger(row, _take(left, row.amount, row.created_at)) for row in rows]
    twins = [one for one in strangers if bank is not None and _is_twin(one, traced)]
    return Matching(
        ours=tuple(traced),
        strangers=tuple(one for one in strangers if one not in twins),
        phantoms=tuple(one.row for one in twins),
        loose=tuple(left),
    )


def _traced(order: OrderSnapshot, one: OurRefund, bank: Iterable[BankRefund]) -> Ours:
    rows = (row for row in order.refunds if _names(row.reason, one) or row.refund_id == one.refund_id)
    paid = (refund for refund in bank if _names(refund.reason, one) or refund.refund_id == one.bank_id)
    return Ours(one, tuple(rows), tuple(paid))


def _adopting(order: OrderSnapshot, one: Ours, all_ours: Iterable[Ours]) -> Ours:
    """The plugin's own row for money that was paid without the shop: bare, and known by its amount."""
    if one.rows or one.refund.settlement is None or not one.refund.settlement.awaits_row:
        return one
    taken = {row.refund_id for other in all_ours for row in other.rows}
    bare = (row for row in order.refunds if row.refund_id not in taken and is_bare(row))
    row = next((row for row in bare if row.amount == one.refund.amount), None)
    return Ours(one.refund, (row,), one.bank) if row else one


def _paired(one: Ours, left: list[BankRefund]) -> Ours:
    """A refund of the bank that names nobody, for rows of ours that must have one."""
    if one.bank or not one.rows or not one.refund.moves_money:
        return one
    found = _take(left, one.rows[0].amount, one.rows[0].created_at)
    return Ours(one.refund, one.rows, (found,)) if found else one


def _is_twin(stranger: Stranger, ours: Iterable[Ours]) -> bool:
    """Whether a row repeats a refund of ours: the plugin heard of it from the bank before it was told."""
    row = stranger.row
    if stranger.through or not is_bare(row):
        return False
    return any(
        one.refund.moves_money
        and one.bank
        and row.amount == mine.amount
        and abs(row.created_at - mine.created_at) < TWIN
        for one in ours
        for mine in one.rows
    )


def _take(left: list[BankRefund], amount: Money, at: datetime) -> BankRefund | None:
    fitting = sorted(
        (refund for refund in left if refund.amount == amount), key=lambda one: abs(one.created_at - at)
    )
    if not fitting:
        return None
    left.remove(fitting[0])
    return fitting[0]


def _names(reason: str, one: OurRefund) -> bool:
    return reason.split(" ", maxsplit=1)[0] == one.reference


def is_bare(row: ShopRefund) -> bool:
    """Whether a row names no lines and says nothing of money that went back: a plugin books like that."""
    return not row.lines and not row.paid_back

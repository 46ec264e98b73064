"""What of an order is settled and what is still due, unit by unit. Counts; decides nothing.

Rounding is cumulative (rule M3): after k of q units a line has paid round(gross * k / q) in all, so that
units returned in whatever portions add up to what was paid. Inside, amounts are whole minor units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.rules.choice import SettledLine, Settlement
from bot.rules.order import LineKind, OrderLine, OrderSnapshot, RefundedLine, ShopRefund, TaxShare
from store.money import Money, spread


@dataclass(frozen=True)
class Part:
    """Money of one order line in minor units: net, and tax by rate. A discount given as a fee is negative."""

    line_id: int
    net: int
    taxes: Mapping[int, int] = field(default_factory=dict)

    @property
    def gross(self) -> int:
        """Net and taxes together."""
        return self.net + sum(self.taxes.values())


@dataclass(frozen=True)
class LineAccount:
    """What is settled of one line: refunded, credited or deliberately kept, by us or by anybody else."""

    quantity: int
    gross: int
    taxes: Mapping[int, int]


def outside_refunds(order: OrderSnapshot, settlements: Iterable[Settlement]) -> tuple[ShopRefund, ...]:
    """The shop's refund rows that no settlement of ours stands for."""
    ours = set(_rows(order, tuple(settlements)).values())
    return tuple(refund for refund in order.refunds if refund.refund_id not in ours)


def order_remaining(order: OrderSnapshot, settlements: Sequence[Settlement]) -> Money:
    """What the order can still give back: the shop's word, less what of ours it does not show yet."""
    shown = {reference for reference, _ in _rows(order, settlements)}
    unseen = (one.amount.minor for one in settlements if one.reference not in shown)
    return Money(max(0, order.remaining.minor - sum(unseen)), order.currency)


def _rows(order: OrderSnapshot, settlements: Sequence[Settlement]) -> Mapping[tuple[str, int], int]:
    """Rows of the shop that stand for settlements of ours, each by its reference and a number.

    A row is known by its id or by the reference that opens its reason. One that the shop's plugin made for
    money we paid without the shop is known by its amount alone: it has no lines and pays nothing back.
    """
    known = {one.refund_id: one.reference for one in settlements if one.refund_id is not None}
    named = {one.reference for one in settlements}
    rows: dict[tuple[str, int], int] = {}
    for refund in order.refunds:
        first = refund.reason.split(" ")[0]
        reference = known.get(refund.refund_id) or (first if first in named else "")
        if reference:
            rows[reference, refund.refund_id] = refund.refund_id
    for one in (one for one in settlements if one.awaits_row and not _has_row(rows, one)):
        bare = (row for row in order.refunds if row.refund_id not in rows.values() and _is_bare(row))
        adopted = next((row for row in bare if row.amount == one.amount), None)
        if adopted is not None:
            rows[one.reference, adopted.refund_id] = adopted.refund_id
    return rows


def _has_row(rows: Mapping[tuple[str, int], int], settlement: Settlement) -> bool:
    return any(reference == settlement.reference for reference, _ in rows)


def _is_bare(refund: ShopRefund) -> bool:
    return not refund.lines and not refund.paid_back


def account(order: OrderSnapshot, settlements: Sequence[Settlement], line: OrderLine) -> LineAccount:
    """What is settled of ``line``. An outside refund counts as its units' share or its amount, if more."""
    ours = [one for settlement in settlements for one in settlement.lines if one.line_id == line.line_id]
    outside = [
        one
        for refund in outside_refunds(order, settlements)
        for one in refund.lines
        if one.line_id == line.line_id
    ]
    rates = {share.rate_id for share in line.taxes}
    return LineAccount(
        quantity=sum(one.quantity for one in ours) + sum(one.quantity for one in outside),
        gross=sum(one.gross.minor for one in ours) + sum(_at_least_units(line, one) for one in outside),
        taxes={rate: _settled_tax(line, rate, ours, outside) for rate in rates},
    )


def settled_units(order: OrderSnapshot, settlements: Sequence[Settlement], line_id: int) -> int:
    """Units of a line that are settled, whoever did it; 0 for a line the order does not have."""
    line = order.line(line_id)
    return account(order, settlements, line).quantity if line else 0


def remaining_units(order: OrderSnapshot, settlements: Sequence[Settlement], line_id: int) -> int:
    """Units of a line that can still be paid back (rule G1): bought, less settled, never below zero."""
    line = order.line(line_id)
    return max(0, line.quantity - settled_units(order, settlements, line_id)) if line else 0


def due_for(order: OrderSnapshot, settlements: Sequence[Settlement], line_id: int, quantity: int) -> Money:
    """What ``quantity`` more units are worth today: what was paid, less what is settled (rules M3, M8)."""
    line = order.line(line_id)
    if line is None or line.kind is not LineKind.PRODUCT:
        return Money.zero(order.currency)
    parts = due_parts(order, settlements, line, quantity, discounts_left(order, settlements))
    return Money(sum(part.gross for part in parts), order.currency)


def due_parts(
    order: OrderSnapshot,
    settlements: Sequence[Settlement],
    line: OrderLine,
    quantity: int,
    left: dict[int, int],
) -> tuple[Part, ...]:
    """What is due for ``quantity`` more units: the line's own part, then its share of discounts (rule M8).

    ``left`` is what each discount still has to take, as ``discounts_left`` counts it; what is taken here is
    taken off there.
    """
    before = min(account(order, settlements, line).quantity, line.quantity)
    after = min(before + quantity, line.quantity)
    shares = [_between(share, before, after, line.quantity) for share in _discount_shares(order, line)]
    return _less_discounts(_own_part(order, settlements, line, after), shares, left)


def extra_parts(
    order: OrderSnapshot, settlements: Sequence[Settlement], line: OrderLine, left: dict[int, int]
) -> tuple[Part, ...]:
    """What is not settled yet of a shipping line or a fee, less its share of discounts, if it carries any."""
    settled = account(order, settlements, line)
    gross = max(0, line.gross.minor - settled.gross)
    taxes = {share.rate_id: share.amount.minor - settled.taxes[share.rate_id] for share in line.taxes}
    return _less_discounts(_fitted(line.line_id, gross, taxes), _discount_shares(order, line), left)


def discounts_left(order: OrderSnapshot, settlements: Sequence[Settlement]) -> dict[int, int]:
    """Per order-level discount (a fee line below zero), how much of it is not settled yet, as a positive."""
    return {
        line.line_id: max(0, account(order, settlements, line).gross - line.gross.minor)
        for line in order.lines
        if is_discount(line)
    }


def is_discount(line: OrderLine) -> bool:
    """Whether a fee line is a discount on the whole order."""
    return line.kind is LineKind.FEE and line.gross.minor < 0


def whole_line(line: OrderLine) -> Part:
    """All of a line: what money without units is made of."""
    return Part(line.line_id, line.net.minor, {share.rate_id: share.amount.minor for share in line.taxes})


def resized(part: Part, gross: int) -> Part:
    """The same part with another ``gross``, net and taxes in proportion and exact (rule M10)."""
    if gross == part.gross:
        return part
    sign = -1 if part.gross < 0 else 1
    amounts = [max(0, sign * amount) for amount in (*part.taxes.values(), part.net)]
    if not any(amounts):
        return Part(part.line_id, gross, dict.fromkeys(part.taxes, 0))
    *taxes, net = (sign * piece for piece in spread(sign * gross, amounts))
    return Part(part.line_id, net, dict(zip(part.taxes, taxes, strict=True)))


def share_of(amount: int, units: int, quantity: int) -> int:
    """``units`` of ``quantity`` equal parts of ``amount``, rounded half up."""
    whole = max(quantity, 1)
    return (2 * amount * units + whole) // (2 * whole)


def tax_shares(taxes: Mapping[int, int], currency: str) -> tuple[TaxShare, ...]:
    """Taxes by rate as the values everyone else uses."""
    return tuple(TaxShare(rate, Money(amount, currency)) for rate, amount in taxes.items())


def _own_part(order: OrderSnapshot, settlements: Sequence[Settlement], line: OrderLine, after: int) -> Part:
    settled = account(order, settlements, line)
    gross = max(0, share_of(line.gross.minor, after, line.quantity) - settled.gross)
    taxes = {
        share.rate_id: share_of(share.amount.minor, after, line.quantity) - settled.taxes[share.rate_id]
        for share in line.taxes
    }
    return _fitted(line.line_id, gross, taxes)


def _fitted(line_id: int, gross: int, taxes: Mapping[int, int]) -> Part:
    """A part whose taxes are not below zero and fit inside ``gross``."""
    positive = {rate: max(0, tax) for rate, tax in taxes.items()}
    if sum(positive.values()) > gross:
        positive = dict(zip(positive, spread(gross, list(positive.values())), strict=True))
    return Part(line_id, gross - sum(positive.values()), positive)


def _less_discounts(own: Part, shares: Iterable[Part], left: dict[int, int]) -> tuple[Part, ...]:
    """The line's own part, then discounts as far as they are not settled yet and the part can carry them."""
    taken: list[Part] = []
    room = own.gross
    for share in shares:
        fitting = resized(share, max(share.gross, -left[share.line_id], -room))
        left[share.line_id] += fitting.gross
        room += fitting.gross
        taken.append(fitting)
    return (own, *(part for part in taken if part.gross))


def _discount_shares(order: OrderSnapshot, line: OrderLine) -> tuple[Part, ...]:
    """What each order-level discount has to do with ``line``: its share by gross, below zero."""
    carriers = _carriers(order)
    if line.line_id not in carriers:
        return ()
    weights, place = list(carriers.values()), list(carriers).index(line.line_id)
    return tuple(
        _signed(
            fee.line_id,
            spread(fee.gross.minor, weights)[place],
            {share.rate_id: spread(share.amount.minor, weights)[place] for share in fee.taxes},
        )
        for fee in order.lines
        if is_discount(fee)
    )


def _carriers(order: OrderSnapshot) -> dict[int, int]:
    """The lines discounts are taken from, by gross: the products, or all lines where those cost less."""
    discounts = -sum(line.gross.minor for line in order.lines if is_discount(line))
    products = {line.line_id: line.gross.minor for line in order.products if line.gross.minor > 0}
    if sum(products.values()) >= discounts:
        return products
    return {line.line_id: line.gross.minor for line in order.lines if line.gross.minor > 0}


def _between(part: Part, before: int, after: int, quantity: int) -> Part:
    """What units between ``before`` and ``after`` have of a discount; all units have all of it."""
    start = resized(part, share_of(part.gross, before, quantity))
    end = resized(part, share_of(part.gross, after, quantity))
    taxes = {rate: tax - start.taxes[rate] for rate, tax in end.taxes.items()}
    return Part(part.line_id, end.net - start.net, taxes)


def _signed(line_id: int, gross: int, taxes: Mapping[int, int]) -> Part:
    """A part of a discount: everything in it is below zero, and its taxes fit inside."""
    positive = _fitted(line_id, -gross, {rate: -tax for rate, tax in taxes.items()})
    return Part(line_id, -positive.net, {rate: -tax for rate, tax in positive.taxes.items()})


def _at_least_units(line: OrderLine, refunded: RefundedLine) -> int:
    if not refunded.quantity:
        return refunded.gross.minor
    units = min(refunded.quantity, line.quantity)
    return max(share_of(line.gross.minor, units, line.quantity), refunded.gross.minor)


def _settled_tax(
    line: OrderLine, rate: int, ours: Iterable[SettledLine], outside: Iterable[RefundedLine]
) -> int:
    whole = sum(share.amount.minor for share in line.taxes if share.rate_id == rate)
    settled = sum(_tax(one, rate) for one in ours)
    for refunded in outside:
        units = min(refunded.quantity, line.quantity)
        named = share_of(whole, units, line.quantity) if units else _tax(refunded, rate)
        settled += max(named, _tax(refunded, rate))
    return settled


def _tax(one: SettledLine | RefundedLine, rate: int) -> int:
    return sum(share.amount.minor for share in one.taxes if share.rate_id == rate)

"""What was chosen, as goods and shipping with what each is worth today. No fees, no amounts to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.rules.choice import RefundChoice, RefundPolicy, RestockLine, Settlement
from bot.rules.ledger import (
    Part,
    account,
    discounts_left,
    due_parts,
    extra_parts,
    is_discount,
    remaining_units,
    resized,
    settled_units,
    share_of,
    whole_line,
)
from bot.rules.order import LineKind, OrderLine, OrderSnapshot, Stock
from store.money import spread
from store.terms import Condition

PAID_CONDITIONS = frozenset({Condition.GOOD, Condition.DAMAGED})


@dataclass(frozen=True)
class Worth:
    """Units of one line and the parts that make up what they are worth: the line's own, then discounts."""

    line: OrderLine
    quantity: int
    parts: tuple[Part, ...]

    @property
    def gross(self) -> int:
        """Minor units of all parts together."""
        return sum(part.gross for part in self.parts)

    def paid_with(self, amount: int) -> "Worth":
        """The same units for another ``amount``: discounts shrink along with the goods."""
        if self.gross <= 0:
            return replace(self, parts=(resized(whole_line(self.line), amount),))
        own, *discounts = self.parts
        paid = resized(own, share_of(own.gross, amount, self.gross))
        taken = spread(paid.gross - amount, [-part.gross for part in discounts]) if discounts else []
        less = (resized(part, -piece) for part, piece in zip(discounts, taken, strict=True))
        return replace(self, parts=(paid, *less))


@dataclass(frozen=True)
class Basket:
    """The chosen goods, and the shipping and fees that go with them.

    ``unpaid_shipping`` is what of the shipping a cap leaves out; ``shipping_refused`` says that it was given
    back before.
    """

    goods: tuple[Worth, ...]
    extras: tuple[Worth, ...]
    unpaid_shipping: int = 0
    shipping_refused: bool = False

    @property
    def worths(self) -> tuple[Worth, ...]:
        """Everything."""
        return (*self.goods, *self.extras)

    @property
    def items(self) -> int:
        """What the goods are worth, in minor units."""
        return sum(worth.gross for worth in self.goods)

    @property
    def shipping(self) -> int:
        """What shipping and fees are worth, in minor units."""
        return sum(worth.gross for worth in self.extras)


def fill_basket(
    order: OrderSnapshot,
    choice: RefundChoice,
    policy: RefundPolicy,
    settlements: Sequence[Settlement],
    reserved: Mapping[int, int],
) -> Basket:
    """The chosen units, as far as they can still be paid back, and the shipping if it was ticked."""
    left = discounts_left(order, settlements)
    goods = tuple(
        _goods(order, settlements, line, min(units, payable_most(order, settlements, reserved, line)), left)
        for line, units in paid_units(order, choice).items()
    )
    if not choice.refund_shipping:
        return Basket(goods, ())
    shipping = _shipping(order, settlements, left)
    capped = _capped(shipping, policy)
    fees = _fees(order, settlements, left) if completes(order, settlements, goods) else ()
    return Basket(
        goods,
        (*capped, *fees),
        unpaid_shipping=sum(w.gross for w in shipping) - sum(w.gross for w in capped),
        shipping_refused=_shipping_settled(order, settlements),
    )


def paid_units(order: OrderSnapshot, choice: RefundChoice) -> dict[OrderLine, int]:
    """Units to pay per chosen product line: wrong and missing ones count as none, but their line is there."""
    units: dict[OrderLine, int] = {}
    for chosen in choice.units:
        line = order.line(chosen.line_id)
        if line is not None and line.kind is LineKind.PRODUCT:
            paid = max(chosen.quantity, 0) if chosen.condition in PAID_CONDITIONS else 0
            units[line] = units.get(line, 0) + paid
    return units


def payable_most(
    order: OrderSnapshot, settlements: Sequence[Settlement], reserved: Mapping[int, int], line: OrderLine
) -> int:
    """Units of ``line`` this choice may pay: not settled, and not asked for by another return (rule G3)."""
    return max(0, remaining_units(order, settlements, line.line_id) - reserved.get(line.line_id, 0))


def completes(order: OrderSnapshot, settlements: Sequence[Settlement], goods: Sequence[Worth]) -> bool:
    """Whether with these goods every unit of the order has come back."""
    chosen = {worth.line.line_id: worth.quantity for worth in goods}
    return all(
        settled_units(order, settlements, line.line_id) + chosen.get(line.line_id, 0) >= line.quantity
        for line in order.products
    )


def restock_lines(
    order: OrderSnapshot, choice: RefundChoice, goods: Sequence[Worth], stock: Mapping[int, Stock]
) -> tuple[RestockLine, ...]:
    """What goes back on the shelf: good units that the shop counts and took off it (rules K1, K3)."""
    if not choice.restock:
        return ()
    counters: dict[tuple[int, int], int] = {}
    lines = []
    for worth in goods:
        units, counter = restockable(choice, worth, stock), stock.get(worth.line.line_id)
        if not units or counter is None or counter.quantity is None:
            continue
        product = (counter.product_id, counter.variation_id)
        before = counters.get(product, counter.quantity)
        counters[product] = before + units
        lines.append(RestockLine(worth.line.line_id, worth.line.sku, worth.line.name, units, before))
    return tuple(lines)


def restockable(choice: RefundChoice, worth: Worth, stock: Mapping[int, Stock]) -> int:
    """Good units of a line the shop would put back: only while its ``_reduced_stock`` says some are out."""
    counter = stock.get(worth.line.line_id)
    if counter is None or not counter.managed:
        return 0
    good = sum(
        chosen.quantity
        for chosen in choice.units
        if chosen.line_id == worth.line.line_id and chosen.condition is Condition.GOOD
    )
    return max(0, min(good, worth.quantity, worth.line.reduced_stock))


def _goods(
    order: OrderSnapshot,
    settlements: Sequence[Settlement],
    line: OrderLine,
    units: int,
    left: dict[int, int],
) -> Worth:
    parts = due_parts(order, settlements, line, units, left) if units else (Part(line.line_id, 0),)
    return Worth(line, units, parts)


def _shipping(
    order: OrderSnapshot, settlements: Sequence[Settlement], left: dict[int, int]
) -> tuple[Worth, ...]:
    """The shipping lines, unless some of it was given back before: once per order (rule M9)."""
    if _shipping_settled(order, settlements):
        return ()
    lines = [line for line in order.lines if line.kind is LineKind.SHIPPING]
    return tuple(Worth(line, 0, extra_parts(order, settlements, line, left)) for line in lines)


def _shipping_settled(order: OrderSnapshot, settlements: Sequence[Settlement]) -> bool:
    lines = (line for line in order.lines if line.kind is LineKind.SHIPPING)
    return any(account(order, settlements, line).gross > 0 for line in lines)


def _capped(shipping: tuple[Worth, ...], policy: RefundPolicy) -> tuple[Worth, ...]:
    """No more than the cheapest standard option would have cost."""
    paid = sum(worth.gross for worth in shipping)
    if policy.standard_shipping is None or paid <= policy.standard_shipping.minor:
        return shipping
    pieces = spread(policy.standard_shipping.minor, [worth.gross for worth in shipping])
    return tuple(worth.paid_with(piece) for worth, piece in zip(shipping, pieces, strict=True))


def _fees(order: OrderSnapshot, settlements: Sequence[Settlement], left: dict[int, int]) -> tuple[Worth, ...]:
    """Fees the customer paid on top, such as for a payment method: part of a full withdrawal only."""
    lines = [line for line in order.lines if line.kind is LineKind.FEE and not is_discount(line)]
    return tuple(Worth(line, 0, extra_parts(order, settlements, line, left)) for line in lines)

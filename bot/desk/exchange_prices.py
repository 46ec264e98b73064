"""What an exchange costs, from the shop's prices of now: for the modal and for a wish that comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.desk import Desk
from bot.desk.cases import load_case, settlements_of
from bot.desk.exchange_facts import plan_of
from bot.errors import Blocked, InvalidInput
from bot.gateways.nouns import Product
from bot.gateways.stripe_amounts import smallest_charge, step
from bot.rules.case import ExchangeWish, ReturnCase, WantedArticle
from bot.rules.choice import Settlement
from bot.rules.exchange import (
    ExchangeBill,
    Replacement,
    Returned,
    Swap,
    chain_value,
    exchange_problems,
    write_exchange_bill,
)
from bot.rules.order import OrderLine, OrderSnapshot
from bot.rules.refund import due_for, remaining_units
from store import returns
from store.db import reading
from store.money import Money, total


@dataclass(frozen=True)
class Pick:
    """Units of one line of the return, and the article that goes out for them."""

    line_id: int
    quantity: int
    product_id: int
    variation_id: int
    units: int


@dataclass(frozen=True)
class ExchangeOffer:
    """An exchange as it would be decided now. ``stock`` is by article, None where the shop counts none or
    sells what it does not have.

    ``problems`` are sentences of the catalogue that forbid it.
    """

    picks: tuple[Pick, ...]
    swaps: tuple[Swap, ...]
    bill: ExchangeBill
    stock: Mapping[tuple[int, int], int | None]
    problems: tuple[str, ...] = ()
    claim: bool = False


def price_exchange(
    desk: Desk, return_id: int, picks: Sequence[Pick], *, claim: bool = False
) -> ExchangeOffer:
    """What the exchange costs, from the shop's prices of now. ``claim``: nothing has to come back.

    Raises NotFound, InvalidInput naming what cannot be exchanged, Unreachable.
    """
    case = load_case(desk, return_id)
    lines = {pick.line_id: _line(case, pick) for pick in picks}
    wanted = {(pick.product_id, pick.variation_id) for pick in picks}
    known = {(line.product_id, line.variation_id) for line in lines.values()}
    products = desk.shop.read_products(wanted | known, order_id=case.order.order_id)
    paid = {
        pick.line_id: _paid(desk, case.order, case.settlements, lines[pick.line_id], pick) for pick in picks
    }
    swaps = tuple(_swap(pick, lines[pick.line_id], paid[pick.line_id], products) for pick in picks)
    bill = _bill(swaps, case.order.currency)
    _refuse_too_much_due(desk, case, picks, bill)
    stock = {article: None if products[article].backorders else products[article].stock for article in wanted}
    return ExchangeOffer(
        tuple(picks), swaps, bill, stock, tuple(exchange_problems(swaps, claim=claim)), claim
    )


def wish_for(desk: Desk, order: OrderSnapshot, picks: Sequence[Pick]) -> ExchangeWish:
    """What the customer named, with its price and difference of now, as it is kept with the return.

    Raises InvalidInput when the shop does not sell it or the order has no such line, Unreachable.
    """
    lines = {pick.line_id: order.line(pick.line_id) for pick in picks}
    known = {(line.product_id, line.variation_id) for line in lines.values() if line}
    wanted = {(pick.product_id, pick.variation_id) for pick in picks}
    products = desk.shop.read_products(wanted | known, order_id=order.order_id)
    with reading(desk.engine) as session:
        settlements = settlements_of(session, order.order_id)
    swaps = []
    for pick in picks:
        line = lines[pick.line_id]
        if line is None:
            raise InvalidInput(
                "Order {number} has no such line: {line}.", number=order.number, line=pick.line_id
            )
        paid = _paid(desk, order, settlements, line, pick)
        swaps.append(_swap(pick, line, paid, products))
    bill, first = _bill(swaps, order.currency), swaps[0].replacement
    article = products[first.product_id, first.variation_id]
    return ExchangeWish(
        name=first.name,
        sku=first.sku,
        variant=first.variant,
        quantity=first.quantity,
        price=bill.price,
        difference=bill.difference,
        stock=article.stock,
        wanted=tuple(_wanted(swap, products) for swap in swaps),
    )


def _wanted(swap: Swap, products: Mapping[tuple[int, int], Product]) -> WantedArticle:
    one = swap.replacement
    return WantedArticle(
        line_id=swap.returned.line_id,
        quantity=one.quantity,
        product_id=one.product_id,
        variation_id=one.variation_id,
        name=one.name,
        variant=one.variant,
        sku=one.sku,
        price=swap.price,
        stock=products[one.product_id, one.variation_id].stock,
    )


@dataclass(frozen=True)
class ArticleOffer:
    """One article that may go out for units of a line, and what it costs. ``stock`` None: not counted."""

    product_id: int
    variation_id: int
    name: str
    variant: str
    stock: int | None
    bill: ExchangeBill


def articles_for(
    desk: Desk, order: OrderSnapshot, line: OrderLine, quantity: int
) -> tuple[ArticleOffer, ...]:
    """Every other size and colour of what comes back that is in stock and has a price. Raises Unreachable."""
    if not line.product_id:
        return ()
    variants = desk.shop.read_variants(line.product_id, order_id=order.order_id)
    products = {(one.product_id, one.variation_id): one for one in variants}
    with reading(desk.engine) as session:
        settlements = settlements_of(session, order.order_id)
    offers = []
    for (product_id, variation_id), product in products.items():
        enough = product.in_stock and (product.stock is None or product.stock >= quantity)
        if product.price is None or not enough or variation_id == line.variation_id:
            continue
        pick = Pick(line.line_id, quantity, product_id, variation_id, quantity)
        swap = _swap(pick, line, _paid(desk, order, settlements, line, pick), products)
        bill = _bill((swap,), order.currency)
        stock = product.stock
        offers.append(ArticleOffer(product_id, variation_id, product.name, product.variant, stock, bill))
    return tuple(offers)


def _line(case: ReturnCase, pick: Pick) -> OrderLine:
    item = next((item for item in case.items if item.line_id == pick.line_id), None)
    line = case.order.line(pick.line_id)
    if item is None or line is None:
        raise InvalidInput("That line is not part of this return.", field="replacement")
    if not 1 <= pick.quantity <= item.quantity:
        raise InvalidInput(
            "Of “{name}” {count} come back.", name=item.name, count=item.quantity, field="replacement"
        )
    return line


def _refuse_too_much_due(desk: Desk, case: ReturnCase, picks: Sequence[Pick], bill: ExchangeBill) -> None:
    """A refund hangs on one order, and no order gives back more than was paid on it (rule X10).

    What was paid on the order before it is used up there by its own exchange, so that no return can pay it
    out twice; the desk never frees it again. A person refunds it in the shop, and the desk takes note.
    """
    own = total(
        (due_for(case.order, case.settlements, pick.line_id, pick.quantity) for pick in picks),
        case.order.currency,
    )
    if bill.due > own:
        raise Blocked(
            "{due} would be due, but only {most} of it was paid on this order; the rest was paid on order "
            "{number}, which it replaced. Choose something dearer, or call the exchange off, refund this "
            "order here and the rest by hand on order {number} in the shop.",
            due=bill.due,
            most=own,
            number=f"#{_replaced(desk, case.order)}",
        )


def _replaced(desk: Desk, order: OrderSnapshot) -> int:
    """The order that ``order`` was made in place of, or itself."""
    with reading(desk.engine) as session:
        row = returns.resolution_named(session, order.replaces) if order.replaces else None
        return row.order_id if row is not None else order.order_id


def _bill(swaps: Sequence[Swap], currency: str) -> ExchangeBill:
    if not swaps:
        raise InvalidInput("Choose what goes out instead.", field="replacement")
    return write_exchange_bill(swaps, minimum=smallest_charge(currency), step=step(currency))


def _paid(
    desk: Desk, order: OrderSnapshot, settlements: Sequence[Settlement], line: OrderLine, pick: Pick
) -> Money:
    """What the units were paid with; for those of a replacement order that is in the order before it, too."""
    due = due_for(order, settlements, line.line_id, pick.quantity)
    if not order.replaces:
        return due
    with reading(desk.engine) as session:
        row = returns.resolution_named(session, order.replaces)
        plan = plan_of(row) if row is not None else None
    if plan is None or remaining_units(order, settlements, line.line_id) < pick.quantity:
        return due
    return chain_value(plan.swaps, line.product_id, line.variation_id, pick.quantity) or due


def _swap(
    pick: Pick,
    line: OrderLine,
    paid: Money,
    products: Mapping[tuple[int, int], Product],
) -> Swap:
    product = products.get((pick.product_id, pick.variation_id))
    if product is None:
        raise InvalidInput("The shop does not sell this article any more.", field="replacement")
    if product.price is None:
        raise InvalidInput(
            "The shop does not say what “{name}” costs for this customer. Choose another article.",
            name=product.name,
            field="replacement",
        )
    today = products.get((line.product_id, line.variation_id))
    returned = Returned(
        line_id=line.line_id,
        product_id=line.product_id,
        variation_id=line.variation_id,
        quantity=pick.quantity,
        paid=paid,
        list_price=line.list_price,
        price=today.price if today else None,
        regular=today.regular if today else None,
    )
    replacement = Replacement(
        product_id=product.product_id,
        variation_id=product.variation_id,
        name=product.name,
        quantity=pick.units,
        price=product.price,
        regular=product.regular,
        variant=product.variant,
        sku=product.sku,
    )
    return Swap(returned, replacement)

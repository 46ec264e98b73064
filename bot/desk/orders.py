"""The shop's orders as the desk knows them: read, kept, and looked at again when they change."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import documents
from bot.desk import Desk
from bot.desk.changes import an_operation, redraw, reread
from bot.desk.credits import look_at_changed
from bot.desk.orders_marks import POLL, changed_since_poll, erased_mark
from bot.errors import GatewayError
from bot.operations import Task
from bot.rules.case import CustomerHistory
from bot.rules.order import OrderSnapshot
from store import journal, marks, returns
from store.db import reading, writing
from store.models import ShopOrder

log = logging.getLogger(__name__)


def read_order(desk: Desk, number: str) -> OrderSnapshot:
    """Read an order, its products' stock and its customer from the shop, and keep them.

    Raises NotFound when the shop has no such order, Unreachable when it does not answer.
    """
    order = _with_stripe(desk, desk.shop.find_order(number))
    keep(desk, order)
    return order


def refresh(desk: Desk, order_id: int) -> OrderSnapshot:
    """Read a known order again and keep it; the cards of its returns are drawn anew."""
    order = _with_stripe(desk, desk.shop.read_order(order_id))
    keep(desk, order)
    return order


def known_order(desk: Desk, number: str) -> OrderSnapshot | None:
    """The order as last kept, without asking the shop."""
    with reading(desk.engine) as session:
        row = returns.order_by_number(session, number.strip().lstrip("#"))
        return documents.read(OrderSnapshot, row.snapshot) if row else None


def keep(desk: Desk, order: OrderSnapshot) -> None:
    """Write down what the shop said; every return of the order is drawn anew."""
    stock = desk.shop.read_stock(order.products)
    bought = desk.shop.customer_orders(order.buyer.email)
    customer = CustomerHistory(orders=bought.count, average_order=bought.average)
    row = ShopOrder(
        order_id=order.order_id,
        number=order.number[:64],
        email=order.buyer.email.lower()[:320],
        currency=order.currency,
        payment_intent=order.payment_intent[:255],
        snapshot=documents.write(order),
        stock=[[line_id, documents.write(counter)] for line_id, counter in stock.items()],
        customer=documents.write(customer),
        read_at=order.read_at,
        modified_at=order.modified_at,
    )
    with writing(desk.engine) as session:
        known = returns.locked_order(session, order.order_id)
        if known is not None and known.read_at > order.read_at:
            return
        if known is not None and marks.read(session, erased_mark(order.order_id)):
            _leave_erased(row, known)
        session.merge(row)
        for rma in returns.of_order(session, order.order_id):
            assert rma.id is not None
            redraw(session, rma.id, desk.now())


def _leave_erased(row: ShopOrder, known: ShopOrder) -> None:
    """The shop may still know a customer whom the desk was told to forget."""
    row.email, row.customer = "", documents.write(CustomerHistory())
    row.snapshot = {**row.snapshot, "buyer": known.snapshot["buyer"]}


def _with_stripe(desk: Desk, order: OrderSnapshot) -> OrderSnapshot:
    """The order, whether Stripe can be asked about its payment, and whether it is disputed (rule G10).

    The shop knows neither. A payment of another account than the key's is taken as not disputed; so is one
    that Stripe does not answer about, since the question is put again before any money is sent.
    """
    if desk.payments is None or not order.payment_intent:
        return order
    try:
        currency = desk.payments.read_currency(order.payment_intent)
        disputed = desk.payments.is_disputed(order.payment_intent)
    except GatewayError as e:
        log.info("no word of Stripe about order %s: %s", order.number, e.detail)
        return order
    return replace(order, stripe_currency=currency, disputed=disputed)


def plan_refresh(desk: Desk, order_id: int) -> None:
    """Want the order read again soon, because something says it changed."""
    with writing(desk.engine) as session:
        reread(session, order_id, desk.now())


def perform_refresh(desk: Desk, task: Task) -> dict[str, int]:
    """Carry out ``shop.order``; an order that is gone from the shop leaves what is known of it."""
    order_id = int(task.payload["order_id"])
    refresh(desk, order_id)
    return {"order_id": order_id}


def is_known(desk: Desk, order_id: int) -> bool:
    """Whether the desk keeps this order, which it does from the first look at it on."""
    with reading(desk.engine) as session:
        return session.get(ShopOrder, order_id) is not None


def order_paid_by(desk: Desk, payment_intent: str) -> int | None:
    """The kept order that this payment of Stripe's paid, or None."""
    with reading(desk.engine) as session:
        return returns.order_paid_by(session, payment_intent) if payment_intent else None


def plan_poll(desk: Desk) -> None:
    """Want the shop asked which orders changed: webhooks are hints, this is the truth."""
    operation = an_operation("poll", POLL, "shop:poll", {}, now=desk.now())
    with writing(desk.engine) as session:
        journal.plan_again(session, operation)


def perform_poll(desk: Desk, _task: Task) -> Mapping[str, Any]:
    """Carry out ``shop.poll``: read again what the shop touched since the last time, of what is ours: orders
    with a return, and store credits that an order used."""
    started = desk.now()
    changed = list(changed_since_poll(desk))
    order_ids = dict.fromkeys(order.order_id for order in changed)
    known = [order_id for order_id in order_ids if is_known(desk, order_id)]
    for order_id in known:
        plan_refresh(desk, order_id)
    look_at_changed(desk, changed)
    with writing(desk.engine) as session:
        marks.write(session, POLL, started.isoformat())
    return {"changed": len(changed), "known": len(known)}

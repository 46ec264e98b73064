"""Refunds of an order, in the order of work of a real shop: record, gateway, mark, restock, meta data."""

import threading
import time
from decimal import Decimal
from typing import Any

from bot.sandbox.shop import stock
from bot.sandbox.shop.errors import PhpDied, ShopError, invalid_id, wrong_type
from bot.sandbox.shop.gateways import Gateway, GatewayDeclined, GatewaySaidFalse
from bot.sandbox.shop.http import Answer, Call, filtered, page_of, truth
from bot.sandbox.shop.life import mail_refund, remaining, set_status
from bot.sandbox.shop.mishaps import Mishap, Plan
from bot.sandbox.shop.money import ZERO, half_up, is_numeric, read, trimmed
from bot.sandbox.shop.order_build import write_meta
from bot.sandbox.shop.order_view import refund_view
from bot.sandbox.shop.records import Json, Line, Order, Refund, Share
from bot.sandbox.shop.state import State
from bot.sandbox.shop.totals import tax_rows

TIMEOUT = "cURL error 28: Operation timed out after 70001 milliseconds with 0 bytes received"
SAYS_FALSE = "An error occurred while attempting to create the refund using the payment gateway API."


def create_refund(state: State, call: Call) -> Answer:
    """POST /orders/{id}/refunds. Holds the shop's lock only around each step, so that requests race as they
    do in a real shop; the gateway works without the lock."""
    wanted = read_request(state, call)
    plan = state.mishaps.take(call.id("id"))
    with state.lock:
        order = _order(state, call.id("id"))
        if plan and plan.mishap is Mishap.HAND_REFUND:
            book_by_hand(state, order, amount=wanted["amount"] or "", reason="Refunded in wp-admin")
        check_amount(state, order, wanted["amount"])
        seen = stock.still_out(order)
    time.sleep(state.race_seconds)
    if plan and plan.mishap is Mishap.DIES_BEFORE_ROW:
        raise PhpDied
    refund = _work(state, order, wanted | {"seen": seen}, plan)
    with state.lock:
        write_meta(state, refund.meta, wanted["meta_data"])
        view = refund_view(state, refund, site=call.request.site, places=call.places)
    path = f"{call.request.site}/wp-json/wc/v3/orders/(?P<order_id>[\\d]+)/refunds/{refund.id}"
    return Answer(filtered(view, call.query.get("_fields")), 201, {"Location": path})


def _work(state: State, order: Order, wanted: Json, plan: Plan | None) -> Refund:
    with state.lock:
        refund = book(state, order, wanted)
    if wanted["api_refund"]:
        _pay(state, order, refund, wanted, plan)
    if plan and plan.mishap is Mishap.DIES_BEFORE_RESTOCK:
        raise PhpDied
    with state.lock:
        counts = wanted["quantities"] if wanted["api_restock"] else {}
        finish(state, order, refund, quantities=counts, seen=wanted["seen"])
    if plan and plan.mishap is Mishap.DIES_BEFORE_META:
        raise PhpDied
    return refund


def read_request(state: State, call: Call) -> Json:
    """The request with its defaults: both flags true unless said otherwise, null is false, and without an
    amount the sum of the lines."""
    body = call.body
    if body.get("amount") is not None and not isinstance(body["amount"], str):
        raise wrong_type("amount", "string")
    lines = {int(line.get("id") or 0): line for line in body.get("line_items") or []}
    wanted: Json = {
        "amount": body.get("amount") or None,
        "reason": str(body.get("reason") or ""),
        "lines": lines,
    }
    wanted["api_refund"] = _flag(body, "api_refund")
    wanted["api_restock"] = _flag(body, "api_restock")
    wanted["meta_data"] = body.get("meta_data")
    wanted["quantities"] = {line_id: int(line.get("quantity") or 0) for line_id, line in lines.items()}
    if wanted["amount"] is None and lines:
        total = sum((_worth(line) for line in lines.values()), ZERO)
        wanted["amount"] = trimmed(half_up(total, _decimals(state, call)))
    return wanted


def _decimals(state: State, call: Call) -> int:
    order = state.orders.get(call.id("id"))
    return order.decimals if order else state.decimals


def _flag(body: Json, name: str) -> bool:
    if name not in body:
        return True
    value = truth("" if body[name] is None else body[name])
    if value is None:
        raise wrong_type(name, "boolean")
    return value


def _worth(line: Json) -> Decimal:
    taxes = sum((read(tax.get("refund_total")) for tax in line.get("refund_tax") or []), ZERO)
    return read(line.get("refund_total")) + taxes


def check_amount(state: State, order: Order, amount: str | None) -> None:
    """The only check there is: not below zero, not above what remains by amounts. No lock holds until the
    record is saved. Text is compared as PHP compares text."""
    if amount is None:
        return
    if is_numeric(amount) and Decimal(amount) < 0:
        message = "Refund amount must be greater than zero."
        raise ShopError(500, "woocommerce_rest_invalid_order_refund", message, 400)
    rest = remaining(state, order)
    too_much = Decimal(amount) > Decimal(rest) if is_numeric(amount) else amount > trimmed(Decimal(rest))
    if too_much:
        raise refused("Invalid refund amount.")


def refused(message: str) -> ShopError:
    """Every business refusal: HTTP 500, and ``data`` a bare number."""
    return ShopError(500, "woocommerce_rest_cannot_create_order_refund", message, 500)


def book(state: State, order: Order, wanted: Json) -> Refund:
    """Save the record with reason, amount and lines: visible to everybody from now on."""
    amount = None if wanted["amount"] is None else read(wanted["amount"])
    refund = Refund(state.number("post"), order.id, state.now(), amount, wanted["reason"], 1)
    for line in order.lines:
        if line.id in wanted["lines"]:
            _book_line(state, refund, line, wanted["lines"][line.id])
    refund.taxes = tax_rows(state, order, refund.lines, [])
    state.refunds[refund.id] = refund
    order.modified = state.now()
    return refund


def _book_line(state: State, refund: Refund, line: Line, wanted: Json) -> None:
    quantity, total = int(wanted.get("quantity") or 0), read(wanted.get("refund_total"))
    taxes = {int(tax.get("id") or 0): read(tax.get("refund_total")) for tax in wanted.get("refund_tax") or []}
    if not (quantity or total or taxes):
        return
    copy = Line(state.number("item"), line.kind, line.name, -total, -total, quantity=-quantity)
    for name in ("product_id", "variation_id", "tax_class", "tax_status", "method_id", "instance_id"):
        setattr(copy, name, getattr(line, name))
    whole = line.kind == "line_item"
    copy.shares = [Share(rate, -tax, -tax if whole else None) for rate, tax in taxes.items() if tax]
    copy.total_tax = -sum(taxes.values(), ZERO)
    copy.subtotal_tax = copy.total_tax
    copy.meta = [state.meta("_refunded_item_id", str(line.id))]
    refund.lines.append(copy)


def _pay(state: State, order: Order, refund: Refund, wanted: Json, plan: Plan | None) -> None:
    try:
        _ask_gateway(state, order, wanted, plan)
    except (GatewayDeclined, GatewaySaidFalse) as no:
        with state.lock:
            state.refunds.pop(refund.id, None)
        raise refused(SAYS_FALSE if isinstance(no, GatewaySaidFalse) else str(no)) from None
    if plan and plan.mishap in (Mishap.DIES_AFTER_MONEY, Mishap.EXITS_AFTER_MONEY):
        raise PhpDied(quietly=plan.mishap is Mishap.EXITS_AFTER_MONEY)
    with state.lock:
        refund.refunded_payment = True


def _ask_gateway(state: State, order: Order, wanted: Json, plan: Plan | None) -> None:
    gateway = state.gateways.get(order.payment_method)
    if gateway is None:
        raise GatewayDeclined("The payment gateway for this order does not exist.")
    if not gateway.supports_refunds:
        raise GatewayDeclined("The payment gateway for this order does not support automatic refunds.")
    amount, reason = wanted["amount"] or "", wanted["reason"]
    if plan:
        _before_money(state, order, gateway, wanted, plan)
    gateway.refund(order, amount, reason)
    if plan and plan.mishap is Mishap.PHANTOM_AFTER:
        _phantom(state, order, amount)


def _before_money(state: State, order: Order, gateway: Gateway, wanted: Json, plan: Plan) -> None:
    amount, reason = wanted["amount"] or "", wanted["reason"]
    match plan.mishap:
        case Mishap.DECLINED:
            raise GatewayDeclined(plan.message)
        case Mishap.SAYS_FALSE:
            raise GatewaySaidFalse
        case Mishap.DIES_BEFORE_MONEY:
            raise PhpDied
        case Mishap.SLOW:
            time.sleep(plan.seconds)
        case Mishap.PHANTOM_BEFORE:
            _phantom(state, order, amount)
        case Mishap.PAID_LATE:
            _pay_later(state, lambda: gateway.refund(order, amount, reason), plan.seconds)
            raise GatewayDeclined(TIMEOUT)
        case _:
            return


def _pay_later(state: State, pay: Any, seconds: int | float) -> None:
    timer = threading.Timer(seconds, lambda: settle(state, pay))
    timer.daemon = True
    with state.lock:
        state.late.append((timer, pay))
    timer.start()


def settle(state: State, pay: Any) -> None:
    """Let a late payment happen, once."""
    with state.lock:
        waiting = [entry for entry in state.late if entry[1] is pay]
        state.late = [entry for entry in state.late if entry[1] is not pay]
    if waiting:
        waiting[0][0].cancel()
        pay()


def _phantom(state: State, order: Order, amount: str) -> None:
    """The gateway's own webhook reached the plugin first: the same money is booked twice."""
    with state.lock:
        extra = book(state, order, {"amount": amount, "reason": "Refunded via Stripe dashboard", "lines": {}})
        extra.meta.append(state.meta("_refund_type", "partial"))


def finish(
    state: State, order: Order, refund: Refund, *, quantities: dict[int, int], seen: dict[int, int]
) -> None:
    """Restock, then mail and status, then ``_refund_type``: its presence says the work ran to its end."""
    stock.restock(state, order, quantities, seen)
    full = _is_full(state, order)
    mail_refund(state, order, refund, full=full)
    refund.meta.append(state.meta("_refund_type", "full" if full else "partial"))
    if full and order.status != "refunded":
        set_status(state, order, "refunded")
    state.touch(order)
    state.emit("action.woocommerce_order_refunded", order.id)


def _is_full(state: State, order: Order) -> bool:
    if Decimal(remaining(state, order)) > 0:
        return False
    items = order.of_kind("line_item")
    gone = [line for other in state.refunds_of(order.id) for line in other.lines if line.kind == "line_item"]
    left = sum(line.quantity for line in items) - sum(abs(line.quantity) for line in gone)
    return not (any(line.total == 0 for line in items) and left > 0)


def book_by_hand(
    state: State,
    order: Order,
    *,
    amount: str,
    reason: str,
    lines: list[Json] | None = None,
    via_gateway: bool = False,
    restock: bool = False,
) -> Refund:
    """What wp-admin does when somebody refunds there; the same steps without the REST interface."""
    named = {int(line["id"]): line for line in lines or []}
    wanted: Json = {"amount": amount, "reason": reason, "lines": named}
    check_amount(state, order, amount)
    refund = book(state, order, wanted)
    if via_gateway:
        _pay(state, order, refund, wanted, None)
    counts = {line_id: int(line.get("quantity") or 0) for line_id, line in named.items()}
    finish(state, order, refund, quantities=counts if restock else {}, seen=stock.still_out(order))
    return refund


def list_refunds(state: State, call: Call) -> Answer:
    """GET /orders/{id}/refunds: empty for an unknown order, not 404."""
    rows, headers = page_of(
        call, state.refunds_of(call.id("id")), f"orders/{call.id('id')}/refunds", {"dp": "2"}
    )
    views = [refund_view(state, refund, site=call.request.site, places=call.places) for refund in rows]
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def list_all_refunds(state: State, call: Call) -> Answer:
    """GET /refunds: the whole shop's, newest first, with ``parent_id``."""
    newest = sorted(state.refunds.values(), key=lambda refund: (refund.created, refund.id), reverse=True)
    rows, headers = page_of(call, newest, "refunds", {"dp": "2"})
    views = []
    for refund in rows:
        view = refund_view(state, refund, site=call.request.site, places=call.places)
        views.append({"id": view["id"], "parent_id": refund.order_id} | view)
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def get_refund(state: State, call: Call) -> Answer:
    """GET /orders/{id}/refunds/{refund}."""
    refund = _refund(state, call)
    view = refund_view(state, refund, site=call.request.site, places=call.places)
    return Answer(filtered(view, call.query.get("_fields")))


def delete_refund(state: State, call: Call) -> Answer:
    """DELETE: gone at once, with or without ``force``. The gateway is not asked, stock and the order's
    ``date_modified`` stay."""
    refund = _refund(state, call)
    view = refund_view(state, refund, site=call.request.site)
    del state.refunds[refund.id]
    return Answer(view)


def _refund(state: State, call: Call) -> Refund:
    refund = state.refunds.get(call.id("refund"))
    if refund is None:
        raise invalid_id("shop_order_refund")
    if refund.order_id != call.id("id"):
        message = "Invalid order refund ID."
        raise ShopError(500, "woocommerce_rest_invalid_order_refund_id", message, 404)
    return refund


def _order(state: State, order_id: int) -> Order:
    if order_id not in state.orders:
        raise ShopError(500, "woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
    return state.orders[order_id]

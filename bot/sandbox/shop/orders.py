"""The routes of orders: list, read, create, change, trash, batch."""

import time
from collections.abc import Callable

from bot.sandbox.shop import order_build, order_search, stock
from bot.sandbox.shop.errors import PhpDied, ShopError, invalid_id
from bot.sandbox.shop.http import Answer, Call, filtered, listed, page_of, truth
from bot.sandbox.shop.life import set_status
from bot.sandbox.shop.mishaps import OrderMishap, Plan, die
from bot.sandbox.shop.money import read
from bot.sandbox.shop.order_view import order_view
from bot.sandbox.shop.records import Json, Line, Order
from bot.sandbox.shop.state import State
from bot.sandbox.shop.totals import recalculate

LINES = {"line_items": "line_item", "shipping_lines": "shipping", "fee_lines": "fee"}


def list_orders(state: State, call: Call) -> Answer:
    """GET /orders."""
    found = order_search.find(state, call.query)
    statuses = listed(call.query.get("status", "any"))
    rows, headers = page_of(call, found, "orders", {"status": statuses, "dp": "2", "context": "view"})
    views = [_view(state, call, order) for order in rows]
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def get_order(state: State, call: Call) -> Answer:
    """GET /orders/{id}; a trashed order still answers."""
    return _answer(state, call, _find(state, call.id("id"), 404))


def create_order(state: State, call: Call) -> Answer:
    """POST /orders."""
    if call.body.get("id"):
        raise ShopError(400, "woocommerce_rest_shop_order_exists", "Cannot create existing shop_order.")
    plan = state.mishaps.take_order(int(call.body.get("parent_id") or 0), "POST")
    die(plan, OrderMishap.DIES_BEFORE_ROW)
    with state.lock:
        order = order_build.draft(state, call.body)
    _go_on(state, plan, order, call.body, lambda: order_build.begin_as_asked(state, order, call.body))
    with state.lock:
        answer = _answer(state, call, order)
    answer.status = 201
    answer.headers["Location"] = f"{call.request.site}/wp-json/wc/v3/orders/{order.id}"
    return answer


def change_order(state: State, call: Call) -> Answer:
    """PUT /orders/{id}; an unknown id is a 400 here."""
    plan = state.mishaps.take_order(call.id("id"), "PUT")
    with state.lock:
        order = _find(state, call.id("id"), 400)
        die(plan, OrderMishap.DIES_BEFORE_ROW)
        change_fields(state, order, call.body)
    _go_on(state, plan, order, call.body, lambda: change_status(state, order, call.body))
    with state.lock:
        return _answer(state, call, order)


def _go_on(state: State, plan: Plan | None, order: Order, body: Json, work: Callable[[], None]) -> None:
    """What follows when the row is saved. The lock is free in between: others see the order as it is."""
    if plan and plan.mishap is OrderMishap.SLOW:
        time.sleep(plan.seconds)
    die(plan, OrderMishap.DIES_BEFORE_STATUS)
    if plan and plan.mishap is OrderMishap.DIES_BEFORE_STOCK:
        order.status = str(body.get("status") or order.status)
        raise PhpDied
    with state.lock:
        work()
    die(plan, OrderMishap.DIES_BEFORE_ANSWER, OrderMishap.EXITS_BEFORE_ANSWER)


def delete_order(state: State, call: Call) -> Answer:
    """DELETE /orders/{id}: to the trash, or for good with ``force``; stock stays where it is."""
    order = _find(state, call.id("id"), 404)
    view = _view(state, call, order)
    if truth(call.query.get("force", "")):
        del state.orders[order.id]
        for refund in state.refunds_of(order.id):
            del state.refunds[refund.id]
    else:
        order.status = "trash"
        order.modified = state.now()
        view = _view(state, call, order)
    state.emit("order.deleted", order.id)
    return Answer(view)


def batch_orders(state: State, call: Call) -> Answer:
    """POST /orders/batch: errors are inside, the answer is 200."""
    done: Json = {}
    for order_id in call.body.get("delete") or []:
        done.setdefault("delete", []).append({"id": order_id})
        state.orders.pop(int(order_id), None)
    for body in call.body.get("create") or []:
        order = order_build.create(state, body)
        done.setdefault("create", []).append(_view(state, call, order))
    for body in call.body.get("update") or []:
        done.setdefault("update", []).append(_batch_change(state, call, body))
    return Answer(done)


def change(state: State, order: Order, body: Json) -> None:
    """Apply a PUT. Lines without an id are added; there is no compare-and-set."""
    change_fields(state, order, body)
    change_status(state, order, body)


def change_fields(state: State, order: Order, body: Json) -> None:
    """Everything but the status, which WooCommerce sets last."""
    order_build.check_fields(state, body)
    order_build.set_fields(state, order, body)
    if any(name in body for name in LINES):
        _change_lines(state, order, body)
        recalculate(state, order)


def change_status(state: State, order: Order, body: Json) -> None:
    """The status with everything that hangs on it; one the order has already changes nothing."""
    if truth(body.get("set_paid", "")) and order.paid is None:
        set_status(state, order, "processing")
    status = body.get("status")
    if status and status != order.status:
        set_status(state, order, str(status))
    state.touch(order)


def _change_lines(state: State, order: Order, body: Json) -> None:
    for name, kind in LINES.items():
        for wanted in body.get(name) or []:
            line = next((line for line in order.of_kind(kind) if line.id == wanted.get("id")), None)
            if wanted.get("id") and line is None:
                message = "Order item ID provided is not associated with order."
                raise ShopError(400, "woocommerce_rest_invalid_item_id", message)
            _change_line(state, order, kind, line, wanted)


def _change_line(state: State, order: Order, kind: str, line: Line | None, wanted: Json) -> None:
    if line is None:
        line = _new_line(state, order, kind, wanted)
    elif any(name in wanted and wanted[name] is None for name in ("product_id", "method_id", "name")):
        order.lines.remove(line)
        return
    else:
        line.quantity = int(wanted.get("quantity", line.quantity))
        order_build.change_line(state, line, wanted)
    if kind == "line_item":
        stock.adjust(state, order, line)


def _new_line(state: State, order: Order, kind: str, wanted: Json) -> Line:
    if kind == "line_item":
        return order_build.add_line(state, order, wanted)
    if kind == "shipping":
        return order_build.ship(
            state, order, read(wanted.get("total")), str(wanted.get("method_title", "")), ""
        )
    return order_build.charge_fee(state, order, str(wanted.get("name", "")), read(wanted.get("total")))


def _batch_change(state: State, call: Call, body: Json) -> Json:
    try:
        order = _find(state, int(body.get("id", 0)), 400)
        change(state, order, body)
        return _view(state, call, order)
    except ShopError as refusal:
        return {"id": body.get("id"), "error": refusal.body}


def _find(state: State, order_id: int, status: int) -> Order:
    if order_id not in state.orders:
        raise invalid_id("shop_order", status)
    return state.orders[order_id]


def _view(state: State, call: Call, order: Order) -> Json:
    return order_view(state, order, site=call.request.site, places=call.places)


def _answer(state: State, call: Call, order: Order) -> Answer:
    return Answer(filtered(_view(state, call, order), call.query.get("_fields")))

"""The routes of order notes. A note to the customer is mailed at once."""

from bot.sandbox.shop.dates import gmt, local
from bot.sandbox.shop.errors import ShopError, missing_param
from bot.sandbox.shop.http import Answer, Call, filtered, truth
from bot.sandbox.shop.records import Json, Note, Order
from bot.sandbox.shop.state import State


def list_notes(state: State, call: Call) -> Answer:
    """GET /orders/{id}/notes, newest first; ``type`` is customer or internal."""
    order, kind = _order(state, call), call.query.get("type", "any")
    mine = [note for note in state.notes.values() if note.order_id == order.id]
    if kind in ("customer", "internal"):
        mine = [note for note in mine if note.customer_note is (kind == "customer")]
    mine.sort(key=lambda note: (note.created, note.id), reverse=True)
    views = [_view(state, note, call.request.site) for note in mine]
    return Answer(filtered(views, call.query.get("_fields")))


def create_note(state: State, call: Call) -> Answer:
    """POST /orders/{id}/notes; an empty note is taken, HTML is kept."""
    if "note" not in call.body:
        raise missing_param("note")
    order = _order(state, call)
    own = truth(call.body.get("added_by_user", "")) and call.key
    author = call.key.user if own and call.key else "WooCommerce"
    customer = bool(truth(call.body.get("customer_note", "")))
    note = state.note(order.id, str(call.body["note"]), author=author, customer=customer)
    if customer:
        state.mail(order, "customer_note", note.text)
    path = f"{call.request.site}/wp-json/wc/v3/orders/{order.id}/notes/{note.id}"
    return Answer(_view(state, note, call.request.site), 201, {"Location": path})


def get_note(state: State, call: Call) -> Answer:
    """GET /orders/{id}/notes/{note}."""
    return Answer(_view(state, _note(state, call), call.request.site))


def delete_note(state: State, call: Call) -> Answer:
    """DELETE /orders/{id}/notes/{note}; the mail stays sent."""
    note = _note(state, call)
    if not truth(call.query.get("force", "")):
        message = "Order notes do not support trashing."
        raise ShopError(501, "woocommerce_rest_trash_not_supported", message)
    del state.notes[note.id]
    return Answer(_view(state, note, call.request.site))


def _order(state: State, call: Call) -> Order:
    if call.id("id") not in state.orders:
        raise ShopError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return state.orders[call.id("id")]


def _note(state: State, call: Call) -> Note:
    note = state.notes.get(call.id("note"))
    if note is None or note.order_id != _order(state, call).id:
        raise ShopError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return note


def _view(state: State, note: Note, site: str) -> Json:
    path = f"{site}/wp-json/wc/v3/orders/{note.order_id}"
    return {
        "id": note.id,
        "author": note.author,
        "date_created": local(note.created, state.zone),
        "date_created_gmt": gmt(note.created),
        "note": note.text,
        "customer_note": note.customer_note,
        "_links": {"self": [{"href": f"{path}/notes/{note.id}"}], "up": [{"href": path}]},
    }

"""The shop over HTTP: the table of routes, and the way from the wire to a handler in a thread."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import anyio.to_thread

from bot.sandbox.shop import (
    coupons,
    customers,
    gift_cards,
    notes,
    orders,
    products,
    refunds,
    settings,
    webhooks,
)
from bot.sandbox.shop.auth import identify, require_rights
from bot.sandbox.shop.errors import PhpDied, ShopError, fatal_body, no_route
from bot.sandbox.shop.http import Answer, Call, Request, parameters, read_body
from bot.sandbox.shop.state import State

Handler = Callable[[State, Call], Answer]
ORDER, REFUND = r"/orders/(?P<id>\d+)", r"/refunds/(?P<refund>\d+)"
VARIATIONS = r"/products/(?P<parent>\d+)/variations"
ID = r"/(?P<id>\d+)"
CHANGE = ("PUT", "POST", "PATCH")
MAINTENANCE = b"""<!DOCTYPE html>
<html dir='ltr'><head><title>Maintenance</title></head>
<body><div class="wp-die-message">Briefly unavailable for scheduled maintenance.</div></body>
</html>"""


@dataclass(frozen=True)
class Route:
    """One path with the handler of each method. ``unlocked`` handlers take the shop's lock themselves."""

    path: str
    handlers: dict[str, Handler]
    unlocked: tuple[str, ...] = ()


def _route(path: str, *, unlocked: tuple[str, ...] = (), **handlers: Handler) -> Route:
    known = dict(handlers)
    if "CHANGE" in known:
        known |= dict.fromkeys(CHANGE, known.pop("CHANGE"))
    return Route(path, known, unlocked)


ROUTES = (
    _route("/orders", GET=orders.list_orders, POST=orders.create_order, unlocked=("POST",)),
    _route("/orders/batch", CHANGE=orders.batch_orders),
    _route(
        ORDER,
        GET=orders.get_order,
        CHANGE=orders.change_order,
        DELETE=orders.delete_order,
        unlocked=CHANGE,
    ),
    _route(f"{ORDER}/refunds", GET=refunds.list_refunds, POST=refunds.create_refund, unlocked=("POST",)),
    _route(f"{ORDER}{REFUND}", GET=refunds.get_refund, DELETE=refunds.delete_refund),
    _route(f"{ORDER}/notes", GET=notes.list_notes, POST=notes.create_note),
    _route(rf"{ORDER}/notes/(?P<note>\d+)", GET=notes.get_note, DELETE=notes.delete_note),
    _route("/refunds", GET=refunds.list_all_refunds),
    _route("/products", GET=products.list_products),
    _route("/products/batch", CHANGE=products.batch_products),
    _route(
        f"/products{ID}",
        GET=products.get_product,
        CHANGE=products.change_product,
        DELETE=products.delete_product,
    ),
    _route(VARIATIONS, GET=products.list_variations),
    _route(f"{VARIATIONS}/batch", CHANGE=products.batch_variations),
    _route(f"{VARIATIONS}{ID}", GET=products.get_variation, CHANGE=products.change_variation),
    _route("/variations", GET=products.list_all_variations),
    _route("/coupons", GET=coupons.list_coupons, POST=coupons.create_coupon),
    _route(
        f"/coupons{ID}", GET=coupons.get_coupon, CHANGE=coupons.change_coupon, DELETE=coupons.delete_coupon
    ),
    _route("/gift-cards", GET=gift_cards.list_gift_cards, POST=gift_cards.create_gift_card),
    _route(
        f"/gift-cards{ID}",
        GET=gift_cards.get_gift_card,
        CHANGE=gift_cards.change_gift_card,
        DELETE=gift_cards.delete_gift_card,
    ),
    _route("/customers", GET=customers.list_customers),
    _route(f"/customers{ID}", GET=customers.get_customer),
    _route("/webhooks", GET=webhooks.list_webhooks, POST=webhooks.create_webhook, unlocked=("POST",)),
    _route(
        f"/webhooks{ID}",
        GET=webhooks.get_webhook,
        CHANGE=webhooks.change_webhook,
        DELETE=webhooks.delete_webhook,
    ),
    _route("/payment_gateways", GET=settings.list_gateways),
    _route(r"/payment_gateways/(?P<name>[\w-]+)", GET=settings.get_gateway),
    _route(r"/settings/(?P<group>[\w-]+)", GET=settings.list_settings),
    _route(r"/settings/(?P<group>[\w-]+)/(?P<name>[\w-]+)", GET=settings.get_setting),
    _route("/system_status", GET=settings.system_status),
    _route("/taxes", GET=settings.list_taxes),
    _route("/data/currencies/current", GET=settings.current_currency),
    _route("/reports/orders/totals", GET=settings.order_totals),
)


class ShopApp:
    """The ASGI application. Each request is answered by plain functions in a thread."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _whole_body(receive)
        if body is None:
            return
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        request = Request(scope["method"], scope["path"], query, headers, body)
        answer = await anyio.to_thread.run_sync(respond, self.state, request)
        content = b"" if scope["method"] == "HEAD" else answer.content()
        known = {"Content-Type": answer.content_type, "Content-Length": str(len(content)), **answer.headers}
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in known.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": content})


async def _whole_body(receive: Any) -> bytes | None:
    """None when the line broke before the end of the body, and then nothing is done."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def respond(state: State, request: Request) -> Answer:
    """Answer one request, whatever it is."""
    if state.maintenance:
        html = "text/html; charset=UTF-8"
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return Answer(status=status, raw=MAINTENANCE, headers={"Retry-After": "600"}, content_type=html)
    try:
        return _dispatch(state, request)
    except ShopError as refusal:
        return Answer(refusal.body, refusal.status)
    except PhpDied as death:
        if death.quietly:
            return Answer(raw=b"", content_type="text/html; charset=UTF-8")
        return Answer(fatal_body(), 500)


def _dispatch(state: State, request: Request) -> Answer:
    query = parameters(request.pairs())
    path = request.path.rstrip("/")
    if path in ("", "/index.php") and "rest_route" in query:
        path = f"/wp-json{query['rest_route']}".rstrip("/")
    key = identify(state, request)
    if path == "/wp-json":
        return settings.index(state, Call(request, {}, query, {}, key))
    route, ids = find_route(path, request.method)
    call = Call(request, ids, query, read_body(request), key)
    require_rights(key, request.method, listing="id" not in ids and "name" not in ids)
    handler = route.handlers["GET" if request.method == "HEAD" else request.method]
    allow = {
        "Allow": ", ".join(route.handlers),
        "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store",
    }
    if request.method in route.unlocked:
        answer = handler(state, call)
    else:
        with state.lock:
            answer = handler(state, call)
    answer.headers = allow | answer.headers
    return answer


def find_route(path: str, method: str) -> tuple[Route, dict[str, str]]:
    """The route of a path; a known path with a wrong method is no route either."""
    prefix = "/wp-json/wc/v3"
    for route in ROUTES if path.startswith(prefix) else ():
        match = re.fullmatch(route.path, path.removeprefix(prefix))
        if match and ("GET" if method == "HEAD" else method) in route.handlers:
            return route, match.groupdict()
    raise no_route()

"""The shop says that an order changed: signature, once only, and a note to read that order."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from bot.desk import Desk
from bot.desk.changes import reread
from bot.desk.credits import notice
from bot.gateways.coupons import codes_of
from bot.gateways.setup import check_webhook
from handlers.bodies import body_of
from store import inbox
from store.db import writing
from store.models import ShopOrder

Body = Annotated[bytes, Depends(body_of)]


def create_router(desk: Desk) -> APIRouter:
    """The route that WooCommerce's webhooks are pointed at."""
    router = APIRouter()

    @router.post("/webhooks/woocommerce", include_in_schema=False)
    def woocommerce(request: Request, body: Body) -> PlainTextResponse:
        """Take one delivery. The ping that tests a new webhook is unsigned and has no power."""
        if body.startswith(b"webhook_id=") and len(body) < 40:
            return PlainTextResponse("pong")
        secret = desk.settings.woocommerce_webhook_secret.get_secret_value()
        signature = request.headers.get("x-wc-webhook-signature", "")
        if not check_webhook(body, signature, secret):
            return PlainTextResponse("not signed by the shop", status_code=401)
        _take(desk, request, body)
        return PlainTextResponse("thanks")

    return router


def _take(desk: Desk, request: Request, body: bytes) -> None:
    """Different deliveries of one second share a delivery id, so the body is part of the key."""
    ids = (request.headers.get("x-wc-webhook-id", ""), request.headers.get("x-wc-webhook-delivery-id", ""))
    key = hashlib.sha256("|".join(ids).encode() + b"|" + body).hexdigest()
    said = _said(body)
    order_id, codes = _order_id(said), codes_of(said)
    with writing(desk.engine) as session:
        known = order_id is not None and session.get(ShopOrder, order_id) is not None
        about = f"reading order {order_id}" if known else "not about a return"
        first = inbox.receive_in(session, "woocommerce", key, at=desk.now(), outcome=about)
        if first and known and order_id is not None:
            reread(session, order_id, desk.now())
    if first:
        notice(desk, order_id, codes)


def _said(body: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _order_id(said: Mapping[str, Any]) -> int | None:
    named = said.get("id", said.get("arg"))
    return named if isinstance(named, int) and not isinstance(named, bool) and 0 < named < 2**63 else None

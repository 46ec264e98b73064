"""The webhook of WooCommerce's Stripe plugin: it books refunds that were made at Stripe and not in the shop.

As the plugin does, it makes a row for the amount alone: no lines, nothing put back in stock, no reference.
"""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from bot.sandbox.bank import StripeGateway, major
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.stripe.records import Json

ADDRESS = "/?wc-api=wc_stripe"
EVENTS = ("charge.refunded",)
REASON = "Refunded via Stripe dashboard"


class StripePlugin:
    """ASGI wrapper around the shop that hears what Stripe tells the plugin."""

    def __init__(self, app: Any, gateway: StripeGateway) -> None:
        self.app, self.gateway = app, gateway

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or b"wc-api=wc_stripe" not in scope["query_string"]
        ):
            await self.app(scope, receive, send)
            return
        event = json.loads(await Request(scope, receive).body())
        await run_in_threadpool(self._hear, event)
        await PlainTextResponse("")(scope, receive, send)

    def _hear(self, event: Json) -> None:
        charge = event["data"]["object"]
        shop = self.gateway.shop
        orders = shop.state.orders.values()
        order = next((one for one in orders if one.transaction_id == charge["id"]), None)
        for refund in self.gateway.not_booked(charge["id"]) if order else ():
            assert order is not None
            amount = major(refund["amount"], refund["currency"])
            try:
                shop.refund_by_hand(order.id, str(amount), reason=REASON)
            except ShopError:
                return  # nothing is left to refund: somebody booked it by hand

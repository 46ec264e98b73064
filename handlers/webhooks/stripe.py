"""Stripe says that something happened to a payment: signature, once only, and a note to look there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from bot.desk import Desk
from bot.desk.aftermath import look_at_bank
from bot.desk.exchange_payments import look_at_payment
from bot.desk.orders import order_paid_by, plan_refresh
from bot.gateways.stripe import StripeEvent, check_event
from handlers.bodies import body_of
from store import inbox

Body = Annotated[bytes, Depends(body_of)]


def create_router(desk: Desk) -> APIRouter:
    """The route that Stripe's webhook endpoint points at; without its secret there is no such door."""
    router = APIRouter()
    secret = desk.settings.stripe_webhook_secret.get_secret_value()
    if not secret:
        return router

    @router.post("/webhooks/stripe", include_in_schema=False)
    def stripe(request: Request, body: Body) -> PlainTextResponse:
        """Take one event. Nothing in it is believed but that something changed."""
        event = check_event(body, request.headers.get("stripe-signature", ""), secret, desk.now())
        if event is None:
            return PlainTextResponse("not signed by Stripe, or not lately", status_code=401)
        delivery = inbox.receive(desk.engine, "stripe", event.event_id, at=desk.now())
        if delivery is not None:
            inbox.conclude(desk.engine, delivery, _take(desk, event))
        return PlainTextResponse("thanks")

    return router


def _take(desk: Desk, event: StripeEvent) -> str:
    """Plan to look; what was done, in a few words."""
    if desk.payments is None:
        return "there is no key for Stripe"
    if event.live is not desk.payments.live:
        return f"{event.kind}: of the other mode than the key's"
    if event.reference and look_at_payment(desk, event.reference, event.request):
        return f"{event.kind}: looking at what was asked for under {event.reference}"
    order_id = order_paid_by(desk, event.payment_intent)
    if order_id is None:
        return f"{event.kind}: not about a return"
    plan_refresh(desk, order_id)
    look_at_bank(desk, order_id)
    return f"{event.kind}: looking at order {order_id}"

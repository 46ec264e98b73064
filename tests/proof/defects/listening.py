"""Defects of listening: what is taken for the same news, what is believed, and when it is acknowledged."""

import json
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import Any

from fastapi import Request
from fastapi.responses import PlainTextResponse

from bot.desk import Desk
from bot.desk.orders import is_known, plan_refresh
from bot.rules.order import OrderSnapshot
from store import inbox
from store.db import AWAY, writing
from store.models import ShopOrder
from tests.proof.defects.defect import Defect

WEBHOOKS, LOCKED = "tests/handlers/test_shop_webhooks.py", "tests/proof/test_local_lock.py"


def know_by_delivery_id(_take: Any, desk: Desk, request: Request, body: bytes) -> None:
    """The delivery's id is its name."""
    name = request.headers.get("x-wc-webhook-delivery-id", "")
    delivery = inbox.receive(desk.engine, "woocommerce", name, at=desk.now())
    order_id = json.loads(body).get("id")
    if delivery is not None and is_known(desk, order_id):
        plan_refresh(desk, order_id)


def newest_is_last(keep: Any, desk: Desk, order: OrderSnapshot) -> None:
    """What comes last is taken for the newest."""
    keep(desk, replace(order, read_at=desk.now()))


def believe_the_body(_take: Any, desk: Desk, _request: Request, body: bytes) -> None:
    """What the delivery says is written down as the order's state."""
    news = json.loads(body)
    with writing(desk.engine) as session:
        row = session.get(ShopOrder, news.get("id"))
        if row is not None:
            row.snapshot = {**row.snapshot, "status": news.get("status")}
            session.add(row)


def later(take: Any, *args: Any) -> None:
    """Write it down once the sender is gone."""

    def run() -> None:
        with suppress(*AWAY):
            take(*args)

    Thread(target=run).start()


def acknowledge_first(slack: Any, *args: Any) -> PlainTextResponse:
    """Slack gets its 200 at once, whatever becomes of the click."""
    later(slack, *args)
    return PlainTextResponse("")


LISTENING = (
    Defect(
        "M7",
        "R12: every webhook is used",
        "Deliveries are told apart by their delivery id alone.",
        "WooCommerce makes that id from the clock in whole seconds: two deliveries of one second share it.",
        {"handlers.webhooks.woocommerce:_take": know_by_delivery_id},
        (f"{WEBHOOKS}::test_two_different_deliveries_of_one_second_share_an_id_and_are_both_used",),
    ),
    Defect(
        "M11",
        "R12: no webhook is trusted",
        "Readings of an order are kept in the order of their arrival, so an older one covers a newer one.",
        "Listening to one event of several stranded orders (HiEventsDev/hi.events issue 1067).",
        {"bot.desk.orders:keep": newest_is_last},
        ("tests/bot/desk/test_orders.py::test_an_older_look_does_not_cover_a_newer_one",),
    ),
    Defect(
        "M11b",
        "R12: no webhook is trusted",
        "What a delivery says of the order is believed instead of reading the order.",
        "A captured delivery of WooCommerce verifies for ever: nothing in its signature says when.",
        {"handlers.webhooks.woocommerce:_take": believe_the_body},
        (
            f"{WEBHOOKS}::test_a_delivery_makes_the_desk_read_the_order_and_believe_nothing_of_the_payload",
            f"{WEBHOOKS}::test_deliveries_that_come_late_and_backwards_lead_to_the_order_as_it_is",
        ),
    ),
    Defect(
        "M12",
        "R16: what could not be written down is not acknowledged",
        "A click is acknowledged before anything of it is written down.",
        "A guard kept in memory ate the first click after a restart (NousResearch/hermes-agent pull 100408).",
        {"handlers.web:_slack": acknowledge_first},
        (f"{LOCKED}::test_an_event_is_refused_so_that_slack_brings_it_again",),
    ),
    Defect(
        "M12b",
        "R16: what could not be written down is not acknowledged",
        "A delivery of the shop is thanked for before it is written down.",
        "WooCommerce never repeats a delivery that was thanked for (woocommerce/woocommerce issue 28860).",
        {"handlers.webhooks.woocommerce:_take": later},
        (f"{LOCKED}::test_a_webhook_is_refused_and_taken_when_it_comes_again",),
    ),
)

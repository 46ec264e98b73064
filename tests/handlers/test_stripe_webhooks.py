"""Stripe's events: hints that are checked, used once each, and never believed."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from sqlalchemy import Engine
from sqlmodel import select
from stripe import WebhookSignature

from bot.config import StripeRefunds
from bot.sandbox import shop as shops
from bot.sandbox.serving import Service
from bot.sandbox.stripe import Stripe
from handlers.web import create_app
from store.db import reading
from store.models import Delivery
from store.terms import ResolutionStatus, ReturnStatus
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, operations, told, with_a_bank
from tests.handlers.conftest import Door, a_silent_bolt
from tests.world import World, a_world

PATH, SECRET = "/webhooks/stripe", "whsec_0123456789"


@dataclass
class Office:
    """The door of Stripe's events, the world behind it, and the Stripe that sends them."""

    door: Door
    world: World
    stripe: Stripe

    def deliver(self, body: bytes, secret: str = SECRET, at: float | None = None) -> requests.Response:
        moment = int(at or time.time())
        signature = WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=moment)
        return self.door.post(PATH, body, **{"stripe-signature": signature})

    def deliveries(self) -> list[str]:
        with reading(self.world.desk.engine) as session:
            rows = session.exec(select(Delivery).where(Delivery.source == "stripe"))
            return [row.outcome for row in rows]

    def wait_for_deliveries(self, count: int) -> None:
        for _ in range(300):
            if len(self.deliveries()) >= count:
                return
            time.sleep(0.02)
        pytest.fail(f"only {self.deliveries()} arrived")


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with (
        a_world(engine, stripe_webhook_secret=SECRET) as world,
        with_a_bank(world, StripeRefunds.DIRECT) as bank,
        Service(create_app(world.desk, a_silent_bolt())) as service,
    ):
        yield Office(Door(service.url, world), world, bank)
        bank.close()


def a_refund(office: Office) -> tuple[shops.Order, int, str]:
    """A settled return, and the id of its refund at Stripe."""
    order = an_order(office.world, payment_method="stripe")
    return_id = arrived(office.world, order)
    decide(office.world, return_id)
    let_pass(office.world, hours=1)
    return order, return_id, str(office.stripe.all("refund")[0]["id"])


def listen(office: Office) -> None:
    office.stripe.add_webhook(office.door.url + PATH, secret=SECRET)


def an_event(refund: dict[str, object], kind: str = "refund.failed", **more: object) -> bytes:
    event = {"id": f"evt_{time.monotonic_ns()}", "object": "event", "type": kind, "livemode": False}
    return json.dumps({**event, "data": {"object": refund}, **more}).encode()


def test_a_refund_the_bank_gives_back_is_told_as_soon_as_stripe_says_so(office: Office) -> None:
    office.stripe.script_refunds("pending")
    _, return_id, refund = a_refund(office)
    listen(office)
    office.stripe.change_refund(refund, "failed")
    office.wait_for_deliveries(3)
    office.world.work()
    row = office.world.case(return_id).resolutions[0]
    assert row.status is ResolutionStatus.IN_DOUBT
    assert row.needs_person
    assert told(office.world, return_id).count("bank_returned") == 1


def test_one_that_was_paid_already_may_still_come_back(office: Office) -> None:
    _, return_id, refund = a_refund(office)
    listen(office)
    office.stripe.change_refund(refund, "failed")
    office.wait_for_deliveries(3)
    office.world.work()
    assert told(office.world, return_id).count("bank_returned") == 1


def test_events_that_come_twice_and_in_any_order_tell_once(office: Office) -> None:
    office.stripe.script_refunds("pending")
    _, return_id, refund = a_refund(office)
    office.stripe.change_refund(refund, "failed")
    events = [one["id"] for one in office.stripe.all("event")]
    listen(office)
    for event in (*events, *reversed(events)):
        office.stripe.redeliver(event)
    office.wait_for_deliveries(len(events))
    let_pass(office.world, hours=2)
    assert told(office.world, return_id).count("bank_returned") == 1
    assert len(office.deliveries()) == len(events)


def test_what_an_event_claims_is_not_believed(office: Office) -> None:
    _, return_id, refund = a_refund(office)
    lie = {**office.stripe.get(refund), "status": "failed"}
    assert office.deliver(an_event(lie)).status_code == 200
    office.world.work()
    assert office.world.case(return_id).status is ReturnStatus.RESOLVED
    assert "bank_paid" not in told(office.world, return_id)


@pytest.mark.parametrize(
    ("secret", "seconds"),
    [("whsec_other", 0), (SECRET, -3600), (SECRET, 3600)],
    ids=["forged", "old", "ahead"],
)
def test_an_event_that_is_forged_old_or_ahead_is_turned_away(
    office: Office, secret: str, seconds: float
) -> None:
    body = an_event({"object": "refund", "id": "re_1", "payment_intent": "pi_1"})
    assert office.deliver(body, secret, time.time() + seconds).status_code == 401
    assert office.deliveries() == []


def test_an_event_of_the_other_mode_or_about_nobody_is_written_down_and_left(office: Office) -> None:
    about = {"object": "refund", "id": "re_1", "payment_intent": "pi_nobody"}
    assert office.deliver(an_event(about, livemode=True)).status_code == 200
    assert office.deliver(an_event(about)).status_code == 200
    assert office.deliver(an_event({"object": "balance"}, kind="balance.available")).status_code == 200
    assert [outcome.split(": ")[1] for outcome in office.deliveries()] == [
        "of the other mode than the key's",
        "not about a return",
        "not about a return",
    ]
    assert operations(office.world, "shop.order") == []


def test_without_a_secret_there_is_no_such_door(door: Door) -> None:
    assert door.post(PATH, b"{}", **{"stripe-signature": "t=1,v1=2"}).status_code == 404

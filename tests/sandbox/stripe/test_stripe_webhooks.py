"""Events: signed as the SDK checks them, delivered in the background, repeated, in no promised order."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.stripe import Stripe
from bot.sandbox.stripe.courier import sign

Basket = Callable[..., dict[str, Any]]


@pytest.fixture
def secret(stripe: Stripe, mailbox: Any) -> str:
    return str(stripe.add_webhook(mailbox.url)["secret"])


def test_the_sdk_accepts_the_signature_and_only_with_the_right_secret(
    stripe: Stripe, client: Any, mailbox: Any, secret: str
) -> None:
    payment = stripe.charge(5000, "eur", {"order": "744"})
    assert stripe.courier.wait_until_idle()

    letter = mailbox.letters[-1]
    header = letter.headers["stripe-signature"]
    event = client.construct_event(letter.body, header, secret)
    assert (event.type, event.data.object.id) == ("payment_intent.succeeded", payment.payment_intent)
    assert (event.api_version, event.livemode) == ("2026-10-28.endive", False)
    for body, key in ((letter.body, "whsec_other"), (letter.body.replace(b"5000", b"0001"), secret)):
        with pytest.raises(sdk.SignatureVerificationError):
            client.construct_event(body, header, key)


def test_the_signature_is_the_sdks_own() -> None:
    made = sdk.WebhookSignature.generate_signature_header('{"a": 1}', "whsec_x", 1_700_000_000)

    assert sign(b'{"a": 1}', "whsec_x", 1_700_000_000) == made


def test_a_payment_and_its_refund_tell_their_story(
    stripe: Stripe, client: Any, mailbox: Any, secret: str
) -> None:
    payment = stripe.charge(5000, "eur")
    refund = client.v1.refunds.create({"charge": payment.charge, "amount": 700}, {"idempotency_key": "op:17"})
    stripe.courier.wait_until_idle()

    assert mailbox.kinds == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
    ]
    created, refunded = (letter.event for letter in mailbox.letters[-2:])
    assert (created["data"]["object"]["id"], created["data"]["object"]["amount"]) == (refund.id, 700)
    assert refunded["data"]["object"]["amount_refunded"] == 700
    assert created["request"] == {"id": refund.last_response.request_id, "idempotency_key": "op:17"}
    assert mailbox.letters[0].event["request"] == {"id": None, "idempotency_key": None}


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("succeeded", ["refund.updated", "charge.refund.updated"]),
        ("failed", ["refund.updated", "charge.refund.updated", "refund.failed"]),
    ],
)
def test_a_refund_that_changes_later_is_told(
    stripe: Stripe, mailbox: Any, status: str, kinds: list[str]
) -> None:
    stripe.script_refunds("pending")
    refund = stripe.refund_from_plugin(stripe.charge(5000, "eur").charge, 100)
    stripe.add_webhook(mailbox.url)

    stripe.change_refund(refund["id"], status)
    stripe.courier.wait_until_idle()

    assert mailbox.kinds == kinds
    event = mailbox.letters[0].event
    assert event["data"]["object"]["status"] == status
    assert event["data"]["previous_attributes"] == {"status": "pending"}


def test_checkout_tells_when_it_is_complete_and_when_it_lapses(
    stripe: Stripe, client: Any, clock: Any, mailbox: Any, basket: Basket
) -> None:
    stripe.add_webhook(mailbox.url, events=("checkout.session.completed", "checkout.session.expired"))
    paid, lapsed = (client.v1.checkout.sessions.create(basket()) for _ in range(2))
    stripe.pay(paid.id)
    clock.move(days=1)
    stripe.lapse_due()
    stripe.courier.wait_until_idle()

    told = [(letter.event["type"], letter.event["data"]["object"]["id"]) for letter in mailbox.letters]
    assert told == [("checkout.session.completed", paid.id), ("checkout.session.expired", lapsed.id)]
    assert mailbox.letters[0].event["data"]["object"]["payment_status"] == "paid"


@pytest.mark.parametrize(("succeeded", "word"), [(True, "succeeded"), (False, "failed")])
def test_a_delayed_payment_is_told_twice(  # noqa: PLR0917
    stripe: Stripe, client: Any, mailbox: Any, basket: Basket, succeeded: bool, word: str
) -> None:
    session = client.v1.checkout.sessions.create(basket())
    stripe.add_webhook(mailbox.url)
    stripe.pay(session.id, "delayed")
    stripe.settle_delayed(session.id, succeeded=succeeded)
    stripe.courier.wait_until_idle()

    told = [letter.event for letter in mailbox.letters if letter.event["type"].startswith("checkout")]
    assert [event["type"] for event in told] == [
        "checkout.session.completed",
        f"checkout.session.async_payment_{word}",
    ]
    assert told[0]["data"]["object"]["payment_status"] == "unpaid"


def test_disputes_are_told_from_beginning_to_end(stripe: Stripe, mailbox: Any) -> None:
    charge = stripe.charge(5000, "eur").charge
    stripe.add_webhook(mailbox.url, events=("charge.dispute.created", "charge.dispute.closed"))
    stripe.close_dispute(stripe.dispute(charge), "lost")
    stripe.courier.wait_until_idle()

    assert mailbox.kinds == ["charge.dispute.created", "charge.dispute.closed"]
    assert [letter.event["data"]["object"]["status"] for letter in mailbox.letters] == [
        "needs_response",
        "lost",
    ]


def test_a_failed_delivery_is_tried_again_with_the_same_event(
    stripe: Stripe, mailbox: Any, client: Any, secret: str
) -> None:
    mailbox.statuses = [500, 302]
    event = stripe.emit("charge.succeeded", {"id": "ch_1", "object": "charge"})
    assert stripe.courier.wait_until_idle()

    assert [one.status for one in stripe.courier.deliveries] == [500, 302, 200]
    assert [one.attempt for one in stripe.courier.deliveries] == [1, 2, 3]
    assert {letter.event["id"] for letter in mailbox.letters} == {event["id"]}
    assert client.v1.events.retrieve(event["id"]).pending_webhooks == 0


def test_retries_end_when_nobody_is_there(stripe: Stripe) -> None:
    stripe.add_webhook("http://127.0.0.1:9/nobody", events=("charge.succeeded",))
    stripe.charge(5000, "eur")
    assert stripe.courier.wait_until_idle()

    assert [one.status for one in stripe.courier.deliveries] == [0, 0, 0]


def test_news_may_come_late_doubled_and_in_the_wrong_order(stripe: Stripe, mailbox: Any, secret: str) -> None:
    stripe.courier.pause()
    stripe.courier.duplicate_next()
    stripe.charge(5000, "eur")
    assert mailbox.letters == []
    stripe.courier.resume("reversed")
    stripe.courier.wait_until_idle()

    created = "payment_intent.created"
    assert mailbox.kinds == ["payment_intent.succeeded", "charge.succeeded", created, created]
    assert mailbox.letters[2].event["id"] == mailbox.letters[3].event["id"]


def test_news_get_lost_are_repeated_held_and_told_again(stripe: Stripe, mailbox: Any) -> None:
    stripe.add_webhook(mailbox.url, events=("charge.succeeded",))
    stripe.lose_events()
    stripe.charge(1000, "eur")
    stripe.lose_events(lost=False)
    stripe.repeat_events(3)
    stripe.hold_events()
    stripe.charge(2000, "eur")
    stripe.repeat_events(1)
    stripe.charge(3000, "eur")
    stripe.release_events(backwards=True)
    stripe.courier.wait_until_idle()
    assert _amounts(mailbox) == [3000, 2000, 2000, 2000]

    mailbox.letters.clear()
    stripe.replay_events()
    stripe.courier.wait_until_idle()
    assert set(_amounts(mailbox)) == {1000, 2000, 3000}


def test_disabled_endpoints_hear_nothing(stripe: Stripe, mailbox: Any, secret: str) -> None:
    stripe.switch_webhooks(on=False)
    stripe.charge(1000, "eur")
    stripe.switch_webhooks(on=True)
    stripe.courier.wait_until_idle()
    assert mailbox.letters == []


def _amounts(mailbox: Any) -> list[int]:
    charges = [letter.event["data"]["object"] for letter in mailbox.letters]
    return [charge["amount"] for charge in charges if charge["object"] == "charge"]


def test_an_old_event_can_be_sent_again(stripe: Stripe, mailbox: Any, secret: str, client: Any) -> None:
    stripe.charge(5000, "eur")
    event = client.v1.events.list({"types": ["charge.succeeded"]}).data[0]
    stripe.redeliver(event.id)
    stripe.courier.wait_until_idle()

    assert [letter.event["id"] for letter in mailbox.letters].count(event.id) == 2


def test_deliveries_are_dated_by_the_machine_though_the_account_lives_elsewhere(
    stripe: Stripe, mailbox: Any, client: Any, clock: Any, secret: str
) -> None:
    clock.move(days=400)
    stripe.charge(5000, "eur")
    stripe.courier.wait_until_idle()

    letter = mailbox.letters[0]
    client.construct_event(letter.body, letter.headers["stripe-signature"], secret)
    assert letter.event["created"] == clock.seconds != int(time.time())


def test_an_endpoint_hears_its_own_mode_only(stripe: Stripe, mailbox: Any) -> None:
    stripe.add_webhook(mailbox.url, livemode=True, events=("charge.succeeded",))
    stripe.charge(5000, "eur")
    stripe.charge(6000, "eur", livemode=True)
    stripe.courier.wait_until_idle()

    (letter,) = mailbox.letters
    assert (letter.event["livemode"], letter.event["data"]["object"]["amount"]) == (True, 6000)


def test_an_endpoint_is_managed_through_the_sdk(stripe: Stripe, client: Any, mailbox: Any) -> None:
    endpoints = client.v1.webhook_endpoints
    made = endpoints.create({"url": mailbox.url, "enabled_events": ["refund.created"], "description": "Desk"})

    assert made.secret.startswith("whsec_")
    assert "secret" not in endpoints.retrieve(made.id)
    assert [row.url for row in endpoints.list().data] == [mailbox.url]
    changed = endpoints.update(made.id, {"enabled_events": ["charge.succeeded"], "disabled": True})
    assert (changed.enabled_events, changed.status) == (["charge.succeeded"], "disabled")
    stripe.charge(5000, "eur")
    endpoints.update(made.id, {"disabled": False})
    stripe.charge(6000, "eur")
    stripe.courier.wait_until_idle()
    assert [letter.event["data"]["object"]["amount"] for letter in mailbox.letters] == [6000]
    assert endpoints.delete(made.id).deleted is True
    assert endpoints.list().data == []


def test_an_event_shows_its_object_as_it_was(stripe: Stripe, client: Any) -> None:
    payment = stripe.charge(5000, "eur")
    stripe.refund_from_plugin(payment.charge, 700)

    (event,) = client.v1.events.list({"type": "charge.succeeded"}).data

    assert event.data.object.amount_refunded == 0

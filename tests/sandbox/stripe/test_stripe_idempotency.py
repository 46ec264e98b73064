"""Idempotency keys through the SDK: one key, one answer, one refund, for a day."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.stripe import Payment, Stripe, Trouble

Connect = Callable[..., Any]
KEY: Any = {"idempotency_key": "op:17:refund:v1"}


@pytest.fixture
def payment(stripe: Stripe) -> Payment:
    return stripe.charge(5000, "eur", {"order": "744"})


def test_the_same_request_under_the_same_key_is_answered_from_memory(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    body: Any = {"payment_intent": payment.payment_intent, "amount": 1000, "metadata": {"op": "17"}}

    first, second = (client.v1.refunds.create(body, KEY) for _ in range(2))

    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id
    assert second.last_response.request_id != first.last_response.request_id
    assert stripe.refunded(payment.payment_intent) == 1000


def test_two_equal_refunds_without_a_common_key_are_two_refunds(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    for _ in range(2):
        client.v1.refunds.create({"charge": payment.charge, "amount": 1000})

    assert stripe.refunded(payment.payment_intent) == 2000


def test_other_parameters_under_the_same_key_are_refused(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    client.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY)

    with pytest.raises(sdk.IdempotencyError) as caught:
        client.v1.refunds.create({"charge": payment.charge, "amount": 1001}, KEY)

    assert caught.value.http_status == 400
    assert stripe.refunded(payment.payment_intent) == 1000


def test_another_endpoint_under_the_same_key_is_refused(client: Any, payment: Payment) -> None:
    made = client.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY)

    with pytest.raises(sdk.IdempotencyError, match="/v1/refunds/"):
        client.v1.refunds.update(made.id, {"metadata": {"a": "b"}}, KEY)


def test_a_key_in_use_is_answered_with_409(stripe: Stripe, connect: Connect, payment: Payment) -> None:
    stripe.trouble(Trouble.SLOW, path="/v1/refunds", seconds=0.5)
    body: Any = {"charge": payment.charge, "amount": 1000}
    slow = threading.Thread(target=lambda: connect().v1.refunds.create(body, KEY))
    slow.start()
    _wait_until_taken(stripe)

    with pytest.raises(sdk.APIError) as caught:
        connect().v1.refunds.create(body, KEY)
    slow.join()

    assert caught.value.http_status == 409
    assert caught.value.error is not None
    assert caught.value.error.code == "idempotency_key_in_use"
    assert stripe.refunded(payment.payment_intent) == 1000


def _wait_until_taken(stripe: Stripe) -> None:
    done = threading.Event()
    while not stripe.account.keys.in_use and not done.wait(0.005):
        pass


def test_the_sdk_waits_out_a_key_in_use_and_gets_the_one_refund(
    stripe: Stripe, connect: Connect, payment: Payment
) -> None:
    stripe.trouble(Trouble.SLOW, path="/v1/refunds", seconds=0.3)
    body: Any = {"charge": payment.charge, "amount": 1000}
    slow = threading.Thread(target=lambda: connect().v1.refunds.create(body, KEY))
    slow.start()
    _wait_until_taken(stripe)

    again = connect(retries=2).v1.refunds.create(body, KEY)
    slow.join()

    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert [again.id] == [row.id for row in connect().v1.refunds.list().data]


def test_a_500_before_the_effect_is_kept_and_nothing_ever_happens_under_that_key(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    stripe.trouble(Trouble.ERROR_BEFORE, method="POST", path="/v1/refunds")
    for _ in range(2):
        with pytest.raises(sdk.APIError) as caught:
            client.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY)
        assert caught.value.http_status == 500

    assert caught.value.headers is not None
    assert caught.value.headers["idempotent-replayed"] == "true"
    assert client.v1.refunds.list().data == []


def test_a_500_after_the_effect_is_kept_and_the_money_has_moved_once(
    stripe: Stripe, connect: Connect, payment: Payment
) -> None:
    stripe.trouble(Trouble.ERROR_AFTER, method="POST", path="/v1/refunds")
    patient = connect(retries=2)
    for _ in range(2):
        with pytest.raises(sdk.APIError):
            patient.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY)

    assert stripe.refunded(payment.payment_intent) == 1000
    assert len(patient.v1.refunds.list({"payment_intent": payment.payment_intent}).data) == 1


def test_a_failed_validation_is_not_kept(stripe: Stripe, client: Any, payment: Payment) -> None:
    wrong: Any = {"charge": payment.charge, "amount": 1000, "reason": "too small"}
    with pytest.raises(sdk.InvalidRequestError):
        client.v1.refunds.create(wrong, KEY)

    assert client.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY).amount == 1000


def test_a_429_is_not_kept(stripe: Stripe, client: Any, payment: Payment) -> None:
    stripe.trouble(Trouble.BUSY, path="/v1/refunds")
    with pytest.raises(sdk.RateLimitError):
        client.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY)

    assert client.v1.refunds.create({"charge": payment.charge, "amount": 900}, KEY).amount == 900


def test_a_refusal_of_a_working_endpoint_is_kept(stripe: Stripe, client: Any, payment: Payment) -> None:
    stripe.refund_from_plugin(payment.charge, 5000)
    for replayed in (None, "true"):
        with pytest.raises(sdk.InvalidRequestError) as caught:
            client.v1.refunds.create({"charge": payment.charge}, KEY)
        assert caught.value.code == "charge_already_refunded"
        assert caught.value.headers is not None
        assert caught.value.headers.get("idempotent-replayed") == replayed


def test_a_key_protects_for_a_day_and_no_longer(
    stripe: Stripe, client: Any, clock: Any, payment: Payment
) -> None:
    moved = []
    for minutes in (0, 23 * 60 + 59, 1):
        clock.move(minutes=minutes)
        client.v1.refunds.create({"charge": payment.charge, "amount": 1000}, KEY)
        moved.append(stripe.refunded(payment.payment_intent))

    assert moved == [1000, 1000, 2000]


def test_a_key_of_the_test_mode_is_not_the_live_one(
    stripe: Stripe, client: Any, live: Any, payment: Payment
) -> None:
    real = stripe.charge(5000, "eur", livemode=True)

    client.v1.refunds.create({"charge": payment.charge}, KEY)
    live.v1.refunds.create({"charge": real.charge}, KEY)

    assert (stripe.refunded(payment.payment_intent), stripe.refunded(real.payment_intent)) == (5000, 5000)


def test_a_key_is_at_most_255_characters_long(client: Any, payment: Payment) -> None:
    with pytest.raises(sdk.InvalidRequestError, match="255"):
        client.v1.refunds.create({"charge": payment.charge}, {"idempotency_key": "k" * 256})


def test_twenty_threads_with_one_key_make_one_refund(
    stripe: Stripe, connect: Connect, payment: Payment
) -> None:
    ids: set[str] = set()

    def ask() -> None:
        ids.add(connect(retries=5).v1.refunds.create({"charge": payment.charge, "amount": 700}, KEY).id)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 1
    assert stripe.refunded(payment.payment_intent) == 700


def test_twenty_threads_without_a_key_never_give_back_more_than_was_paid(
    stripe: Stripe, connect: Connect, payment: Payment
) -> None:
    refused: list[str | None] = []

    def ask() -> None:
        try:
            connect().v1.refunds.create({"charge": payment.charge, "amount": 700})
        except sdk.InvalidRequestError as error:
            refused.append(error.param)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert stripe.refunded(payment.payment_intent) == 4900
    assert refused == ["amount"] * 13


def test_requests_change_the_account_one_after_the_other(
    stripe: Stripe, connect: Connect, payment: Payment
) -> None:
    done = threading.Event()

    def ask() -> None:
        connect().v1.refunds.create({"charge": payment.charge, "amount": 700})
        done.set()

    thread = threading.Thread(target=ask)
    with stripe.account.lock:
        thread.start()
        assert not done.wait(0.3)
        assert stripe.ledger[-1].object_id == payment.charge
    assert done.wait(5)
    thread.join()

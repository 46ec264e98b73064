"""Refunds through the SDK: what goes back, what Stripe refuses, and what becomes of a refund later."""

from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.stripe import EntryKind, Payment, Stripe, StripeError, Trouble


@pytest.fixture
def payment(stripe: Stripe) -> Payment:
    return stripe.charge(5000, "eur", {"order": "744"}, "Order 744")


def test_a_shop_payment_can_be_read_from_both_ends(stripe: Stripe, client: Any, payment: Payment) -> None:
    intent = client.v1.payment_intents.retrieve(payment.payment_intent, {"expand": ["latest_charge.refunds"]})

    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 5000, "eur")
    assert (intent.latest_charge.id, intent.latest_charge.paid) == (payment.charge, True)
    assert intent.latest_charge.refunds.data == []
    assert (intent.metadata["order"], intent.description) == ("744", "Order 744")


def test_a_refund_by_payment_intent_gives_back_a_part(stripe: Stripe, client: Any, payment: Payment) -> None:
    refund = client.v1.refunds.create(
        {
            "payment_intent": payment.payment_intent,
            "amount": 1999,
            "reason": "requested_by_customer",
            "metadata": {"op_id": "17", "rma": "RMA-1042"},
        }
    )
    charge = client.v1.charges.retrieve(payment.charge)

    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 1999, payment.charge)
    assert refund.metadata.to_dict() == {"op_id": "17", "rma": "RMA-1042"}
    assert refund.reason == "requested_by_customer"
    assert (charge.amount_refunded, charge.refunded) == (1999, False)


def test_a_refund_without_an_amount_gives_back_all_that_is_left(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    client.v1.refunds.create({"charge": payment.charge, "amount": 1})

    assert client.v1.refunds.create({"charge": payment.charge}).amount == 4999
    assert client.v1.charges.retrieve(payment.charge).refunded is True


def test_nothing_is_left_after_a_full_refund(client: Any, payment: Payment) -> None:
    client.v1.refunds.create({"charge": payment.charge})

    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": payment.charge, "amount": 1})
    assert (caught.value.http_status, caught.value.code) == (400, "charge_already_refunded")


def test_more_than_is_left_is_refused_in_numbers(client: Any, payment: Payment) -> None:
    client.v1.refunds.create({"charge": payment.charge, "amount": 2000})

    with pytest.raises(sdk.InvalidRequestError, match=r"30\.01 EUR.*30\.00 EUR") as caught:
        client.v1.refunds.create({"charge": payment.charge, "amount": 3001})
    assert (caught.value.param, caught.value.code) == ("amount", None)


@pytest.mark.parametrize("key", ["charge", "payment_intent"])
def test_an_unknown_payment_is_named(client: Any, key: str) -> None:
    with pytest.raises(sdk.InvalidRequestError, match=f"No such {key}: 'xx_none'") as caught:
        client.v1.refunds.create({key: "xx_none"})
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (404, "resource_missing", key)


def test_a_refund_of_nothing_in_particular_is_refused(client: Any) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.refunds.create({"amount": 100})
    assert caught.value.code == "parameter_missing"


def test_stripe_knows_three_reasons_and_no_more(client: Any, payment: Payment) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": payment.charge, "reason": "too_small"})
    assert caught.value.param == "reason"


def test_a_pending_refund_holds_its_money_and_tells_why(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    stripe.script_refunds("pending", pending_reason="insufficient_funds")

    refund = client.v1.refunds.create({"charge": payment.charge, "amount": 5000})

    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert client.v1.charges.retrieve(payment.charge).refunded is True
    stripe.change_refund(refund.id, "succeeded")
    later = client.v1.refunds.retrieve(refund.id)
    assert later.status == "succeeded"
    assert "pending_reason" not in later
    assert stripe.refunded(payment.payment_intent) == 5000


def test_a_refund_that_comes_home_can_be_made_again(stripe: Stripe, client: Any, payment: Payment) -> None:
    refund = client.v1.refunds.create({"charge": payment.charge})

    stripe.change_refund(refund.id, "failed", failure_reason="expired_or_canceled_card")

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert client.v1.charges.retrieve(payment.charge).amount_refunded == 0
    assert client.v1.refunds.create({"charge": payment.charge}).amount == 5000
    assert [entry.kind for entry in stripe.ledger] == [
        EntryKind.PAYMENT,
        EntryKind.REFUND,
        EntryKind.REFUND_FAILURE,
        EntryKind.REFUND,
    ]


def test_a_refund_that_fails_at_once_moves_nothing(stripe: Stripe, client: Any, payment: Payment) -> None:
    stripe.script_refunds("failed", failure_reason="declined")

    assert client.v1.refunds.create({"charge": payment.charge}).failure_reason == "declined"
    assert stripe.refunded(payment.payment_intent) == 0


def test_only_a_refund_that_waits_for_the_customer_can_be_canceled(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    stripe.script_refunds("requires_action")
    waiting = client.v1.refunds.create({"charge": payment.charge, "amount": 100})
    done = client.v1.refunds.create({"charge": payment.charge, "amount": 100})

    assert client.v1.refunds.cancel(waiting.id).status == "canceled"
    with pytest.raises(sdk.InvalidRequestError):
        client.v1.refunds.cancel(done.id)
    assert stripe.refunded(payment.payment_intent) == 100


def test_a_script_cannot_do_what_stripe_never_does(stripe: Stripe, payment: Payment) -> None:
    refund = stripe.refund_from_plugin(payment.charge, 100)
    stripe.change_refund(refund["id"], "failed")

    with pytest.raises(ValueError, match="failed"):
        stripe.change_refund(refund["id"], "succeeded")
    with pytest.raises(ValueError, match="canceled"):
        stripe.script_refunds("canceled")


def test_metadata_of_a_refund_can_be_added_later(client: Any, payment: Payment) -> None:
    refund = client.v1.refunds.create({"charge": payment.charge, "metadata": {"op": "17"}})

    changed = client.v1.refunds.update(refund.id, {"metadata": {"row": "2001"}})

    assert changed.metadata.to_dict() == {"op": "17", "row": "2001"}


def test_the_plugin_of_the_shop_carries_its_reason_in_the_metadata(
    stripe: Stripe, client: Any, payment: Payment
) -> None:
    made = stripe.refund_from_plugin(payment.charge, 700, "RMA-1042 too small")
    again = stripe.refund_from_plugin(payment.payment_intent, 700, "RMA-1042 too small")

    listed = client.v1.refunds.list({"payment_intent": payment.payment_intent}).data
    assert [row.id for row in listed] == [again["id"], made["id"]]
    assert listed[0].metadata["reason"] == "RMA-1042 too small"
    assert listed[0].reason is None
    assert stripe.refunded(payment.payment_intent) == 1400


def test_the_plugin_cuts_a_long_reason_but_keeps_its_beginning(stripe: Stripe, payment: Payment) -> None:
    long = stripe.refund_from_plugin(payment.charge, 1, "RMA-1042 " + "x" * 600)["metadata"]["reason"]
    fitting = stripe.refund_from_plugin(payment.charge, 1, "y" * 500)["metadata"]["reason"]

    assert long.startswith("RMA-1042 x")
    assert len(long) <= 500
    assert fitting == "y" * 500


def test_the_plugin_meets_the_same_refusals(stripe: Stripe, payment: Payment) -> None:
    with pytest.raises(StripeError, match="greater than"):
        stripe.refund_from_plugin(payment.charge, 5001)


def test_the_plugin_may_lose_an_answer_after_the_money_moved(stripe: Stripe, payment: Payment) -> None:
    for trouble, moved in ((Trouble.ERROR_AFTER, 700), (Trouble.ERROR_BEFORE, 700)):
        stripe.trouble(trouble, path="plugin")
        with pytest.raises(StripeError) as caught:
            stripe.refund_from_plugin(payment.charge, 700)
        assert caught.value.status == 500
        assert stripe.refunded(payment.payment_intent) == moved


def test_a_dispute_takes_the_money_and_bars_refunds(stripe: Stripe, client: Any, payment: Payment) -> None:
    dispute = stripe.dispute(payment.charge)

    assert client.v1.charges.retrieve(payment.charge).disputed is True
    found = client.v1.disputes.list({"payment_intent": payment.payment_intent}).data[0]
    assert (found.id, found.amount, found.status) == (dispute, 5000, "needs_response")
    assert client.v1.disputes.retrieve(dispute, {"expand": ["charge"]}).charge.id == payment.charge
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": payment.charge, "amount": 1})
    assert caught.value.code == "charge_disputed"
    assert stripe.balance() == {"eur": 0}


def test_a_dispute_that_is_won_brings_the_money_back(stripe: Stripe, payment: Payment) -> None:
    stripe.close_dispute(won := stripe.dispute(payment.payment_intent, 2000), "won")

    assert stripe.get(won)["status"] == "won"
    assert stripe.balance() == {"eur": 5000}
    with pytest.raises(ValueError, match="won"):
        stripe.close_dispute(won, "lost")


def test_the_balance_is_what_the_ledger_adds_up_to(stripe: Stripe, client: Any, payment: Payment) -> None:
    stripe.charge(900, "usd")
    stripe.refund_from_plugin(payment.charge, 700)

    available = client.v1.balance.retrieve().available

    assert [(row.currency, row.amount) for row in available] == [("eur", 4300), ("usd", 900)]

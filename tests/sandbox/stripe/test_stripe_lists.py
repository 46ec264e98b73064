"""Lists and expansions: pages through the SDK, newest first, and what may be asked along."""

import json
from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.stripe import Stripe


def test_every_refund_of_a_payment_is_found_page_by_page(stripe: Stripe, client: Any) -> None:
    payment, other = stripe.charge(50_000, "eur"), stripe.charge(50_000, "eur")
    made = [stripe.refund_from_plugin(payment.charge, 100 + n)["id"] for n in range(7)]
    stripe.refund_from_plugin(other.charge, 999)

    first = client.v1.refunds.list({"payment_intent": payment.payment_intent, "limit": 3})

    assert [row.id for row in first.data] == made[:3:-1]
    assert first.has_more is True
    assert [row.id for row in first.auto_paging_iter()] == made[::-1]
    last = client.v1.refunds.list({"charge": payment.charge, "limit": 3, "starting_after": made[3]})
    assert [row.id for row in last.data] == [made[2], made[1], made[0]]
    assert last.has_more is False


def test_a_list_is_read_backwards_too(stripe: Stripe, client: Any) -> None:
    charge = stripe.charge(50_000, "eur").charge
    made = [stripe.refund_from_plugin(charge, 100)["id"] for _ in range(5)]

    newer = client.v1.refunds.list({"limit": 2, "ending_before": made[1]})

    assert [row.id for row in newer.data] == [made[3], made[2]]
    assert newer.has_more is True


def test_a_page_has_ten_rows_unless_asked_and_a_hundred_at_most(stripe: Stripe, client: Any) -> None:
    for _ in range(11):
        stripe.charge(100, "eur")

    assert len(client.v1.charges.list().data) == 10
    assert len(client.v1.payment_intents.list({"limit": 100}).data) == 11
    for limit in (0, 101):
        with pytest.raises(sdk.InvalidRequestError):
            client.v1.charges.list({"limit": limit})


def test_a_cursor_nobody_knows_is_refused(client: Any) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.refunds.list({"starting_after": "re_none"})
    assert caught.value.param == "starting_after"


def test_refunds_of_an_unknown_payment_are_an_error_not_an_empty_list(client: Any) -> None:
    with pytest.raises(sdk.InvalidRequestError, match="No such payment_intent"):
        client.v1.refunds.list({"payment_intent": "pi_none"})


def test_a_list_may_be_cut_by_time(stripe: Stripe, client: Any, clock: Any) -> None:
    start = clock.seconds
    charges = []
    for _ in range(3):
        charges.append(stripe.charge(100, "eur").charge)
        clock.move(hours=1)

    late = client.v1.charges.list({"created": {"gte": start + 3600}}).data
    early = client.v1.charges.list({"created": {"gt": start - 1, "lt": start + 3600}}).data
    exact = client.v1.charges.list({"created": start + 7200}).data

    assert [row.id for row in late] == [charges[2], charges[1]]
    assert [row.id for row in early] == [charges[0]]
    assert [row.id for row in exact] == [charges[2]]


def test_lists_expand_what_their_rows_name(stripe: Stripe, client: Any) -> None:
    payment = stripe.charge(5000, "eur")
    stripe.refund_from_plugin(payment.charge, 100)

    row = client.v1.refunds.list({"expand": ["data.payment_intent.latest_charge", "data.charge"]}).data[0]

    assert row.payment_intent.latest_charge.amount_refunded == 100
    assert row.charge.id == payment.charge


def test_the_refunds_of_a_charge_have_their_own_list(stripe: Stripe, client: Any) -> None:
    payment = stripe.charge(5000, "eur")
    made = stripe.refund_from_plugin(payment.charge, 100)["id"]

    listed = client.raw_request("get", f"/v1/charges/{payment.charge}/refunds")

    assert [row["id"] for row in json.loads(listed.body)["data"]] == [made]


@pytest.mark.parametrize("path", ["customer_secret", "payment_intent.nobody", "a.b.c.d.e"])
def test_what_cannot_be_expanded_is_refused(stripe: Stripe, client: Any, path: str) -> None:
    charge = stripe.charge(5000, "eur").charge

    with pytest.raises(sdk.InvalidRequestError, match="expand"):
        client.v1.charges.retrieve(charge, {"expand": [path]})


def test_what_a_reader_holds_is_a_copy(stripe: Stripe) -> None:
    charge = stripe.charge(5000, "eur").charge
    stripe.get(charge)["metadata"]["order"] = "forged"

    assert stripe.get(charge)["metadata"] == {}

"""Checkout sessions through the SDK: made, paid once, declined, delayed, expired."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.stripe import EntryKind, Stripe, StripeError

Basket = Callable[..., dict[str, Any]]


def test_a_session_says_what_is_to_be_paid_and_where(
    client: Any, clock: Any, basket: Basket, url: str
) -> None:
    session = client.v1.checkout.sessions.create(
        basket(
            customer_email="ada@example.com",
            client_reference_id="RMA-1042",
            metadata={"op_id": "17"},
            locale="fr",
            expires_at=clock.seconds + 1800,
            expand=["line_items"],
        )
    )

    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "payment")
    assert (session.amount_total, session.currency, session.payment_intent) == (1250, "eur", None)
    assert (session.customer_email, session.client_reference_id) == ("ada@example.com", "RMA-1042")
    assert (session.locale, session.livemode, session.expires_at) == ("fr", False, clock.seconds + 1800)
    assert session.url == f"{url}/c/pay/{session.id}"
    assert session.id.startswith("cs_test_")
    assert session.line_items.data[0].description == "Price difference"


def test_a_session_lives_a_day_unless_told_otherwise(client: Any, clock: Any, basket: Basket) -> None:
    session = client.v1.checkout.sessions.create(basket())

    assert session.expires_at == clock.seconds + 86_400
    assert "line_items" not in session


@pytest.mark.parametrize("seconds", [1799, 86_401])
def test_a_session_lives_neither_shorter_nor_longer_than_stripe_allows(
    client: Any, clock: Any, basket: Basket, seconds: int
) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(basket(expires_at=clock.seconds + seconds))
    assert caught.value.param == "expires_at"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        ({"success_url": None}, "success_url"),
        ({"success_url": "portal.example"}, "success_url"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"locale": "klingon"}, "locale"),
        ({"payment_intent_data": {"metadatas": {}, "x": "y"}}, "payment_intent_data[x]"),
    ],
)
def test_a_wrong_session_is_refused_by_parameter(
    client: Any, basket: Basket, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(basket(**change))
    assert caught.value.param == param


def test_items_add_up_and_share_one_currency(client: Any, basket: Basket) -> None:
    price = {"currency": "eur", "unit_amount": 300, "product_data": {"name": "Mug"}}
    session = client.v1.checkout.sessions.create(
        basket(line_items=[{"price_data": price, "quantity": 3}, {"price_data": price, "quantity": 1}])
    )
    assert session.amount_total == 1200
    items = client.v1.checkout.sessions.line_items.list(session.id).data
    assert [(item.quantity, item.amount_total) for item in items] == [(3, 900), (1, 300)]

    foreign = price | {"currency": "usd"}
    with pytest.raises(sdk.InvalidRequestError, match="same currency"):
        client.v1.checkout.sessions.create(
            basket(line_items=[{"price_data": price, "quantity": 1}, {"price_data": foreign, "quantity": 1}])
        )


def test_a_payment_completes_the_session_and_makes_the_money_move(
    stripe: Stripe, client: Any, basket: Basket
) -> None:
    session = client.v1.checkout.sessions.create(
        basket(payment_intent_data={"metadata": {"op_id": "17"}}, customer_email="ada@example.com")
    )

    assert stripe.pay(session.id) is True

    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "ada@example.com"
    assert paid.payment_intent.metadata["op_id"] == "17"
    assert paid.payment_intent.latest_charge.amount == 1250
    (entry,) = stripe.ledger
    assert (entry.kind, entry.amount_minor, entry.currency) == (EntryKind.PAYMENT, 1250, "eur")
    assert dict(entry.metadata) == {"op_id": "17"}
    assert client.v1.refunds.create({"payment_intent": paid.payment_intent.id}).amount == 1250


def test_a_session_is_paid_once(stripe: Stripe, client: Any, basket: Basket) -> None:
    session = client.v1.checkout.sessions.create(basket())
    stripe.pay(session.id)

    with pytest.raises(StripeError, match="complete"):
        stripe.pay(session.id)
    assert len(stripe.ledger) == 1


def test_a_declined_card_leaves_the_session_open_for_another(
    stripe: Stripe, client: Any, basket: Basket
) -> None:
    session = client.v1.checkout.sessions.create(basket())

    assert stripe.pay(session.id, "card_declined") is False
    intent = client.v1.payment_intents.retrieve(
        client.v1.checkout.sessions.retrieve(session.id).payment_intent
    )
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", "card_declined")
    with pytest.raises(sdk.InvalidRequestError, match="no successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})
    assert stripe.ledger == ()
    assert stripe.pay(session.id) is True
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize(("succeeded", "status", "money"), [(True, "paid", 1250), (False, "unpaid", 0)])
def test_a_delayed_payment_is_complete_before_it_is_paid(  # noqa: PLR0917
    stripe: Stripe, client: Any, basket: Basket, succeeded: bool, status: str, money: int
) -> None:
    session = client.v1.checkout.sessions.create(basket())
    stripe.pay(session.id, "delayed")

    waiting = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.status == "processing"
    assert stripe.balance() == {}

    stripe.settle_delayed(session.id, succeeded=succeeded)

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status
    assert sum(entry.signed for entry in stripe.ledger) == money
    with pytest.raises(ValueError, match="waits for no"):
        stripe.settle_delayed(session.id)


def test_an_open_session_can_be_closed_and_then_not_be_paid(
    stripe: Stripe, client: Any, basket: Basket
) -> None:
    session = client.v1.checkout.sessions.create(basket())

    closed = client.v1.checkout.sessions.expire(session.id)

    assert (closed.status, closed.url) == ("expired", None)
    with pytest.raises(StripeError, match="expired"):
        stripe.pay(session.id)


def test_closing_a_paid_session_is_refused(stripe: Stripe, client: Any, basket: Basket) -> None:
    session = client.v1.checkout.sessions.create(basket())
    stripe.pay(session.id)

    with pytest.raises(sdk.InvalidRequestError, match="complete"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_lapses_when_its_time_is_over(
    stripe: Stripe, client: Any, clock: Any, basket: Basket
) -> None:
    session = client.v1.checkout.sessions.create(basket(expires_at=clock.seconds + 1800))
    clock.move(minutes=29, seconds=59)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    clock.move(seconds=1)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    with pytest.raises(StripeError, match="expired"):
        stripe.pay(session.id)


def test_nothing_to_pay_needs_no_payment(stripe: Stripe, client: Any, basket: Basket) -> None:
    session = client.v1.checkout.sessions.create(basket(0))
    stripe.pay(session.id)

    done = client.v1.checkout.sessions.retrieve(session.id)
    assert (done.payment_status, done.payment_intent) == ("no_payment_required", None)


def test_sessions_are_found_by_status_and_payment(stripe: Stripe, client: Any, basket: Basket) -> None:
    sessions = client.v1.checkout.sessions
    paid, still_open = sessions.create(basket()), sessions.create(basket())
    stripe.pay(paid.id)
    intent = sessions.retrieve(paid.id).payment_intent

    assert [row.id for row in sessions.list({"status": "open"}).data] == [still_open.id]
    assert [row.id for row in sessions.list({"payment_intent": intent}).data] == [paid.id]


def test_the_same_key_gives_the_same_session(client: Any, basket: Basket) -> None:
    key = {"idempotency_key": "op:17:checkout:v1"}

    made = {client.v1.checkout.sessions.create(basket(), key).id for _ in range(2)}

    assert len(made) == 1
    with pytest.raises(sdk.IdempotencyError):
        client.v1.checkout.sessions.create(basket(1251), key)


def test_a_reset_forgets_money_and_keys_and_keeps_endpoints(
    stripe: Stripe, client: Any, basket: Basket
) -> None:
    stripe.add_webhook("http://127.0.0.1:9/hook", events=("refund.created",))
    client.v1.checkout.sessions.create(basket(), {"idempotency_key": "k"})
    stripe.charge(5000, "eur")
    before = stripe.version

    stripe.reset()

    assert stripe.version > before
    assert stripe.ledger == ()
    assert stripe.all("checkout.session") == stripe.all("charge") == stripe.all("event") == []
    assert len(stripe.all("webhook_endpoint")) == 1
    assert client.v1.checkout.sessions.create(basket(999), {"idempotency_key": "k"}).amount_total == 999


def test_every_visible_change_moves_the_version(stripe: Stripe, client: Any, basket: Basket) -> None:
    seen = [stripe.version]
    steps: list[Callable[[], Any]] = [
        lambda: stripe.charge(5000, "eur"),
        lambda: stripe.refund_from_plugin(stripe.all("charge")[0]["id"], 10),
        lambda: stripe.change_refund(stripe.all("refund")[0]["id"], "failed"),
        lambda: client.v1.checkout.sessions.create(basket()),
        lambda: stripe.pay(stripe.all("checkout.session")[0]["id"]),
        lambda: stripe.dispute(stripe.all("charge")[-1]["id"]),
    ]
    for step in steps:
        step()
        seen.append(stripe.version)

    assert seen == sorted(set(seen))

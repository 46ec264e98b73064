"""What the desk reads at Stripe as evidence, over HTTP, and whose events it believes."""

import json
import time
from collections.abc import Callable

import pytest
from stripe import WebhookSignature

from bot.clock import utc_now
from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.stripe import Payments, StripeRefundOrder, check_event
from bot.sandbox.stripe import LIVE_KEY, READ_ONLY_KEY, TEST_KEY, Stripe, Trouble
from store.money import Money, total
from tests.bot.gateways.scripted_shop import Script, say

SECRET = "whsec_test"


def test_a_refund_of_the_shops_plugin_shows_the_reference_it_was_made_under(
    stripe: Stripe, payments: Payments
) -> None:
    paid = stripe.charge(14079, "eur")
    stripe.refund_from_plugin(paid.payment_intent, 5990, "RMA-1042-R1 · Too small")
    (refund,) = payments.list_refunds(paid.payment_intent)
    assert refund.amount == Money(5990, "EUR")
    assert refund.reason == "RMA-1042-R1 · Too small"
    assert refund.payment_intent == paid.payment_intent
    assert refund.counts


def test_every_page_of_refunds_is_read(stripe: Stripe, payments: Payments) -> None:
    paid = stripe.charge(50000, "eur")
    for _ in range(130):
        stripe.refund_from_plugin(paid.payment_intent, 100)
    refunds = payments.list_refunds(paid.payment_intent)
    assert len({refund.refund_id for refund in refunds}) == 130
    assert total((refund.amount for refund in refunds), "EUR") == Money(13000, "EUR")


def test_refunds_of_other_payments_stay_out(stripe: Stripe, payments: Payments) -> None:
    paid, other = stripe.charge(1000, "eur"), stripe.charge(1000, "eur")
    stripe.refund_from_plugin(other.payment_intent, 500)
    assert payments.list_refunds(paid.payment_intent) == ()


@pytest.mark.parametrize(
    ("status", "counts"), [("pending", True), ("requires_action", True), ("failed", False)]
)
def test_money_counts_until_it_came_back(
    stripe: Stripe, payments: Payments, status: str, counts: bool
) -> None:
    paid = stripe.charge(1000, "eur")
    stripe.script_refunds(status)
    stripe.refund_from_plugin(paid.payment_intent, 500)
    (refund,) = payments.list_refunds(paid.payment_intent)
    assert (refund.status, refund.counts) == (status, counts)


@pytest.mark.parametrize(
    ("units", "currency", "expected"),
    [
        (1000, "jpy", Money(1000, "JPY")),
        (3330, "kwd", Money(3330, "KWD")),
        (150000, "isk", Money(1500, "ISK")),
    ],
)
def test_amounts_come_back_in_the_currencys_own_units(
    stripe: Stripe, payments: Payments, units: int, currency: str, expected: Money
) -> None:
    paid = stripe.charge(units, currency)
    stripe.refund_from_plugin(paid.payment_intent, units)
    assert payments.list_refunds(paid.payment_intent)[0].amount == expected


def test_a_payment_of_another_account_is_refused(payments: Payments) -> None:
    with pytest.raises(Refused) as caught:
        payments.list_refunds("pi_unknown")
    assert caught.value.code == "resource_missing"


def test_a_wrong_key_is_refused(connect: Callable[[str], Payments]) -> None:
    with pytest.raises(Refused):
        connect("sk_test_wrong").read_account()


@pytest.mark.parametrize(("key", "live"), [(TEST_KEY, False), (LIVE_KEY, True)])
def test_the_account_says_whose_it_is_and_whether_money_is_real(
    connect: Callable[[str], Payments], key: str, live: bool
) -> None:
    account = connect(key).read_account()
    assert account.account_id.startswith("acct_")
    assert account.live is live


def test_a_hiccup_is_asked_again(stripe: Stripe, payments: Payments) -> None:
    paid = stripe.charge(1000, "eur")
    stripe.trouble(Trouble.ERROR_BEFORE, path="/v1/refunds")
    assert payments.list_refunds(paid.payment_intent) == ()


def test_a_busy_stripe_is_unreachable(stripe: Stripe, payments: Payments) -> None:
    paid = stripe.charge(1000, "eur")
    stripe.trouble(Trouble.BUSY, path="/v1/refunds")
    with pytest.raises(Unreachable):
        payments.list_refunds(paid.payment_intent)


def test_a_stripe_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        Payments(TEST_KEY, base="http://127.0.0.1:1", tries=0).list_refunds("pi_1")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"object": "list", "data": [{}], "has_more": false}'])
def test_an_answer_that_is_not_stripes_is_unreachable(script: Script, body: bytes) -> None:
    script.on("GET", "/refunds", say(200, body))
    with pytest.raises(Unreachable):
        Payments(TEST_KEY, base=script.url, tries=0).list_refunds("pi_1")


def event(kind: str = "refund.updated", **about: object) -> bytes:
    """The body of an event about an object."""
    body = {"id": "evt_1", "object": "event", "type": kind, "livemode": False, "data": {"object": about}}
    return json.dumps(body).encode()


def sign(body: bytes, secret: str = SECRET, at: float | None = None) -> str:
    """The header Stripe would send."""
    return WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=int(at or time.time()))


def test_a_signed_event_names_its_payment() -> None:
    body = event(object="refund", id="re_1", payment_intent="pi_1")
    found = check_event(body, sign(body), SECRET, utc_now())
    assert found is not None
    assert (found.kind, found.payment_intent, found.live) == ("refund.updated", "pi_1", False)


def test_an_event_about_the_payment_itself_names_it_too() -> None:
    body = event("payment_intent.succeeded", object="payment_intent", id="pi_2")
    found = check_event(body, sign(body), SECRET, utc_now())
    assert found is not None
    assert found.payment_intent == "pi_2"


BODY = event(object="refund", id="re_1", payment_intent="pi_1")


@pytest.mark.parametrize(
    ("body", "signature", "secret"),
    [
        (BODY, sign(BODY, "whsec_other"), SECRET),
        (BODY + b" ", sign(BODY), SECRET),
        (BODY, sign(BODY, at=time.time() - 3600), SECRET),
        (BODY, sign(BODY, " "), ""),
        (BODY, "", SECRET),
        (BODY, "t=now,v1=1", SECRET),
        (BODY, f"t={int(time.time())},v1=é", SECRET),
        (b"\xff\xfe", sign(BODY), SECRET),
        (b"[]", sign(b"[]"), SECRET),
        (b"{}", sign(b"{}"), SECRET),
        (b"no json", sign(b"no json"), SECRET),
    ],
)
def test_a_forged_stale_or_garbled_event_is_none(body: bytes, signature: str, secret: str) -> None:
    assert check_event(body, signature, secret, utc_now()) is None


def test_a_dispute_is_seen_until_it_is_decided(stripe: Stripe, payments: Payments) -> None:
    paid, other = stripe.charge(5000, "eur"), stripe.charge(5000, "eur")
    dispute = stripe.dispute(paid.payment_intent)
    assert payments.is_disputed(paid.payment_intent)
    assert not payments.is_disputed(other.payment_intent)
    stripe.close_dispute(dispute, "won")
    assert not payments.is_disputed(paid.payment_intent)


def an_order_for(intent: str, minor: int = 1000) -> StripeRefundOrder:
    return StripeRefundOrder(intent, Money(minor, "EUR"), "op1", "RMA-1-R1 Return RMA-1", {"return": "RMA-1"})


def test_a_refund_under_our_key_says_what_it_is_for(stripe: Stripe, payments: Payments) -> None:
    paid = stripe.charge(5000, "eur")
    made = payments.create_refund(an_order_for(paid.payment_intent), "op:1:refund:v1")
    assert (made.amount, made.status, made.operation) == (Money(1000, "EUR"), "succeeded", "op1")
    assert made.reason.split(" ")[0] == "RMA-1-R1"
    assert stripe.refunded(paid.payment_intent) == 1000
    assert payments.read_refund(made.refund_id) == made


def test_the_same_key_pays_once_and_another_key_pays_again(stripe: Stripe, payments: Payments) -> None:
    paid = stripe.charge(5000, "eur")
    wanted = an_order_for(paid.payment_intent)
    first, again = (payments.create_refund(wanted, "op:1:refund:v1") for _ in range(2))
    assert first.refund_id == again.refund_id
    payments.create_refund(wanted, "op:1:refund:v2")
    assert stripe.refunded(paid.payment_intent) == 2000


def test_a_key_used_for_something_else_before_leaves_the_outcome_open(
    stripe: Stripe, payments: Payments
) -> None:
    paid = stripe.charge(5000, "eur")
    payments.create_refund(an_order_for(paid.payment_intent), "op:1:refund:v1")
    with pytest.raises(OutcomeUnknown):
        payments.create_refund(an_order_for(paid.payment_intent, 2000), "op:1:refund:v1")
    assert stripe.refunded(paid.payment_intent) == 1000


ANSWERS = [
    (400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}, Refused),
    (402, {"error": {"type": "card_error", "code": "card_declined"}}, Refused),
    (401, {"error": {"type": "invalid_request_error"}}, Refused),
    (403, {"error": {"type": "invalid_request_error"}}, Refused),
    (404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}, Refused),
    (409, {"error": {"type": "invalid_request_error", "code": "idempotency_key_in_use"}}, OutcomeUnknown),
    (429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}}, Unreachable),
    (500, {"error": {"type": "api_error"}}, OutcomeUnknown),
    (503, "<html>try later</html>", OutcomeUnknown),
    (403, "<html>forbidden</html>", OutcomeUnknown),
    (200, "<html>welcome</html>", OutcomeUnknown),
    (200, {"id": "re_1", "object": "refund"}, OutcomeUnknown),
    (200, {"object": "list", "data": []}, OutcomeUnknown),
]


@pytest.mark.parametrize(
    ("status", "body", "error"), ANSWERS, ids=[f"{status}-{n}" for n, (status, _, _) in enumerate(ANSWERS)]
)
def test_what_an_answer_to_a_refund_proves(
    script: Script, status: int, body: object, error: type[Exception]
) -> None:
    said = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    script.on("POST", "/refunds", say(status, said))
    with pytest.raises(error):
        Payments(TEST_KEY, base=script.url, tries=0).create_refund(an_order_for("pi_1"), "op:1:refund:v1")


def test_a_connection_that_breaks_leaves_the_outcome_open() -> None:
    with pytest.raises(OutcomeUnknown):
        Payments(TEST_KEY, base="http://127.0.0.1:9", tries=0).create_refund(an_order_for("pi_1"), "k")


def test_a_key_that_may_only_read_is_known_without_moving_money(
    stripe: Stripe, connect: Callable[[str], Payments]
) -> None:
    stripe.charge(5000, "eur")
    assert connect(TEST_KEY).may_refund()
    assert not connect(READ_ONLY_KEY).may_refund()
    assert stripe.all("refund") == []

"""Keys, modes, versions, parameters: what every request to the sandbox's Stripe goes through."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
import stripe as sdk

from bot.sandbox.stripe import READ_ONLY_KEY, TEST_KEY, Stripe, Trouble

Connect = Callable[..., Any]


def test_a_request_without_a_key_is_turned_away(url: str) -> None:
    answer = requests.get(f"{url}/v1/account", timeout=5)

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_an_unknown_key_is_turned_away_and_not_repeated_in_clear(connect: Connect) -> None:
    stranger = connect("sk_test_of_somebody_else")

    with pytest.raises(sdk.AuthenticationError) as caught:
        stranger.v1.accounts.retrieve_current()

    assert caught.value.http_status == 401
    assert "sk_test_of_somebody_else" not in str(caught.value)


def test_the_prefix_of_the_key_decides_the_mode(client: Any, live: Any) -> None:
    assert client.v1.balance.retrieve().livemode is False
    assert live.v1.balance.retrieve().livemode is True


def test_test_and_live_objects_never_meet(stripe: Stripe, client: Any, live: Any) -> None:
    payment = stripe.charge(2000, "eur", livemode=True)

    assert live.v1.charges.retrieve(payment.charge).livemode is True
    with pytest.raises(sdk.InvalidRequestError, match="exists in live mode") as caught:
        client.v1.charges.retrieve(payment.charge)
    assert caught.value.http_status == 404
    assert client.v1.charges.list().data == []


def test_a_reading_key_reads_and_does_not_pay_back(stripe: Stripe, connect: Connect) -> None:
    payment = stripe.charge(2000, "eur")
    reader = connect(READ_ONLY_KEY)

    assert reader.v1.charges.retrieve(payment.charge).amount == 2000
    with pytest.raises(sdk.PermissionError):
        reader.v1.refunds.create({"charge": payment.charge})
    assert stripe.refunded(payment.payment_intent) == 0


def test_the_version_the_sdk_speaks_is_accepted_and_echoed(client: Any) -> None:
    answer = client.v1.accounts.retrieve_current().last_response

    assert answer.headers["Stripe-Version"] == sdk.api_version == "2026-10-28.endive"
    assert answer.request_id.startswith("req_")


def test_a_version_of_another_kind_is_refused(url: str) -> None:
    headers = {"Authorization": f"Bearer {TEST_KEY}", "Stripe-Version": "latest"}

    assert requests.get(f"{url}/v1/account", headers=headers, timeout=5).status_code == 400


def test_an_unknown_address_is_named_in_the_404(client: Any) -> None:
    with pytest.raises(sdk.InvalidRequestError, match="GET: /v1/customers") as caught:
        client.v1.customers.list()
    assert caught.value.http_status == 404


def test_the_account_tells_what_a_check_up_asks(client: Any) -> None:
    shop = client.v1.accounts.retrieve_current()

    assert (shop.country, shop.default_currency, shop.charges_enabled) == ("DE", "eur", True)
    assert shop.settings.dashboard.display_name == "Sandbox Shop"


def test_an_unknown_parameter_is_refused_by_its_full_name(stripe: Stripe, url: str) -> None:
    payment = stripe.charge(2000, "eur")
    headers = {"Authorization": f"Bearer {TEST_KEY}"}
    form = {"charge": payment.charge, "ammount": "5"}

    answer = requests.post(f"{url}/v1/refunds", data=form, headers=headers, timeout=5)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["param"]) == ("parameter_unknown", "ammount")


@pytest.mark.parametrize("amount", ["10.99", "1e3", "", "１２", "-5", "0"])
def test_an_amount_that_is_no_positive_whole_number_is_refused(
    stripe: Stripe, client: Any, amount: str
) -> None:
    payment = stripe.charge(2000, "eur")

    with pytest.raises(sdk.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": payment.charge, "amount": amount})

    assert caught.value.param == "amount"


def test_metadata_keeps_stripes_limits(stripe: Stripe, client: Any) -> None:
    payment = stripe.charge(2000, "eur")
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {f"k{n}": "v" for n in range(51)}):
        with pytest.raises(sdk.InvalidRequestError):
            client.v1.charges.update(payment.charge, {"metadata": metadata})
    most = {f"{n:040}": "v" * 500 for n in range(50)}
    assert client.v1.charges.update(payment.charge, {"metadata": most}).metadata.to_dict() == most


def test_metadata_is_merged_key_by_key_and_cleared_by_nothing(stripe: Stripe, client: Any) -> None:
    payment = stripe.charge(2000, "eur", {"order": "744", "old": "x"})
    intents = client.v1.payment_intents

    changed = intents.update(payment.payment_intent, {"metadata": {"old": "", "rma": "RMA-1042"}})
    assert changed.metadata.to_dict() == {"order": "744", "rma": "RMA-1042"}
    assert intents.update(payment.payment_intent, {"metadata": ""}).metadata.to_dict() == {}


def test_a_busy_hour_answers_429_which_the_sdk_does_not_repeat(stripe: Stripe, connect: Connect) -> None:
    stripe.trouble(Trouble.BUSY, path="/v1/account")
    patient = connect(retries=2)

    with pytest.raises(sdk.RateLimitError):
        patient.v1.accounts.retrieve_current()
    assert patient.v1.accounts.retrieve_current().id.startswith("acct_")

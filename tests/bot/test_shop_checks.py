"""The doctor's look at the shop, against one that is well or set up wrongly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import utc_now
from bot.commands.shop_checks import WEBHOOK_PATH, check_shop, same_clock
from bot.config import CreditKind, Settings
from bot.findings import Finding, Level
from bot.gateways.woocommerce import Shop as ShopGateway
from bot.sandbox.serving import Service
from bot.sandbox.shop import Shop, create_app

PUBLIC = "https://returns.shop.example"


@pytest.fixture(scope="module")
def address_of() -> Iterator[tuple[Shop, str]]:
    shop = Shop(zone="Europe/Paris")
    with Service(create_app(shop)) as service:
        yield shop, service.url


@pytest.fixture
def settings(address_of: tuple[Shop, str]) -> Settings:
    shop, url = address_of
    shop.reset()
    return with_key(url, shop.key())


def with_key(url: str, key: Any, **values: Any) -> Settings:
    return Settings(
        public_url=PUBLIC,
        timezone="Europe/Paris",
        woocommerce_url=url,
        woocommerce_consumer_key=key.consumer_key,
        woocommerce_consumer_secret=key.consumer_secret,
        **values,
    )


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in check_shop(settings)}


def test_a_shop_that_is_well_gets_no_complaint_but_for_its_webhooks(settings: Settings) -> None:
    findings = found(settings)
    assert {name for name, it in findings.items() if it.level is not Level.OK} == {"webhooks"}
    assert findings["REST key"].text == "may write"
    assert "EUR with 2 decimals" in findings["currency"].text


def test_looking_leaves_nothing_in_the_shop(address_of: tuple[Shop, str], settings: Settings) -> None:
    found(settings)
    shop, _ = address_of
    assert (shop.state.orders, shop.outbox) == ({}, [])


def test_a_key_that_may_only_read_is_wrong(address_of: tuple[Shop, str]) -> None:
    shop, url = address_of
    finding = found(with_key(url, shop.key("read")))["REST key"]
    assert finding.level is Level.WRONG
    assert "write permissions" in finding.text


def test_a_key_the_shop_does_not_know_is_wrong_and_nothing_else_is_asked(settings: Settings) -> None:
    findings = found(
        settings.model_copy(update={"woocommerce_consumer_key": type(settings.secret_key)("ck_x")})
    )
    assert {name: it.level for name, it in findings.items()} == {"WOOCOMMERCE_URL": Level.WRONG}


def test_a_shop_that_does_not_answer_is_wrong(settings: Settings) -> None:
    findings = found(settings.model_copy(update={"woocommerce_url": "http://127.0.0.1:9"}))
    assert {name: it.level for name, it in findings.items()} == {"WOOCOMMERCE_URL": Level.WRONG}


def test_webhooks_that_are_there_and_active_are_well(settings: Settings) -> None:
    gateway = ShopGateway(
        settings.woocommerce_url,
        settings.woocommerce_consumer_key.get_secret_value(),
        settings.woocommerce_consumer_secret.get_secret_value(),
    )
    gateway.ensure_webhook("http://127.0.0.1:9" + WEBHOOK_PATH, "secret")
    findings = found(settings.model_copy(update={"public_url": "http://127.0.0.1:9"}))
    assert findings["webhooks"].level is Level.OK
    gateway.close()


@pytest.mark.parametrize("there", [True, False])
def test_gift_cards_are_asked_for_where_store_credit_is_to_be_one(
    address_of: tuple[Shop, str], settings: Settings, there: bool
) -> None:
    address_of[0].state.has_gift_cards = there
    finding = found(settings.model_copy(update={"credit_kind": CreditKind.GIFT_CARD}))["CREDIT_KIND"]
    assert finding.level is (Level.OK if there else Level.WRONG)
    assert "CREDIT_KIND" not in found(settings)


def test_another_time_zone_than_the_shops_is_worth_a_warning(settings: Settings) -> None:
    finding = found(settings.model_copy(update={"timezone": "Asia/Tokyo"}))["TIMEZONE"]
    assert finding.level is Level.WARNING
    assert "Asia/Tokyo here" in finding.text


def test_a_clock_that_is_off_is_wrong(settings: Settings) -> None:
    late = check_shop(settings, clock=lambda: utc_now() - timedelta(minutes=5))
    levels = {finding.subject: finding.level for finding in late}
    assert levels["clock"] is Level.WRONG


@pytest.mark.parametrize(("key", "level"), [("sk_live_1", Level.WRONG), ("rk_test_1", Level.OK)])
def test_real_money_is_kept_away_from_a_local_shop(settings: Settings, key: str, level: Level) -> None:
    with_stripe = settings.model_copy(update={"stripe_api_key": type(settings.secret_key)(key)})
    assert found(with_stripe)["STRIPE_API_KEY"].level is level


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("Europe/Berlin", "Europe/Paris", True),
        ("+01:00", "Europe/Paris", True),
        ("+05:30", "Asia/Kolkata", True),
        ("+00:00", "Europe/Paris", False),
        ("America/New_York", "Europe/Paris", False),
    ],
)
def test_time_zones_are_compared_by_what_their_clocks_show(theirs: str, ours: str, same: bool) -> None:
    assert same_clock(theirs, ours, datetime(2026, 11, 23, tzinfo=UTC)) is same

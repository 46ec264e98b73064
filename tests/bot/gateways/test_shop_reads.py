"""What the desk makes of the shop's answers to questions: recorded ones, and all the odd ones."""

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import pytest

from bot.errors import NotFound, Refused, Unreachable
from bot.gateways import transport
from bot.gateways.woocommerce import Shop
from bot.rules.order import LineKind
from store.money import Money, total
from tests.bot.gateways.scripted_shop import Reply, Script, cut, drip, hang, raw, recorded, replay, say

ORDER = recorded("order_get")
EUR = partial(Money, currency="EUR")
BODY = json.dumps(ORDER).encode()
NOTICE = b"<br />\n<b>Notice</b>: Undefined index in /var/www/plugin.php on line 3<br />\n"
PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"


def chunked(body: bytes) -> bytes:
    """The body as one chunk, without the end that says that all has been sent."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + f"{len(body):x}\r\n".encode() + body + b"\r\n"


UNREADABLE: dict[str, Reply] = {
    "a page with 200": say(200, PAGE, "text/html"),
    "a PHP notice before the JSON": say(200, NOTICE + BODY),
    "an empty body": say(200, b""),
    "a list for an object": say(200, []),
    "half a body": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + BODY[:300]),
    "half a JSON": say(200, BODY[:300]),
    "a last chunk that never comes": raw(chunked(BODY)),
    "no answer at all": cut,
    "silence": hang(0.8),
    "an answer without end": drip,
    "not HTTP": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "another charset": say(200, json.dumps(ORDER, ensure_ascii=False).encode("utf-16")),
    "a key twice": say(200, b'{"id": 24, "id": 25, "status": "processing"}'),
    "a number that is none": say(200, b'{"id": NaN, "status": "processing"}'),
    "an abyss of brackets": say(200, b"[" * 100_000),
    "a proxy's 403": say(403, PAGE, "text/html"),
    "a proxy's JSON": say(403, {"error": "blocked"}),
    "403 by number": say(403, {"code": 1020, "message": "Access denied", "data": ""}),
    "408": say(408, PAGE, "text/html"),
    "413": say(413, b"too large", "text/plain"),
    "429": say(429, {"code": "rate_limited", "message": "slow down", "data": {}}),
    "maintenance": say(503, PAGE, "text/html", Retry_After="0"),
    "a fatal error": replay("refund_gateway_php_fatal_after_money_moved"),
    "502": say(502, PAGE, "text/html"),
    "504": say(504, b"", "text/html"),
    "520": say(520, b"error code: 520", "text/plain"),
    "204": say(204),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_odd_answer_is_asked_for_three_times_and_then_called_unreachable(
    script: Script, shop: Shop, kind: str
) -> None:
    script.on("GET", "/orders/24", UNREADABLE[kind])
    with pytest.raises(Unreachable):
        shop.read_order(24)
    assert len(script.to("GET", "/orders/24")) == 3


@pytest.mark.parametrize("kind", UNREADABLE)
def test_one_odd_answer_between_good_ones_is_overcome(script: Script, shop: Shop, kind: str) -> None:
    script.on("GET", "/orders/24", UNREADABLE[kind], say(200, ORDER))
    assert shop.read_order(24).total == EUR(14079)


def test_a_byte_order_mark_before_the_json_is_no_obstacle(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, b"\xef\xbb\xbf" + BODY))
    assert shop.read_order(24).number == "24"


def test_what_no_database_keeps_is_left_out_of_the_texts_of_an_order(script: Script, shop: Shop) -> None:
    billing = {**ORDER["billing"], "first_name": "Ma\0rie \ud800", "email": "marie@example.com\0"}
    script.on("GET", "/orders/24", say(200, {**ORDER, "billing": billing}))
    buyer = shop.read_order(24).buyer
    assert buyer.email == "marie@example.com"
    assert buyer.name.startswith("Marie ?")


def test_a_small_answer_that_unpacks_to_a_huge_one_is_put_down(script: Script, shop: Shop) -> None:
    bomb = gzip.compress(b"[" + b" " * (transport.LARGEST_BODY + 1) + b"]")
    script.on("GET", "/orders/24", say(200, bomb, content_encoding="gzip"))
    with pytest.raises(Unreachable, match="larger than") as caught:
        shop.read_order(24)
    assert caught.value.code == "too_large"


def test_a_packed_answer_is_read(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, gzip.compress(BODY), content_encoding="gzip"))
    assert shop.read_order(24).order_id == 24


def test_a_redirect_is_not_followed_but_called_a_wrong_address(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(301, b"", location="https://www.shop.example/wp-json/?oauth=1"))
    with pytest.raises(Refused, match=r"https://www\.shop\.example/wp-json/$") as caught:
        shop.read_order(24)
    assert caught.value.code == "redirected"
    assert len(script.to("GET", "/orders/24")) == 1


@pytest.mark.parametrize("name", ["auth_none", "auth_bad_secret", "auth_customer_role_key"])
def test_a_wrong_key_is_refused_at_once_in_the_shops_words(script: Script, shop: Shop, name: str) -> None:
    script.on("GET", "/orders/24", replay(name))
    with pytest.raises(Refused) as caught:
        shop.read_order(24)
    assert caught.value.code == recorded(name)["code"]
    assert len(script.to("GET", "/orders/24")) == 1


@pytest.mark.parametrize("asked", ["0", "-1", "soon", "Mon, 01 Jan 2001 00:00:00 GMT"])
def test_a_wait_that_is_over_or_nonsense_does_not_hold_anyone_up(
    script: Script, shop: Shop, asked: str
) -> None:
    script.on("GET", "/orders/24", say(429, b"", retry_after=asked), say(200, ORDER))
    assert shop.read_order(24).order_id == 24


def test_a_short_wait_is_kept(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(429, b"", retry_after="1"), say(200, ORDER))
    start = time.monotonic()
    shop.read_order(24)
    assert time.monotonic() - start >= 1


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        ("600", 600),
        ("999999", 999999),
        (format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True), 3600),
    ],
)
def test_a_long_wait_is_told_instead_of_slept_through(
    script: Script, shop: Shop, asked: str, least: float
) -> None:
    script.on("GET", "/orders/24", say(503, PAGE, "text/html", retry_after=asked))
    with pytest.raises(Unreachable) as caught:
        shop.read_order(24)
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= least
    assert len(script.to("GET", "/orders/24")) == 1


def test_a_shop_that_is_not_there_is_unreachable_and_its_key_stays_out_of_the_message() -> None:
    shop = Shop("http://127.0.0.1:1", "ck_secret", "cs_secret", pause=0.01)
    with pytest.raises(Unreachable, match="Connection refused") as caught:
        shop.read_order(24)
    assert "secret" not in str(caught.value)
    assert "oauth" not in str(caught.value)


@pytest.mark.parametrize("name", ["order_get_404", "order_get_id_is_product"])
def test_an_order_the_shop_does_not_have_is_not_found(script: Script, shop: Shop, name: str) -> None:
    script.on("GET", "/orders/24", replay(name))
    with pytest.raises(NotFound):
        shop.read_order(24)


def test_an_order_in_the_bin_is_not_found(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/5320", replay("order_get_trashed"))
    with pytest.raises(NotFound):
        shop.list_refunds(5320)


def test_an_order_is_read_at_six_decimals_past_every_cache(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, ORDER))
    shop.read_order(24)
    shop.read_order(24)
    first, second = (asked.query for asked in script.to("GET", "/orders/24"))
    assert first["dp"] == ["6"]
    assert first["_"] != second["_"]
    assert not script.to("GET", "/refunds")


def test_settings_and_gateways_are_asked_once_for_many_orders(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, ORDER))
    for _ in range(3):
        assert shop.read_order(24).gateway_can_refund
    assert len(script.to("GET", "/payment_gateways")) == len(script.to("GET", "/system_status")) == 1


def test_a_recorded_order_says_what_it_is(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, ORDER))
    order = shop.read_order(24)
    assert (order.number, order.status, order.total) == ("24", "processing", EUR(14079))
    assert (order.buyer.name, order.buyer.email) == ("Anne Durand", "anne.durand@example.com")
    assert order.payment_intent == "pi_3QabcDEFghiJKL01"
    assert order.paid_at == datetime(2026, 11, 23, 0, 42, 7, tzinfo=UTC)
    assert order.decimals_confirmed
    assert order.needs_human == ()
    assert [(line.kind, line.gross.minor, line.tax.minor, line.reduced_stock) for line in order.lines] == [
        (LineKind.PRODUCT, 11980, 1997, 2),
        (LineKind.PRODUCT, 1499, 250, 1),
        (LineKind.SHIPPING, 600, 100, 0),
    ]


def test_a_variation_shows_its_product_and_what_was_chosen(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/31", replay("order_get_coupon"))
    tee, *_ = shop.read_order(31).lines
    assert (tee.name, tee.variant, tee.product_id, tee.variation_id) == ("Cotton Tee", "M", 16, 18)
    assert (tee.gross, tee.list_price) == (EUR(4481), EUR(2490))


def test_a_discount_written_as_a_fee_stays_negative(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/32", replay("order_get_fee"))
    order = shop.read_order(32)
    fee = order.lines[-1]
    assert (fee.kind, fee.gross, fee.tax) == (LineKind.FEE, EUR(-1200), EUR(-200))
    assert total((line.gross for line in order.lines), "EUR") == EUR(11380)


def test_ids_in_quotes_are_the_same_ids(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, {**ORDER, "id": "24", "customer_id": "3"}))
    assert shop.read_order(24).buyer.customer_id == 3


@pytest.mark.parametrize(
    "odd",
    [
        {"total": None},
        {"total": "1e3"},
        {"total": "140,79"},
        {"total": "１４０"},
        {"total": True},
        {"id": "x"},
        {"currency": ""},
        {"line_items": {}},
        {"line_items": [[]]},
        {"billing": []},
        {"refunds": None},
        {"date_created_gmt": "yesterday"},
        {"meta_data": "none"},
    ],
)
def test_a_field_that_is_not_what_it_should_be_makes_the_order_unreadable(
    script: Script, shop: Shop, odd: dict[str, object]
) -> None:
    script.on("GET", "/orders/24", say(200, {**ORDER, **odd}))
    with pytest.raises(Unreachable):
        shop.read_order(24)


def test_a_date_of_zeros_is_no_date(script: Script, shop: Shop) -> None:
    script.on("GET", "/orders/24", say(200, {**ORDER, "date_paid_gmt": "0000-00-00T00:00:00"}))
    assert shop.read_order(24).paid_at is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1795400000", datetime(2026, 11, 23, 2, 13, 20, tzinfo=UTC)),
        ("2026-11-24T10:00:00+02:00", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2026-11-24 10:00:00", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("left with the neighbour", None),
    ],
)
def test_delivery_is_read_as_plugins_note_it(
    script: Script, shop: Shop, value: str, expected: datetime | None
) -> None:
    meta = [{"id": 1, "key": "_delivered_at", "value": value}]
    script.on("GET", "/orders/24", say(200, {**ORDER, "meta_data": meta}))
    assert shop.read_order(24).delivered_at == expected


@pytest.mark.parametrize(
    ("key", "word"),
    [("_subscription_renewal", "subscription"), ("_wc_deposits_deposit_paid", "deposit")],
)
def test_subscriptions_and_deposits_need_a_person(script: Script, shop: Shop, key: str, word: str) -> None:
    meta = [{"id": 1, "key": key, "value": "yes"}]
    script.on("GET", "/orders/24", say(200, {**ORDER, "meta_data": meta}))
    assert shop.read_order(24).needs_human == (word,)


def test_a_shop_that_rounds_differently_than_its_currency_is_not_confirmed(
    script: Script, shop: Shop
) -> None:
    status = recorded("system_status_fields")
    status["settings"]["number_of_decimals"] = 0
    script.on("GET", "/system_status", say(200, status))
    script.on("GET", "/orders/24", say(200, ORDER))
    assert not shop.read_order(24).decimals_confirmed

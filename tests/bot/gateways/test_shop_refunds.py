"""The refund request to the byte, and what every possible ending of it is taken for."""

from functools import partial
from typing import Any

import pytest

from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.woocommerce import Shop
from bot.rules.choice import QuoteLine, RestockLine
from bot.rules.order import TaxShare
from store.money import Money
from tests.bot.gateways.scripted_shop import Reply, Script, cut, drip, hang, raw, recorded, replay, say

EUR = partial(Money, currency="EUR")
SHIRT = QuoteLine(52, 1, EUR(4991), (TaxShare(1, EUR(999)),))
ASKED: dict[str, Any] = {
    "amount": EUR(5990),
    "lines": (SHIRT,),
    "reference": "RMA-1042-R1",
    "text": "Too small",
    "pay_back": True,
    "restock": (RestockLine(52, "SHIRT-LIN", "Linen Shirt", 1),),
    "operation": "RMA-1042/refund/1",
}
PAGE = b"<!DOCTYPE html><html></html>"


def row(**changes: Any) -> dict[str, Any]:
    """What the shop answers when all went well."""
    return {**recorded("refund_partial_lines_defaults"), "reason": "RMA-1042-R1 · Too small", **changes}


def refund(shop: Shop, **changes: Any) -> Any:
    """Ask for the refund, changed as a test needs it."""
    return shop.create_refund(38, **{**ASKED, **changes})


@pytest.fixture
def done(script: Script) -> Script:
    """A shop that books the refund."""
    script.on("POST", "/orders/38/refunds", say(201, row()))
    return script


def test_the_request_leaves_nothing_to_the_shops_defaults(done: Script, shop: Shop) -> None:
    refund(shop)
    (asked,) = done.to("POST")
    assert asked.path == "/wp-json/wc/v3/orders/38/refunds"
    assert asked.json == {
        "amount": "59.90",
        "reason": "RMA-1042-R1 · Too small",
        "api_refund": True,
        "api_restock": True,
        "line_items": [
            {
                "id": 52,
                "quantity": 1,
                "refund_total": "49.91",
                "refund_tax": [{"id": 1, "refund_total": "9.99"}],
            }
        ],
        "meta_data": [{"key": "_returns_desk_operation", "value": "RMA-1042/refund/1"}],
    }


def test_what_the_shop_booked_comes_back(done: Script, shop: Shop) -> None:
    booked = refund(shop)
    assert (booked.refund_id, booked.amount, booked.paid_back, booked.finished) == (39, EUR(5990), True, True)
    (line,) = booked.lines
    assert (line.line_id, line.quantity, line.gross) == (52, 1, EUR(5989))
    assert line.taxes == (TaxShare(1, EUR(998)),)


def test_a_booking_without_money_says_so(script: Script, shop: Shop) -> None:
    script.on("POST", "/orders/38/refunds", say(201, row(refunded_payment=False)))
    refund(shop, pay_back=False, restock=())
    (asked,) = script.to("POST")
    assert asked.json["api_refund"] is False
    assert asked.json["api_restock"] is False
    assert asked.json["line_items"][0]["quantity"] == 1


def test_of_good_and_damaged_units_only_the_good_ones_are_named(script: Script, shop: Shop) -> None:
    mug = QuoteLine(53, 1, EUR(1249), (TaxShare(1, EUR(250)),))
    shirts = QuoteLine(52, 2, EUR(9983), (TaxShare(1, EUR(1997)),))
    script.on("POST", "/orders/38/refunds", say(201, row(amount="134.79")))
    refund(shop, amount=EUR(13479), lines=(shirts, mug))
    (asked,) = script.to("POST")
    sent = {line["id"]: (line["quantity"], line["refund_total"]) for line in asked.json["line_items"]}
    assert sent == {52: (1, "99.83"), 53: (0, "12.49")}
    assert asked.json["api_restock"] is True


def test_a_unit_that_goes_back_without_money_is_a_line_of_nothing(done: Script, shop: Shop) -> None:
    refund(shop, restock=(RestockLine(53, "MUG-01", "Mug", 1),))
    (asked,) = done.to("POST")
    assert asked.json["line_items"][1] == {"id": 53, "quantity": 1, "refund_total": "0.00", "refund_tax": []}


def test_a_discount_of_the_order_is_sent_as_a_negative_line(script: Script, shop: Shop) -> None:
    fee = QuoteLine(35, 0, EUR(-1000), (TaxShare(1, EUR(-200)),))
    script.on("POST", "/orders/38/refunds", say(201, row(amount="47.90")))
    refund(shop, amount=EUR(4790), lines=(SHIRT, fee))
    assert script.to("POST")[0].json["line_items"][1]["refund_total"] == "-10.00"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(Money(1000, "JPY"), "1000"), (Money(3330, "KWD"), "3.330"), (Money(5, "EUR"), "0.05")],
)
def test_amounts_are_written_with_the_currencys_own_decimals(
    script: Script, shop: Shop, amount: Money, expected: str
) -> None:
    script.on("POST", "/orders/38/refunds", say(201, row(amount=expected)))
    assert refund(shop, amount=amount, lines=(), restock=()).amount == amount
    assert script.to("POST")[0].json["amount"] == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": EUR(0), "lines": ()},
        {"amount": EUR(-1), "lines": ()},
        {"amount": EUR(5989)},
        {"restock": (RestockLine(52, "SHIRT-LIN", "Linen Shirt", 2),)},
        {"reference": ""},
        {"reference": "RMA 1042"},
        {"reference": "RMA-1042-R1\n"},
    ],
)
def test_a_request_the_shop_would_misread_is_never_sent(
    script: Script, shop: Shop, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        refund(shop, **changes)
    assert script.asked == []


@pytest.mark.parametrize(
    "text", ["", "two\nlines\tand  spaces", "a lone \ud800 surrogate", "👕" * 900, 'quo"te\\']
)
def test_whatever_the_words_the_reference_stands_first_and_alone(done: Script, shop: Shop, text: str) -> None:
    refund(shop, text=text)
    reason = done.to("POST")[0].json["reason"]
    assert reason.split(" ")[0] == "RMA-1042-R1"
    assert len(reason) <= 400
    assert "\n" not in reason


CERTAINLY_NOT: dict[str, Reply] = {
    name: replay(name)
    for name in (
        "auth_bad_secret",
        "auth_none",
        "auth_readonly_post_refund",
        "auth_customer_role_key",
        "refund_amount_number_not_string",
        "refund_negative_amount",
        "refund_unknown_order_error",
        "bad_json",
        "route_404",
    )
}
ONLY_WITHOUT_MONEY: dict[str, Reply] = {
    name: replay(name)
    for name in (
        "refund_over_total_error",
        "refund_after_fully_refunded_error",
        "refund_gateway_wp_error",
        "refund_gateway_returns_false",
        "refund_gateway_exception",
        "refund_bacs_api_refund_default_error",
        "refund_unknown_gateway_error",
    )
}
WHO_KNOWS: dict[str, Reply] = {
    "no answer": cut,
    "silence": hang(0.8),
    "an answer without end": drip,
    "half a body": raw(b"HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n{"),
    "half a JSON": say(201, b'{"id": 39, "amo'),
    "an empty 200": replay("refund_gateway_php_exit_after_money_moved"),
    "a page with 200": say(200, PAGE, "text/html"),
    "a notice before the JSON": say(201, b"<b>Notice</b>: x {}"),
    "a list": say(201, []),
    "204": say(204),
    "202": say(202, row()),
    "301": say(301, b"", location="https://www.shop.example/"),
    "302": say(302, b"", location="/wp-login.php"),
    "a proxy's 403": say(403, PAGE, "text/html"),
    "a proxy's JSON": say(403, {"code": 1020, "message": "denied", "data": None}),
    "404 page": say(404, PAGE, "text/html"),
    "408": say(408, {"code": "rest_timeout", "message": "", "data": {}}),
    "409 of a proxy": say(409, b"conflict", "text/plain"),
    "413": say(413, {"code": "rest_too_large", "message": "", "data": {}}),
    "429": say(429, {"code": "rest_rate", "message": "", "data": {}}, retry_after="7"),
    "a fatal error": replay("refund_gateway_php_fatal_after_money_moved"),
    "500 without words": say(500, b""),
    "500 of a plugin": say(500, {"code": "some_plugin", "message": "no", "data": {}}),
    "maintenance": replay("maintenance_mode_503"),
    "502": say(502, PAGE, "text/html"),
    "504": say(504, PAGE, "text/html"),
    "520": say(520, b"error code: 520", "text/plain"),
    "524": say(524, b"error code: 524", "text/plain"),
    "no id": say(201, row(id=None)),
    "no amount": say(201, row(amount=None)),
    "another amount": say(201, row(amount="59.89")),
    "another reference": say(201, row(reason="RMA-1042-R10 · Too small")),
    "no reference": say(201, row(reason="")),
    "a word for a flag": say(201, row(refunded_payment="true")),
    "another order": say(201, row(_links={"up": [{"href": "https://x/wp-json/wc/v3/orders/380"}]})),
}


@pytest.mark.parametrize("pay_back", [True, False])
@pytest.mark.parametrize("kind", CERTAINLY_NOT)
def test_wordpress_saying_no_before_any_money_is_a_refusal(
    script: Script, shop: Shop, kind: str, pay_back: bool
) -> None:
    script.on("POST", "/orders/38/refunds", CERTAINLY_NOT[kind])
    with pytest.raises(Refused) as caught:
        refund(shop, pay_back=pay_back)
    assert caught.value.code
    assert len(script.to("POST")) == 1


@pytest.mark.parametrize("kind", ONLY_WITHOUT_MONEY)
def test_a_no_that_may_hide_a_payment_is_in_doubt_when_money_was_asked_for(
    script: Script, shop: Shop, kind: str
) -> None:
    script.on("POST", "/orders/38/refunds", ONLY_WITHOUT_MONEY[kind])
    with pytest.raises(OutcomeUnknown) as caught:
        refund(shop)
    assert caught.value.code == "woocommerce_rest_cannot_create_order_refund"
    assert recorded(kind)["message"][:20].replace("&quot;", '"')[:10] in caught.value.detail
    assert len(script.to("POST")) == 1


@pytest.mark.parametrize("kind", ONLY_WITHOUT_MONEY)
def test_the_same_no_is_a_refusal_where_no_money_was_asked_for(script: Script, shop: Shop, kind: str) -> None:
    script.on("POST", "/orders/38/refunds", ONLY_WITHOUT_MONEY[kind])
    with pytest.raises(Refused):
        refund(shop, pay_back=False)


@pytest.mark.parametrize("kind", WHO_KNOWS)
@pytest.mark.parametrize("pay_back", [True, False])
def test_any_other_ending_is_in_doubt_and_nothing_is_sent_again(
    script: Script, shop: Shop, kind: str, pay_back: bool
) -> None:
    script.on("POST", "/orders/38/refunds", WHO_KNOWS[kind])
    with pytest.raises(OutcomeUnknown) as caught:
        refund(shop, pay_back=pay_back)
    assert caught.value.detail
    assert len(script.asked) == 1


def test_a_redirected_refund_names_the_address_that_is_wrong(script: Script, shop: Shop) -> None:
    script.on("POST", "/orders/38/refunds", WHO_KNOWS["301"])
    with pytest.raises(OutcomeUnknown, match=r"https://www\.shop\.example/$") as caught:
        refund(shop)
    assert caught.value.code == "redirected"


def test_the_wait_a_busy_shop_asks_for_is_passed_on(script: Script, shop: Shop) -> None:
    script.on("POST", "/orders/38/refunds", WHO_KNOWS["429"])
    with pytest.raises(OutcomeUnknown) as caught:
        refund(shop)
    assert caught.value.retry_after == 7


def test_money_paid_back_unasked_is_never_called_done(script: Script, shop: Shop) -> None:
    script.on("POST", "/orders/38/refunds", say(201, row(refunded_payment=True)))
    with pytest.raises(OutcomeUnknown, match="way of paying"):
        refund(shop, pay_back=False)


def test_money_not_paid_back_is_never_called_done(script: Script, shop: Shop) -> None:
    script.on("POST", "/orders/38/refunds", say(201, row(refunded_payment=False)))
    with pytest.raises(OutcomeUnknown, match="way of paying"):
        refund(shop)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid", "https://127.0.0.1:1"])
def test_a_shop_that_cannot_be_reached_was_sent_nothing(url: str) -> None:
    shop = Shop(url, "ck_secret", "cs_secret")
    with pytest.raises(Unreachable) as caught:
        refund(shop)
    assert "secret" not in caught.value.detail


def test_a_handshake_that_fails_was_sent_nothing(script: Script) -> None:
    shop = Shop(script.url.replace("http://", "https://"), "ck_1", "cs_1", money_timeout=0.5)
    with pytest.raises(Unreachable):
        refund(shop)
    assert script.to("POST") == []


def test_a_restock_without_money_is_a_marked_row_of_nothing(script: Script, shop: Shop) -> None:
    answer = {
        **recorded("refund_zero_amount_with_lines_restock"),
        "reason": "RMA-1042-R1-S1",
        "amount": "0.00",
    }
    answer["_links"]["up"] = [{"href": "https://x/wp-json/wc/v3/orders/38"}]
    script.on("POST", "/orders/38/refunds", say(201, answer))
    shirt = RestockLine(52, "SHIRT-LIN", "Linen Shirt", 1)
    booked = shop.create_restock(
        38, restock=(shirt,), currency="EUR", reference="RMA-1042-R1-S1", text="", operation="op"
    )
    body = script.to("POST")[0].json
    assert (body["amount"], body["api_refund"], body["api_restock"]) == ("0", False, True)
    assert body["line_items"] == [{"id": 52, "quantity": 1, "refund_total": "0", "refund_tax": []}]
    assert [line.quantity for line in booked.lines] == [0]


@pytest.mark.parametrize(
    ("quantity", "reference"), [(0, "RMA-1042-R1-S1"), (1, "RMA-1042-R1"), (1, "RMA-1042-R1-S")]
)
def test_a_restock_that_would_be_miscounted_is_never_sent(
    script: Script, shop: Shop, quantity: int, reference: str
) -> None:
    line = RestockLine(52, "SHIRT-LIN", "Linen Shirt", quantity)
    with pytest.raises(Refused):
        shop.create_restock(38, restock=(line,), currency="EUR", reference=reference, text="", operation="op")
    assert script.asked == []


def test_the_package_sends_every_verb_through_our_seam(script: Script, shop: Shop) -> None:
    script.on("DELETE", "/orders/1", say(200, {}))
    script.on("OPTIONS", "/orders/1", say(200, {}))
    api = shop.client.api
    assert api.delete("orders/1").status == api.options("orders/1").status == 200
    assert {asked.headers["user-agent"] for asked in script.asked} == {"returns-desk"}

"""Studies of the recorded shop: date filters, restock, store credit by coupon, search by a short number."""

from typing import Any

import pytest

from bot.sandbox.shop import Order
from bot.sandbox.shop.errors import ShopError
from tests.sandbox.shop.bench import RITA, Bench, body_of, load
from tests.sandbox.shop.stories_orders import recorded_orders

DATES = load("date_filters")["cases"]
RESTOCK = {case["case"]: case["stock"] for case in load("restock_cases")["cases"]}
CREDIT = {case["label"]: case for case in load("coupon_redemption")["cases"]}
SEARCHED = load("orders_list_search_short_number")["request"]["query"]["search"]
ANNE = "anne.durand@example.com"


@pytest.mark.parametrize("case", DATES, ids=lambda case: case["label"])
def test_date_filters_find_what_they_found(bench: Bench, case: dict[str, Any]) -> None:
    bench.shop.import_order(body_of("order_get"))
    answer = bench.call("GET", "/orders", include="24", _fields="id", **case["query"])
    assert answer.status_code == case["status"]
    assert (bool(answer.json()) if answer.status_code == 200 else answer.json()) == case["found"]


def two_mugs(bench: Bench, level: int, **how: Any) -> Order:
    bench.shop.state.products[11].stock = level
    return bench.order(500, [(11, 2, 900)], **how)


def put_back(bench: Bench, **flags: Any) -> None:
    body = {"amount": "1.00", "line_items": [{"id": 900, "quantity": 1, "refund_total": "1.00"}], **flags}
    assert bench.call("POST", "/orders/500/refunds", body).status_code == 201


def level(bench: Bench) -> int:
    return bench.stock(11) or 0


def test_nothing_is_put_back_for_an_order_that_took_nothing(bench: Bench) -> None:
    two_mugs(bench, 500, paid=False)
    before = level(bench)
    put_back(bench)
    assert [before, level(bench)] == RESTOCK[
        "pending order whose stock was never reduced: refund with quantity 1, api_restock default"
    ]


def test_cancelling_gives_back_everything_and_leaves_nothing_to_restock(bench: Bench) -> None:
    two_mugs(bench, 500)
    seen = [level(bench)]
    bench.call("PUT", "/orders/500", {"status": "cancelled"})
    seen.append(level(bench))
    put_back(bench, api_refund=False)
    assert [*seen, level(bench)] == RESTOCK[
        "paid order of 2: before, after PUT status=cancelled, after a manual refund of 1 with restock"
    ]


def test_a_status_of_refunded_puts_nothing_back(bench: Bench) -> None:
    two_mugs(bench, 500)
    before = level(bench)
    bench.call("PUT", "/orders/500", {"status": "refunded"})
    assert [before, level(bench)] == RESTOCK["paid order of 2: before and after PUT status=refunded"]


def test_cancelling_after_a_restock_gives_back_only_what_is_still_out(bench: Bench) -> None:
    two_mugs(bench, 498)
    seen = [level(bench)]
    put_back(bench)
    seen.append(level(bench))
    bench.call("PUT", "/orders/500", {"status": "cancelled"})
    assert [*seen, level(bench)] == RESTOCK[
        "paid order of 2: before, after refund of 1 with restock, after PUT status=cancelled"
    ]


def test_deleting_an_order_puts_nothing_back(bench: Bench) -> None:
    two_mugs(bench, 498)
    before = level(bench)
    bench.call("DELETE", "/orders/500", force="true")
    assert [before, level(bench)] == RESTOCK["paid order of 2 deleted with force"]


def buy(bench: Bench, code: str, email: str = ANNE, quantity: int = 1) -> Order:
    mug = bench.shop.state.products[11]
    return bench.shop.place_order(
        [(mug, quantity)],
        shipping="5.00",
        coupon=code,
        billing={**RITA, "email": email},
        payment_method="testpay",
    )


def coupon_of(bench: Bench, code: str) -> dict[str, Any]:
    row = bench.call("GET", "/coupons", code=code).json()[0]
    return {name: row[name] for name in ("amount", "usage_count", "usage_limit", "used_by")}


def totals(order: Order) -> tuple[str, str]:
    return str(int(order.total * 100)), str(int(order.total_tax * 100))


def test_store_credit_by_coupon_loses_the_rest(bench: Bench) -> None:
    bench.shop.add_coupon("SC-ONE", "45.90", usage_limit=1)
    case = CREDIT["fixed_cart 45.90, usage_limit 1, cart of one mug 14.99 + shipping 6.00"]
    sums = case["cart_totals_minor_units"]
    assert totals(buy(bench, "SC-ONE")) == (sums["total_price"], sums["total_tax"])
    assert coupon_of(bench, "sc-one") == case["coupon_after"]
    with pytest.raises(ShopError, match="Usage limit for coupon &quot;sc-one&quot; has been reached"):
        buy(bench, "SC-ONE")


def test_without_a_limit_the_full_credit_is_used_again_and_again(bench: Bench) -> None:
    bench.shop.add_coupon("SC-MANY", "45.90")
    for label in ("no usage_limit: first use", "no usage_limit: second use, full amount again"):
        sums = CREDIT[label]["cart_totals_minor_units"]
        assert totals(buy(bench, "SC-MANY")) == (sums["total_price"], sums["total_tax"])
        assert coupon_of(bench, "sc-many") == CREDIT[label]["coupon_after"]


def test_a_restriction_to_an_address_ignores_case(bench: Bench) -> None:
    bench.shop.add_coupon("SC-MAIL", "10", email_restrictions=[ANNE])
    with pytest.raises(ShopError) as refused:
        buy(bench, "SC-MAIL", "mallory@example.com")
    assert str(refused.value) == CREDIT["email restriction, other e-mail"]["apply"]["error"]["message"]
    sums = CREDIT["email restriction, same e-mail in capitals"]["cart_totals_minor_units"]
    assert totals(buy(bench, "SC-MAIL", ANNE.upper())) == (sums["total_price"], sums["total_tax"])


def test_an_expired_coupon_is_refused(bench: Bench) -> None:
    bench.shop.add_coupon("SC-EXP", "10", date_expires="2020-01-01")
    with pytest.raises(ShopError) as refused:
        buy(bench, "SC-EXP")
    assert str(refused.value) == CREDIT["expired"]["apply"]["error"]["message"]


def test_two_mugs_with_a_code_in_lower_case(bench: Bench) -> None:
    bench.shop.add_coupon("SC-BIG", "10")
    sums = CREDIT["code typed in lower case"]["cart_totals_minor_units"]
    assert totals(buy(bench, "sc-big", quantity=2)) == (sums["total_price"], sums["total_tax"])


def test_a_count_goes_back_on_cancelling_and_not_on_refunding(bench: Bench) -> None:
    bench.shop.add_coupon("SC-BIG", "10")
    buy(bench, "SC-BIG")
    cancelled = buy(bench, "SC-BIG")
    bench.call("PUT", f"/orders/{cancelled.id}", {"status": "cancelled"})
    assert (
        coupon_of(bench, "sc-big")["usage_count"]
        == CREDIT["usage_count after the order is cancelled"]["value"]
    )
    refunded = buy(bench, "SC-BIG")
    counts = [coupon_of(bench, "sc-big")["usage_count"]]
    bench.call("POST", f"/orders/{refunded.id}/refunds", {"amount": str(refunded.total)})
    counts.append(coupon_of(bench, "sc-big")["usage_count"])
    assert counts == CREDIT["usage_count before/after a full refund of the order"]["value"]


def test_a_short_number_also_finds_phones_and_streets(bench: Bench) -> None:
    recorded_orders(bench)
    bench.order(90, [(13, 1, 500)], billing={**RITA, "address_1": "24 rue Longue"})
    found = bench.call("GET", "/orders", search=SEARCHED, _fields="id").json()
    assert {row["id"] for row in found} == {24, 90}

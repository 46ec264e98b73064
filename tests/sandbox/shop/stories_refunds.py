"""The recorded refunds: each story is one order and what was tried on it."""

from typing import Any

from bot.sandbox.shop import Mishap
from tests.sandbox.shop.bench import RITA, Bench, Story, body_of, differences

CARD = "Your card account has insufficient funds to refund this charge."


def _rita(order_id: int, lines: list[tuple[int, int, int]], shipping_id: int | None, **how: Any) -> Any:
    return lambda bench: bench.order(order_id, lines, shipping_id=shipping_id, **how)


def _imported(name: str) -> Any:
    return lambda bench: bench.shop.import_order(body_of(name))


def _mishap(mishap: Mishap, message: str = CARD) -> Any:
    return lambda bench: bench.shop.plan_mishap(mishap, message=message)


def _stock(product_id: int, level: int) -> Any:
    def check(bench: Bench) -> None:
        assert bench.stock(product_id) == level

    return check


def _paid_back(*cents: int) -> Any:
    def check(bench: Bench) -> None:
        assert bench.paid_back() == list(cents)

    return check


def _mails(*kinds: str) -> Any:
    def check(bench: Bench) -> None:
        assert [mail.kind for mail in bench.shop.outbox if "refund" in mail.kind] == list(kinds)

    return check


def _no_decimals(bench: Bench) -> None:
    order = bench.order(5322, [(11, 1, 13200)], shipping_id=13201)
    order.decimals = 0


def _trashed(bench: Bench) -> None:
    bench.order(5320, [(11, 1, 13190)], shipping_id=13191)
    bench.call("DELETE", "/orders/5320")


def _product_gone(bench: Bench) -> None:
    gone = bench.shop.add_product("Gone", "10.00", stock=5, id=5268)
    bench.order(5269, [(gone.id, 1, 13063)], shipping_id=13064)
    bench.call("DELETE", f"/products/{gone.id}", force="true")


def _three_units(bench: Bench) -> None:
    lines = [{"id": 13012, "quantity": 1, "refund_total": "11.24"}]
    lines[0]["refund_tax"] = [{"id": 1, "refund_total": "2.25"}]
    for _ in range(3):
        assert bench.call("POST", "/orders/5247/refunds", {"line_items": lines}).status_code == 201


def _zero_total(bench: Bench) -> None:
    bench.shop.import_order(body_of("order_total_zero_by_coupon"))
    bench.shop.state.products[11].stock = 400


def _only_seventy_five_and_later(bench: Bench) -> None:
    """The list was recorded after two refunds of this order."""
    assert [refund.id for refund in bench.shop.refunds(73)] == [75, 74]


def _whole_shop(bench: Bench) -> None:
    """The recorded shop had other orders too; the three newest refunds are of this one."""
    rows = bench.call("GET", "/refunds", per_page=3).json()
    assert not list(differences(body_of("refunds_global_list"), rows))
    assert [row["id"] for row in rows] == [81, 80, 79]


def _lost_meta(bench: Bench) -> None:
    bench.order(148, [(11, 2, 240)], shipping_id=241)
    bench.shop.plan_mishap(Mishap.DIES_AFTER_MONEY)
    body = {"amount": "5.00", "reason": "RMA-10", "meta_data": [{"key": "bot", "value": "x"}]}
    assert bench.call("POST", "/orders/148/refunds", body).status_code == 500


def _credit(bench: Bench) -> None:
    for code, amount, number in (("SC-ONE", "45.90", 158), ("SC-FREE", "500", 174)):
        coupon = bench.shop.add_coupon(code, amount, usage_limit=1)
        bench.shop.state.coupons[number] = bench.shop.state.coupons.pop(coupon.id)
        coupon.id = number
    anne = {**RITA, "first_name": "Anne", "last_name": "Durand", "address_1": "x", "email": ANNE}
    bench.order(159, [(11, 1, 252)], shipping_id=253, coupon="sc-one", billing=anne)


def _everything_paid_by_coupon(bench: Bench) -> None:
    """With nothing to pay and nothing to ship, only the amounts are compared."""
    recorded = body_of("order_total_zero_by_coupon")
    order = bench.shop.place_order([(bench.shop.state.products[11], 1)], shipping="0", coupon="sc-free")
    ours = bench.call("GET", f"/orders/{order.id}").json()
    for name in ("total", "total_tax", "cart_tax", "discount_total", "discount_tax", "shipping_total"):
        assert ours[name] == recorded[name], name


ANNE = "anne.durand@example.com"
INSIDE = {"refunds_global_list", "order_total_zero_by_coupon"}
STORIES = (
    Story(
        "partial, by lines, then the rest",
        (
            _imported("order_get"),
            _rita(38, [(10, 2, 52), (11, 1, 53)], 54),
            _stock(10, 10),
            "refund_partial_lines_defaults",
            _stock(10, 11),
            _paid_back(5990),
            _mails("customer_partially_refunded_order"),
            "order_after_partial_refund",
            "refund_get",
            "refund_get_of_other_order",
            "refunds_list",
            "refund_lines_without_amount",
            _stock(11, 500),
            "refund_remaining_amount_only",
            "order_after_full_refund",
            _paid_back(5990, 1499, 6590),
            _mails(*["customer_partially_refunded_order"] * 2, "customer_refunded_order"),
            "refund_after_fully_refunded_error",
        ),
    ),
    Story(
        "flags, odd amounts and restock beyond what was bought",
        (
            _rita(42, [(10, 2, 60)], 61),
            _stock(10, 10),
            "refund_api_refund_false_restock_true",
            _stock(10, 11),
            _paid_back(),
            "refund_api_refund_true_restock_false",
            _stock(10, 11),
            _paid_back(5990),
            "refund_more_quantity_than_ordered",
            _stock(10, 16),
            "refund_zero_amount_with_lines_restock",
            "refund_zero_amount",
            "refund_empty_body",
            _paid_back(5990, 0),
            "refund_amount_comma",
            "refund_amount_number_not_string",
            "refund_amount_text",
            "refund_negative_amount",
        ),
    ),
    Story(
        "amount and lines disagree",
        (
            _rita(50, [(11, 2, 70)], 71),
            "refund_unknown_line_item",
            "refund_lines_sum_differs_from_amount",
            "order_after_mismatched",
            "refunds_list_mismatched",
            "refund_lines_sum_exceeds_remaining",
            "refund_over_total_error",
            "refund_over_total_by_cent",
            "refund_no_shipping_line_in_lines",
            _paid_back(100, 200, 600),
        ),
    ),
    Story(
        "the gateway refuses, and dies",
        (
            _rita(54, [(11, 2, 77)], 78),
            _stock(11, 498),
            _mishap(Mishap.DECLINED),
            "refund_gateway_wp_error",
            _mishap(Mishap.SAYS_FALSE),
            "refund_gateway_returns_false",
            _mishap(Mishap.DECLINED, "Card network said: charge_already_refunded"),
            "refund_gateway_exception",
            _paid_back(),
            _stock(11, 498),
            _mishap(Mishap.DIES_AFTER_MONEY),
            "refund_gateway_php_fatal_after_money_moved",
            _paid_back(1499),
            _stock(11, 498),
            "order_after_gateway_fatal",
            "refunds_list_after_gateway_fatal",
        ),
    ),
    Story(
        "PHP leaves without a word",
        (
            _rita(59, [(11, 2, 84)], 85),
            _mishap(Mishap.EXITS_AFTER_MONEY),
            "refund_gateway_php_exit_after_money_moved",
            _paid_back(1499),
        ),
    ),
    Story(
        "orders that cannot be refunded by a gateway",
        (
            _rita(28, [(13, 1, 17)], 18, payment_method="cod"),
            "refund_cod_api_refund_default_error",
            _imported("order_get_bacs_onhold"),
            "refund_bacs_api_refund_default_error",
            lambda bench: bench.shop.state.number_from("post", 66),
            "refund_bacs_api_refund_false",
            _imported("order_create_cancelled"),
            "refund_no_payment_method_error",
            _imported("order_get_pending_payment_url"),
            "refund_pending_unpaid_manual",
            "refund_cancelled_manual",
            _rita(71, [(13, 1, 90)], 91, payment_method="gone"),
            "refund_unknown_gateway_error",
            "refund_unknown_order_error",
            "refunds_list_unknown_order",
            _paid_back(),
        ),
    ),
    Story(
        "meta data, reasons, tax ids and wrong names",
        (
            _rita(73, [(11, 2, 95)], 96),
            "refund_with_meta_data",
            "refund_with_meta_data_get",
            "refund_long_unicode_reason",
            _only_seventy_five_and_later,
            "refunds_list_reason",
            "refund_get_unknown",
            "refund_put_not_allowed",
            "refund_batch_not_there",
            "refund_delete_without_force",
            "refund_delete_force",
            "refund_zero_amount_api_refund_true",
            "refund_tax_wrong_rate_id",
            "refund_tax_omitted",
            "refund_refund_total_number",
            "refund_line_total_instead_of_refund_total",
            "refund_amount_3_decimals",
            "order_refund_total_stock_after",
            _whole_shop,
        ),
    ),
    Story(
        "a cent between two ways of reading tax",
        (
            _rita(5243, [(11, 3, 12997), (13, 3, 12998)], 12999, coupon="save10"),
            "refund_full_by_lines_using_taxes_total",
            "refund_full_by_lines_using_total_tax",
            _rita(5245, [(13, 1, 13006)], 13007),
            "refund_one_cent_over_by_taxes_total",
            lambda bench: bench.shop.state.number_from("post", 5245),
            "refund_full_by_lines",
            _paid_back(7345, 1599),
        ),
    ),
    Story(
        "unit by unit",
        (
            _rita(5247, [(11, 3, 13012)], 13013, coupon="save10"),
            _three_units,
            "order_after_three_unit_refunds",
        ),
    ),
    Story(
        "money above, below and beside the line",
        (
            _rita(5251, [(11, 3, 13022)], 13023),
            "refund_unrounded_line_values",
            "refund_line_above_line_total",
            "refund_line_negative",
            "refund_order_order_state",
            _rita(5255, [(11, 2, 13031)], 13032),
            "refund_amount_lower_than_lines_return_fee",
            "refund_rest_after_amount_lower",
            _rita(5258, [(11, 2, 13036)], 13037),
            "refund_amount_higher_than_lines",
            _imported("order_get_fee"),
            "refund_full_by_lines_with_negative_fee",
            _imported("order_create_prices_excl_tax"),
            "refund_full_by_lines_excl_tax_order",
        ),
    ),
    Story(
        "variations, and a product that is gone",
        (
            _rita(5262, [(17, 2, 13049), (22, 1, 13050)], 13051),
            _stock(17, 7),
            _stock(20, 3),
            "refund_zero_amount_restock_variation_and_parent_managed",
            _stock(17, 8),
            _stock(20, 4),
            "refund_lines_quantity_missing",
            _stock(17, 8),
            _product_gone,
            "order_get_with_deleted_product",
            "refund_line_of_deleted_product",
        ),
    ),
    Story(
        "what counts as false",
        (
            _rita(5312, [(11, 2, 13180)], 13181),
            lambda bench: bench.shop.state.number_from("post", 5317),
            "refund_api_refund_string_false",
            "refund_api_refund_null",
            "refund_api_refund_word_no",
            _paid_back(),
        ),
    ),
    Story(
        "a trashed order, a shop without decimals, an order of nothing",
        (
            _trashed,
            "order_get_trashed",
            "orders_list_include_trashed",
            "refund_on_trashed_order",
            _paid_back(100),
            _no_decimals,
            "refund_price_decimals_0",
            _paid_back(100, 1499),
        ),
    ),
    Story("meta data lost with PHP", (_lost_meta, "refunds_list_after_fatal_meta_lost")),
    Story(
        "store credit that covers more than the items",
        (_credit, "order_paid_with_fixed_cart_coupon", _everything_paid_by_coupon),
    ),
    Story("an order of nothing", (_zero_total, "refund_of_zero_total_order", _stock(11, 401))),
)

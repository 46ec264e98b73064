"""The recorded orders: read, listed, searched, created and changed."""

from datetime import UTC, datetime
from typing import Any

from tests.sandbox.shop.bench import RITA, Bench, Story, body_of

# The orders of the recorded shop at the time the lists were read: lines, name, e-mail, when, how.
# (order, lines, first, last, e-mail, created at 00:MM:SS GMT, method, status)
PEOPLE: tuple[tuple[int, list[tuple[int, int, int]], str, str, str, str, str, str], ...] = (
    (26, [(17, 1, 9)], "Claire", "Petit", "claire@example.com", "42:09", "testpay", "processing"),
    (27, [(11, 3, 14), (13, 3, 15)], "Odile", "Odd", "odd@example.com", "42:10", "testpay", "processing"),
    (28, [(13, 1, 18)], "Karl", "Cod", "cod@example.com", "42:11", "cod", "processing"),
    (29, [(10, 3, 22), (12, 1, 23)], "Sam", "Stripe", "stripe2@example.com", "42:12", "stripe", "processing"),
    (30, [(21, 1, 26)], "Carla", "Cap", "cap@example.com", "42:12", "testpay", "processing"),
    (37, [(11, 1, 46), (17, 1, 47)], "Eva", "Excl", "excl2@example.com", "42:54", "testpay", "processing"),
)
IMPORTED = (
    "order_get",
    "order_get_bacs_onhold",
    "order_get_coupon",
    "order_get_fee",
    "order_get_pending_payment_url",
    "order_create_usd",
    "order_create_cancelled",
    "order_create_prices_excl_tax",
)


def recorded_orders(bench: Bench) -> None:
    """The fourteen orders the lists were recorded with."""
    for name in IMPORTED:
        bench.shop.import_order(body_of(name))
    for number, lines, first, last, email, minute, method, status in PEOPLE:
        created = datetime.fromisoformat(f"2026-11-23T00:{minute}").replace(tzinfo=UTC)
        who = {**RITA, "first_name": first, "last_name": last, "email": email}
        how: dict[str, Any] = {"billing": who, "payment_method": method, "status": status, "created": created}
        coupon = "save10" if number == 27 else None
        bench.order(number, lines, shipping_id=lines[-1][2] + 1, coupon=coupon, **how)


def _rest(number: int) -> Any:
    """The next order or record made over REST gets this number."""
    return lambda bench: bench.shop.state.number_from("post", number - 1)


def _by_hand(bench: Bench) -> None:
    recorded_orders(bench)
    bench.shop.state.number_from("post", 192)


def _coupons(bench: Bench) -> None:
    big = bench.shop.add_coupon("SC-BIG", "10")
    bench.shop.state.coupons[167] = bench.shop.state.coupons.pop(big.id)
    big.id = 167
    used_up = bench.shop.add_coupon("SC-ONE", "45.90", usage_limit=1)
    used_up.usage_count = 1


def _excluding(bench: Bench) -> None:
    bench.shop.state.prices_include_tax = False


def _including(bench: Bench) -> None:
    bench.shop.state.prices_include_tax = True


def _edited_order(bench: Bench) -> None:
    bench.order(194, [(11, 3, 328)], shipping_id=329)
    bench.shop.state.number_from("item", 329)
    bench.shop.state.number_from("meta", 1268)


def _trash(bench: Bench) -> None:
    for number in (197, 5320):
        bench.order(number, [(11, 1, number)])
        bench.call("DELETE", f"/orders/{number}")


LISTS = (
    "orders_list_default",
    "orders_list_perpage_100",
    "orders_list_page2_perpage5",
    "orders_list_page99",
    "orders_list_perpage_101_error",
    "orders_list_perpage_minus1_error",
    "orders_list_page0_error",
    "orders_list_include",
    "orders_list_include_orderby",
    "orders_list_exclude",
    "orders_list_customer",
    "orders_list_customer_0",
    "orders_list_parent",
    "orders_list_product",
    "orders_list_created_via",
    "orders_list_unknown_param",
    "orders_list_orderby_bad_error",
    "orders_list_status",
    "orders_list_status_multi_comma",
    "orders_list_status_multi_array",
    "orders_list_status_bad_error",
    "orders_list_status_wcprefix",
    "orders_list_search_email",
    "orders_list_search_email_part",
    "orders_list_search_fullname",
    "orders_list_search_lastname",
    "orders_list_search_lastname_noaccent",
    "orders_list_search_phone",
    "orders_list_search_id",
    "orders_list_search_hash",
    "orders_list_search_sku",
    "orders_list_search_meta",
    "orders_list_search_txn",
    "orders_list_search_product_name",
    "orders_list_search_none",
)

STORIES = (
    Story("lists and searches", (recorded_orders, *LISTS, "orders_list_orderby_modified")),
    Story(
        "one order, read in every way",
        (
            recorded_orders,
            "order_get",
            "order_get_bacs_onhold",
            "order_get_coupon",
            "order_get_fee",
            "order_get_pending_payment_url",
            "order_get_dp2",
            "order_get_dp4",
            "order_get_fields",
            "order_get_404",
            "order_get_id_is_product",
            "order_put_404",
            "order_put_meta_transaction",
        ),
    ),
    Story(
        "orders made over REST, one after another",
        (
            lambda bench: bench.shop.import_order(body_of("order_get")),
            _coupons,
            "order_create_bad_email",
            "order_create_bad_status",
            "order_create_unknown_customer",
            _rest(32),
            "order_create_with_negative_fee",
            "order_create_pending",
            "order_create_usd",
            "order_create_cancelled",
            _excluding,
            "order_create_prices_excl_tax",
            _including,
            _rest(177),
            "order_create_with_coupon_line",
            "order_create_with_unknown_coupon",
            "order_leftover_after_400",
            "order_create_with_used_up_coupon",
            "exchange_order_create_free_replacement",
            "exchange_order_create_negative_fee_full",
            "exchange_order_create_negative_fee_incl",
            "exchange_order_create_pay_difference",
            "order_create_parent_id",
            "orders_list_by_parent",
            "order_parent_after_child",
            "order_create_set_paid_true",
            "order_create_status_processing_no_set_paid",
            "order_create_by_sku_only",
            "order_create_unknown_product",
            "order_create_variation_only",
            "order_create_variable_without_variation",
            "order_create_out_of_stock",
            "order_create_empty",
            "order_put_status_cancelled",
            "bad_json",
            "method_not_allowed",
            "route_404",
            "ns_404_wrong_version",
        ),
    ),
    Story(
        "changing lines and meta data",
        (
            _edited_order,
            "order_put_same_line_without_id",
            "order_put_line_quantity",
            "order_put_line_remove_null",
            "order_put_line_meta",
            "order_put_meta_add",
            "order_put_meta_same_key_again",
            "order_put_meta_delete_null",
        ),
    ),
    Story("refunded by hand", (_by_hand, "order_put_status_refunded_by_hand", "orders_batch")),
    Story("the trash", (_trash, "orders_list_status_trash", "orders_list_include_trashed")),
)

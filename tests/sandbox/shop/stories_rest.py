"""The recorded rest: coupons, notes, products, customers, keys, settings, webhooks."""

from typing import Any

import requests

from bot.sandbox.shop.records import Webhook
from tests.sandbox.shop.bench import Bench, Story, body_of, differences, load
from tests.sandbox.shop.stories_orders import recorded_orders


def _next(number: int, kind: str = "post") -> Any:
    return lambda bench: bench.shop.state.number_from(kind, number - 1)


def _levels(**levels: int) -> Any:
    def put(bench: Bench) -> None:
        for sku, level in levels.items():
            product = next(p for p in bench.shop.state.products.values() if p.sku == sku.replace("_", "-"))
            product.stock, product.stock_status = level, "instock" if level > 0 else "outofstock"

    return put


def _noted_order(bench: Bench) -> None:
    bench.order(194, [(11, 3, 328)], shipping_id=329)
    bench.shop.state.notes.clear()
    bench.shop.state.number_from("comment", 271)


def _mailed(*texts: str) -> Any:
    def check(bench: Bench) -> None:
        assert [mail.text for mail in bench.shop.outbox if mail.kind == "customer_note"] == list(texts)

    return check


def _maintenance(bench: Bench) -> None:
    bench.shop.state.maintenance = True
    answer = bench.call("GET", "/orders")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "600"
    assert answer.headers["content-type"].startswith("text/html")
    assert "<title>Maintenance</title>" in answer.text


def _plain_basic(bench: Bench) -> None:
    """Without the proxy's header the request is plain http, where Basic is not looked at."""
    key = bench.keys["rw"]
    url = f"{bench.url}/wp-json/wc/v3/orders"
    answer = requests.get(url, auth=(key.consumer_key, key.consumer_secret), timeout=10)
    assert (answer.status_code, answer.json()) == (401, body_of("auth_basic_over_plain_http"))


def _query_keys(bench: Bench) -> None:
    key = bench.keys["rw"]
    query = {
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "_fields": "id,number,status",
    }
    answer = bench.call("GET", "/orders", auth=None, per_page=1, **query)
    assert answer.status_code == 200
    wanted = {name: body_of("auth_query_string")[0][name] for name in ("id", "number", "status")}
    assert answer.json() == [wanted]
    assert answer.headers["x-wp-total"] == "14"


def _index(bench: Bench) -> None:
    answer = bench.call("GET", "/wp-json/", auth=None, _fields="timezone_string,namespaces").json()
    assert answer["timezone_string"] == body_of("index_namespaces")["timezone_string"]
    assert "wc/v3" in answer["namespaces"]


def _system_status(bench: Bench) -> None:
    for name in ("system_status", "system_status_fields"):
        ours = bench.call("GET", "/system_status").json()
        recorded = body_of(name)
        assert ours["environment"]["version"] == recorded["environment"]["version"]
        for field in (
            "currency",
            "currency_symbol",
            "number_of_decimals",
            "HPOS_enabled",
            "decimal_separator",
        ):
            assert ours["settings"][field] == recorded["settings"][field]
    assert ours["security"]["secure_connection"] is True


def _settings(bench: Bench) -> None:
    for group in ("general", "tax"):
        ours = {row["id"]: row["value"] for row in bench.call("GET", f"/settings/{group}").json()}
        recorded = {row["id"]: row["value"] for row in body_of(f"settings_{group}")}
        assert ours == {name: recorded[name] for name in ours}


def _gateways(bench: Bench) -> None:
    ours = {
        row["id"]: (row["title"], row["method_supports"])
        for row in bench.call("GET", "/payment_gateways").json()
    }
    recorded = {row["id"]: (row["title"], row["method_supports"]) for row in body_of("payment_gateways")}
    assert ours == recorded


def _totals(bench: Bench) -> None:
    rows = bench.call("GET", "/reports/orders/totals").json()
    assert {row["slug"]: row["name"] for row in rows} == {
        row["slug"]: row["name"] for row in body_of("reports_orders_totals")
    }
    assert next(row["total"] for row in rows if row["slug"] == "processing") == 10


def _percent_coupon(bench: Bench) -> None:
    del bench.shop.state.coupons[23]
    answer = bench.call("POST", "/coupons", load("coupon_create_percent")["request"]["body"])
    recorded = body_of("coupon_create_percent")
    assert answer.status_code == 201
    assert not list(differences({**recorded, "id": answer.json()["id"]}, answer.json()))
    bench.shop.state.coupons[23] = bench.shop.state.coupons.pop(answer.json()["id"])
    bench.shop.state.coupons[23].id = 23


def _all_notes(bench: Bench) -> None:
    """Notes of one second come in any order; those about stock were written before this story begins."""
    for name in ("order_notes_list", "order_notes_list_internal"):
        sent = load(name)["request"]
        ours = {row["id"]: row["note"] for row in bench.call("GET", sent["path"], **sent["query"]).json()}
        recorded = {row["id"]: row["note"] for row in body_of(name) if row["id"] in (272, 273, 274)}
        assert {number: ours[number] for number in recorded} == recorded


def _stock_notes(bench: Bench) -> None:
    bench.shop.state.products[11].stock = 36
    order = bench.order(38, [(10, 2, 52), (11, 1, 53)], shipping_id=54)
    for note in bench.shop.state.notes.values():
        note.order_id = order.id
    bench.replay("refund_partial_lines_defaults")
    ours = {row["note"] for row in bench.call("GET", "/orders/38/notes").json()}
    recorded = {row["note"] for row in body_of("notes_after_refund")}
    about = {text for text in recorded if not text.startswith(("Stock hold", "Payment"))}
    assert about
    assert about <= ours


def _whole_list(bench: Bench) -> None:
    fields = ("id", "name", "sku", "type", "parent_id", "manage_stock", "status")
    ours = bench.call("GET", "/products", _fields=",".join(fields)).json()
    assert ours == [{name: row[name] for name in ours[0]} for row in body_of("products_list")]


def _seven_failures(bench: Bench) -> None:
    recorded = body_of("webhook_get_after_failures")
    hook = bench.shop.state.webhooks[recorded["id"]]
    hook.status, hook.failures = "disabled", 6


def _receivers(bench: Bench) -> None:
    """Recorded receivers live on hosts that do not exist here; a failing ping stops nothing, so rows are
    entered as the recorded requests would have made them, and the requests themselves go to a closed port."""
    for name in WEBHOOKS:
        sent = dict(load(name)["request"]["body"], delivery_url="http://127.0.0.1:9/hook")
        answer = bench.call("POST", "/webhooks", sent)
        recorded = body_of(name)
        assert answer.status_code == 201, answer.text
        for field in ("id", "status", "topic", "resource", "event", "hooks", "date_modified"):
            assert answer.json()[field] == recorded[field], (name, field)
        assert "secret" not in answer.json()
    hook: Webhook = bench.shop.state.webhooks[1]
    hook.delivery_url = "https://bot.example/hook"


def _seven_hooks(bench: Bench) -> None:
    answer = bench.call("GET", "/webhooks").json()
    recorded = body_of("webhooks_list")
    assert [(row["id"], row["topic"], row["status"]) for row in answer[:7]] == [
        (row["id"], row["topic"], row["status"]) for row in recorded
    ]


WEBHOOKS = (
    "webhook_create",
    "webhook_create_order_created",
    "webhook_create_order_deleted",
    "webhook_create_product_updated",
    "webhook_create_coupon_updated",
    "webhook_create_action_woocommerce_order_refunded",
    "webhook_create_no_secret",
    "webhook_create_ping_fails",
)

# Replayed inside a step above, against the fields the sandbox stands for.
INSIDE = {
    "coupon_create_percent",
    "order_notes_list",
    "order_notes_list_internal",
    "notes_after_refund",
    "products_list",
    *WEBHOOKS,
    "maintenance_mode_503",
    "auth_basic_over_plain_http",
    "auth_query_string",
    "index_namespaces",
    "system_status",
    "system_status_fields",
    "settings_general",
    "settings_tax",
    "payment_gateways",
    "reports_orders_totals",
    "webhooks_list",
}

STORIES = (
    Story(
        "coupons",
        (
            _percent_coupon,
            _next(150),
            "coupon_create_fixed_cart",
            "coupon_get",
            "coupon_get_by_code",
            "coupon_get_by_code_lower",
            "coupon_get_by_code_unknown",
            "coupon_search",
            "coupon_search_description",
            "coupon_create_duplicate_code_error",
            "coupon_create_duplicate_code_other_case_error",
            "coupon_put_amount",
            "coupon_put_amount_number",
            "coupon_put_amount_negative",
            "coupon_put_code_duplicate",
            "coupon_post_id_error",
            "coupon_create_amount_text",
            "coupon_create_bad_email",
            "coupon_create_bad_type",
            "coupon_create_percent_over_100",
            "coupon_create_no_code",
            "coupon_create_date_only",
            "coupon_create_date_gmt",
            "coupon_create_past_expiry",
            "coupon_create_unicode_code",
            "coupon_delete_force",
            "coupon_delete_trash",
            "coupon_create_code_of_trashed",
        ),
    ),
    Story(
        "notes",
        (
            _noted_order,
            "order_note_create_private",
            "order_note_create_customer",
            _mailed("Your refund is on its way."),
            "order_note_added_by_user",
            "order_note_empty_error",
            "order_note_missing_error",
            "order_note_unknown_order",
            "order_notes_list_customer",
            _all_notes,
            "order_note_delete",
            _mailed("Your refund is on its way."),
        ),
    ),
    Story("notes about stock", (_stock_notes,)),
    Story(
        "products as listed",
        (
            _levels(MUG_01=500),
            _whole_list,
            "products_list_include",
            "products_list_search",
            "products_list_search_sku",
            "products_list_sku",
            "products_list_sku_multi",
            "products_list_sku_variation",
            "products_list_stock_status",
            "variations_global_list",
            "variations_list",
            "variation_get",
            "variation_get_parent_managed_stock",
            "variation_get_wrong_parent",
            "product_404",
            "product_get_variable",
            "product_get_variation_id_on_products",
            _levels(SHIRT_LIN=16),
            "product_get_simple",
        ),
    ),
    Story(
        "stock",
        (
            "product_put_stock",
            "product_put_inventory_delta",
            "product_put_stock_string",
            "product_put_stock_float",
            "product_put_stock_negative",
            "product_put_stock_null",
            "product_put_stock_unmanaged",
            "product_put_stock_of_variation_id",
            "product_put_stock_outofstock_flip",
            "product_put_readonly_key",
            "variation_put_stock",
            "variations_batch",
            "products_batch",
            "batch_over_100",
        ),
    ),
    Story(
        "customers and settings",
        (
            recorded_orders,
            "customers_by_email",
            "customers_search",
            "customer_guest_not_found",
            "data_currency_current",
            "payment_gateway_404",
            "payment_gateway_one",
            "setting_currency",
            "setting_hold_stock",
            "setting_price_decimals",
            "setting_prices_include_tax",
            "system_status_readonly",
            "taxes_list",
            _gateways,
            _settings,
            _system_status,
            _index,
            _totals,
        ),
    ),
    Story(
        "keys",
        (
            recorded_orders,
            "auth_bad_secret",
            "auth_none",
            "auth_unknown_key",
            "auth_readonly_get",
            "auth_readonly_post_refund",
            "auth_writeonly_get",
            "auth_customer_role_key",
            _plain_basic,
            _query_keys,
            _maintenance,
        ),
    ),
    Story(
        "webhooks",
        (
            "webhook_create_bad_topic",
            "webhook_create_bad_url",
            _receivers,
            "webhook_get",
            _seven_hooks,
            "webhook_deliveries",
            _seven_failures,
            "webhook_get_after_failures",
            "webhook_reactivate",
        ),
    ),
)

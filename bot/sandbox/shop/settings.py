"""The routes that tell what kind of shop this is: gateways, settings, taxes, status. All read-only."""

from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.gateways import Gateway
from bot.sandbox.shop.http import Answer, Call, filtered, page_of
from bot.sandbox.shop.life import NAMES
from bot.sandbox.shop.money import SYMBOLS
from bot.sandbox.shop.order_view import VERSION
from bot.sandbox.shop.records import Json
from bot.sandbox.shop.state import State

WORDPRESS = "6.9.1"
ENTITIES = {
    "EUR": ("Euro", "&euro;"),
    "USD": ("United States (US) dollar", "&#36;"),
    "GBP": ("Pound sterling", "&pound;"),
}
ORDER_STORE = "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore"


def index(state: State, call: Call) -> Answer:
    """GET /wp-json/: open to everybody."""
    site = call.request.site
    offset = state.now().astimezone(state.zone).utcoffset()
    hours = int(offset.total_seconds()) // 3600 if offset else 0
    body = {
        "name": state.name,
        "url": site,
        "home": site,
        "gmt_offset": hours,
        "timezone_string": state.zone.key,
        "namespaces": ["oembed/1.0", "wc/v3", "wc/v1", "wc/v2", "wc/store", "wc/store/v1", "wp/v2"],
        "authentication": {"application-passwords": {"endpoints": {}}},
    }
    return Answer(filtered(body, call.query.get("_fields")))


def list_gateways(state: State, call: Call) -> Answer:
    """GET /payment_gateways: ``method_supports`` names "refunds" where money can go back by itself."""
    views = [_gateway(gateway, call.request.site) for gateway in state.gateways.values()]
    rows, headers = page_of(call, views, "payment_gateways", {})
    return Answer(filtered(rows, call.query.get("_fields")), headers=headers)


def get_gateway(state: State, call: Call) -> Answer:
    """GET /payment_gateways/{id}."""
    gateway = state.gateways.get(call.ids["name"])
    if gateway is None:
        raise ShopError(404, "woocommerce_rest_payment_gateway_invalid", "Resource does not exist.")
    return Answer(
        filtered(_gateway(gateway, call.request.site) | {"settings": []}, call.query.get("_fields"))
    )


def list_settings(state: State, call: Call) -> Answer:
    """GET /settings/{group}."""
    group = _groups(state).get(call.ids["group"])
    if group is None:
        raise ShopError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    rows = [{"id": name, **row} for name, row in group.items()]
    return Answer(filtered(rows, call.query.get("_fields")))


def get_setting(state: State, call: Call) -> Answer:
    """GET /settings/{group}/{id}."""
    group, name = call.ids["group"], call.ids["name"]
    row = _groups(state).get(group, {}).get(name)
    if row is None:
        raise ShopError(404, "rest_setting_setting_invalid", "Invalid setting.")
    return Answer(filtered({"id": name, **row, "group_id": group}, call.query.get("_fields")))


def system_status(state: State, call: Call) -> Answer:
    """GET /system_status: currency, decimals, versions, and whether the connection is safe."""
    body = {
        "environment": {
            "home_url": call.request.site,
            "site_url": call.request.site,
            "version": VERSION,
            "wp_version": WORDPRESS,
            "wp_multisite": False,
            "wp_cron": False,
            "language": "en_US",
            "default_timezone": "UTC",
        },
        "database": {"wc_database_version": VERSION, "database_prefix": "wp_"},
        "active_plugins": [
            {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": VERSION}
        ],
        "settings": _status_settings(state),
        "security": {"secure_connection": call.request.secure, "hide_errors": True},
    }
    return Answer(filtered(body, call.query.get("_fields")))


def list_taxes(state: State, call: Call) -> Answer:
    """GET /taxes."""
    views = [
        {
            "id": rate.id,
            "country": rate.country,
            "state": "",
            "postcode": "",
            "city": "",
            "rate": f"{rate.percent:.4f}",
            "name": rate.name,
            "priority": rate.priority,
            "compound": rate.compound,
            "shipping": rate.shipping,
            "order": 0,
            "class": rate.tax_class or "standard",
            "postcodes": [],
            "cities": [],
        }
        for rate in state.tax_rates
    ]
    rows, headers = page_of(call, views, "taxes", {})
    return Answer(filtered(rows, call.query.get("_fields")), headers=headers)


def current_currency(state: State, call: Call) -> Answer:
    """GET /data/currencies/current; the symbol is an HTML entity here."""
    name, symbol = _currency(state)
    return Answer({"code": state.currency, "name": name, "symbol": symbol})


def order_totals(state: State, call: Call) -> Answer:
    """GET /reports/orders/totals."""
    statuses = [order.status for order in state.orders.values()]
    return Answer(
        [{"slug": slug, "name": name, "total": statuses.count(slug)} for slug, name in NAMES.items()]
    )


def _gateway(gateway: Gateway, site: str) -> Json:
    supports = ["products", "refunds"] if gateway.supports_refunds else ["products"]
    page = f"{site}/wp-admin/admin.php?page=wc-settings&tab=checkout&section={gateway.id}"
    return {
        "id": gateway.id,
        "title": gateway.title,
        "description": None,
        "order": "",
        "enabled": True,
        "method_title": gateway.title,
        "method_description": "",
        "method_supports": supports,
        "needs_setup": False,
        "post_install_scripts": [],
        "settings_url": page,
        "connection_url": None,
        "setup_help_text": None,
        "required_settings_keys": [],
    }


def _currency(state: State) -> tuple[str, str]:
    return ENTITIES.get(state.currency, (state.currency, SYMBOLS.get(state.currency, state.currency)))


def _status_settings(state: State) -> Json:
    return {
        "api_enabled": False,
        "force_ssl": False,
        "currency": state.currency,
        "currency_symbol": _currency(state)[1],
        "currency_position": "right_space",
        "thousand_separator": " ",
        "decimal_separator": ",",
        "number_of_decimals": state.decimals,
        "order_datastore": ORDER_STORE,
        "HPOS_enabled": True,
        "HPOS_sync_enabled": False,
    }


def _groups(state: State) -> dict[str, dict[str, Json]]:
    yes_no = {True: "yes", False: "no"}
    return {
        "general": {
            "woocommerce_default_country": _setting("Country / State", "select", "US:CA", "FR"),
            "woocommerce_calc_taxes": _setting("Enable taxes", "checkbox", "no", "yes"),
            "woocommerce_enable_coupons": _setting("Enable coupons", "checkbox", "yes", "yes"),
            "woocommerce_currency": _setting("Currency", "select", "USD", state.currency),
            "woocommerce_price_decimal_sep": _setting("Decimal separator", "text", ".", ","),
            "woocommerce_price_num_decimals": _setting(
                "Number of decimals", "number", "2", str(state.decimals)
            ),
        },
        "tax": {
            "woocommerce_prices_include_tax": _setting(
                "Prices entered with tax", "radio", "no", yes_no[state.prices_include_tax]
            ),
            "woocommerce_tax_based_on": _setting("Calculate tax based on", "select", "shipping", "shipping"),
            "woocommerce_shipping_tax_class": _setting("Shipping tax class", "select", "inherit", "inherit"),
            "woocommerce_tax_round_at_subtotal": _setting(
                "Rounding", "checkbox", "no", yes_no[state.round_at_subtotal]
            ),
        },
        "products": {
            "woocommerce_hold_stock_minutes": _setting("Hold stock (minutes)", "number", "60", "60"),
        },
    }


def _setting(label: str, kind: str, default: str, value: str) -> Json:
    return {"label": label, "type": kind, "default": default, "value": value}

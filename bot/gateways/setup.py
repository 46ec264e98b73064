"""How the shop is set up: settings, payment gateways, webhooks and their signature."""

import base64
import hashlib
import hmac

from bot.errors import Refused
from bot.gateways.answers import plain, read_json
from bot.gateways.client import Client
from bot.gateways.nouns import PaymentGateway, ShopSettings, Webhook
from bot.gateways.schema import Row, as_row, as_rows, needed, number, text, whole
from bot.gateways.transport import Answer

STATUS_FIELDS = "settings,environment.version,environment.wp_version,security.secure_connection"
GATEWAY_FIELDS = "id,title,method_title,enabled,method_supports"
WEBHOOK_NAME = "Returns Desk"
TOPICS = ("order.created", "order.updated", "order.deleted")


def read_settings(client: Client) -> ShopSettings:
    """Everything but the time zone in one cheap call (recording system_status_fields)."""
    return client.read("system_status", _settings, {"_fields": STATUS_FIELDS})


def read_timezone(client: Client) -> str:
    """The shop's time zone, from WordPress' own index; empty where a plugin hides the index."""
    try:
        return client.read("/", _timezone, {"_fields": "gmt_offset,timezone_string"})
    except Refused:
        return ""


def prices_include_tax(client: Client) -> bool:
    """Whether prices are entered with tax (recording setting_prices_include_tax). Raises Refused to a key
    that may not see settings."""
    path = "settings/tax/woocommerce_prices_include_tax"
    return client.read(path, lambda answer: needed(as_row(read_json(answer), path), "value")) == "yes"


def payment_gateways(client: Client) -> tuple[PaymentGateway, ...]:
    """Every way to pay the shop knows, switched on or not: an old order may have used any."""
    return client.read("payment_gateways", _gateways, {"_fields": GATEWAY_FIELDS})


def webhooks(client: Client) -> tuple[Webhook, ...]:
    """The shop's webhooks. After too many failures the shop sets one to "disabled" and tells nobody."""
    return client.read("webhooks", _webhooks, {"per_page": 100}, fresh=True)


def ensure_webhooks(client: Client, url: str, secret: str, *, seconds: float) -> tuple[Webhook, ...]:
    """One active webhook per topic of TOPICS to ``url``: missing ones are made, silent ones switched on.

    The shop never shows a secret, so an existing webhook is told it again.
    """
    mine = {hook.topic: hook for hook in webhooks(client) if hook.url == url}
    told = {"name": WEBHOOK_NAME, "delivery_url": url, "secret": secret, "status": "active"}
    return tuple(_tell(client, {**told, "topic": topic}, mine.get(topic), seconds) for topic in TOPICS)


def check_webhook(body: bytes, signature: str, secret: str) -> bool:
    """Whether ``signature`` (header X-WC-Webhook-Signature) is the shop's over exactly these bytes.

    base64 of HMAC-SHA256, the secret as UTF-8 (recording webhook_delivery_order_updated_after_refund).
    Without a secret nothing is genuine.
    """
    if not secret:
        return False
    expected = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def _tell(client: Client, data: dict[str, str], hook: Webhook | None, seconds: float) -> Webhook:
    if hook is None:
        return client.write("POST", "webhooks", data, _webhook, seconds=seconds)
    return client.write("PUT", f"webhooks/{hook.webhook_id}", data, _webhook, seconds=seconds)


def _settings(answer: Answer) -> ShopSettings:
    body = as_row(read_json(answer), "the status")
    settings, versions = (
        as_row(body.get("settings"), "settings"),
        as_row(body.get("environment"), "environment"),
    )
    security = as_row(body["security"], "security") if body.get("security") else {}
    return ShopSettings(
        currency=needed(settings, "currency"),
        decimals=whole(settings, "number_of_decimals"),
        version=text(versions, "version"),
        wordpress=text(versions, "wp_version"),
        timezone="",
        secure=security.get("secure_connection") is True,
        new_order_tables=settings.get("HPOS_enabled") is True,
    )


def _timezone(answer: Answer) -> str:
    row = as_row(read_json(answer), "the index")
    name = text(row, "timezone_string")
    minutes = int(number(row, "gmt_offset") * 60)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    return name or f"{sign}{size // 60:02}:{size % 60:02}"


def _gateways(answer: Answer) -> tuple[PaymentGateway, ...]:
    found = as_rows(read_json(answer), "the payment gateways")
    return tuple(
        PaymentGateway(
            gateway_id=needed(row, "id"),
            title=plain(text(row, "title") or text(row, "method_title")),
            enabled=row.get("enabled") is True,
            can_refund=_supports_refunds(row),
        )
        for row in found
    )


def _supports_refunds(row: Row) -> bool:
    supports = row.get("method_supports")
    # PHP lists with a gap in their numbering arrive as objects.
    entries = supports.values() if isinstance(supports, dict) else supports
    return "refunds" in entries if entries else False


def _webhooks(answer: Answer) -> tuple[Webhook, ...]:
    return tuple(_hook(row) for row in as_rows(read_json(answer), "the webhooks"))


def _webhook(answer: Answer) -> Webhook:
    return _hook(as_row(read_json(answer), "the webhook"))


def _hook(row: Row) -> Webhook:
    return Webhook(whole(row, "id"), needed(row, "topic"), needed(row, "status"), text(row, "delivery_url"))

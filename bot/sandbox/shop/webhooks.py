"""The routes of webhooks, and the deliveries: queued, signed, never retried, switched off after failures."""

import base64
import hashlib
import hmac
import secrets
from typing import Any

import requests

from bot.sandbox.shop.coupons import coupon_view
from bot.sandbox.shop.dates import gmt, local
from bot.sandbox.shop.errors import ShopError, invalid_id
from bot.sandbox.shop.http import Answer, Call, encode, filtered, page_of, truth
from bot.sandbox.shop.order_view import VERSION, order_view
from bot.sandbox.shop.product_view import product_view
from bot.sandbox.shop.records import Json, Sent, Webhook
from bot.sandbox.shop.settings import WORDPRESS
from bot.sandbox.shop.state import State

HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "product.created": ["woocommerce_process_product_meta", "woocommerce_new_product"],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "customer.created": ["user_register", "woocommerce_created_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
}
AGENT = f"WooCommerce/{VERSION} Hookshot (WordPress/{WORDPRESS})"
SUCCESS = (301, 302)  # besides every 2xx; redirects are not followed
STATUSES = ("active", "paused", "disabled")


def list_webhooks(state: State, call: Call) -> Answer:
    """GET /webhooks."""
    rows, headers = page_of(call, sorted(state.webhooks.values(), key=lambda hook: hook.id), "webhooks", {})
    views = [_view(state, webhook, call.request.site) for webhook in rows]
    return Answer(filtered(views, call.query.get("_fields")), headers=headers)


def get_webhook(state: State, call: Call) -> Answer:
    """GET /webhooks/{id}; neither the secret nor the failures are shown."""
    return Answer(_view(state, _find(state, call), call.request.site))


def create_webhook(state: State, call: Call) -> Answer:
    """POST /webhooks: always active, and pinged inside the request. A failing ping changes nothing."""
    topic, url = str(call.body.get("topic", "")), str(call.body.get("delivery_url", ""))
    _check_topic(topic)
    _check_url(url)
    secret = str(call.body.get("secret") or secrets.token_urlsafe(24))
    with state.lock:
        now = state.now()
        name = str(call.body.get("name") or f"Webhook created on {now:%b %d, %Y @ %I:%M %p}")
        webhook = Webhook(state.number("webhook"), name, topic, url, secret, now)
        state.webhooks[webhook.id] = webhook
        view = _view(state, webhook, call.request.site)
        webhook.modified = now
    _post(url, f"webhook_id={webhook.id}".encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    return Answer(view, 201, {"Location": f"{call.request.site}/wp-json/wc/v3/webhooks/{webhook.id}"})


def change_webhook(state: State, call: Call) -> Answer:
    """PUT /webhooks/{id}. Switching on again leaves the counter of failures where it was."""
    webhook = _find(state, call)
    if "topic" in call.body:
        _check_topic(str(call.body["topic"]))
    if "delivery_url" in call.body:
        _check_url(str(call.body["delivery_url"]))
    for name in ("name", "topic", "delivery_url", "secret"):
        if name in call.body:
            setattr(webhook, name, str(call.body[name]))
    if call.body.get("status") in STATUSES:
        webhook.status = str(call.body["status"])
    webhook.modified = state.now()
    return Answer(_view(state, webhook, call.request.site))


def delete_webhook(state: State, call: Call) -> Answer:
    """DELETE /webhooks/{id}, only with ``force``."""
    webhook = _find(state, call)
    if not truth(call.query.get("force", "")):
        message = "Webhooks do not support trashing."
        raise ShopError(501, "woocommerce_rest_trash_not_supported", message)
    del state.webhooks[webhook.id]
    return Answer(_view(state, webhook, call.request.site))


def deliver_all(state: State, *, site: str, copies: int = 1, backwards: bool = False) -> int:
    """Run the job queue once, each delivery with the state of this moment. Returns how many were sent.

    ``copies`` sends each one that often, ``backwards`` in the opposite order: both happen to real shops.
    The shop's ``habits`` may ask for the same, lose everything or hold it back.
    """
    with state.lock:
        habits = state.habits
        jobs = [] if habits.held else list(state.queue)
        if not habits.held:
            state.queue.clear()
        if habits.lost:
            jobs = []
    copies, backwards = max(copies, habits.copies), backwards or habits.backwards
    sent = 0
    for webhook_id, resource_id in reversed(jobs) if backwards else jobs:
        webhook = state.webhooks.get(webhook_id)
        for _ in range(copies):
            if webhook and webhook.status == "active":
                _deliver(state, webhook, resource_id, site)
                sent += 1
    return sent


def replay(state: State) -> list[int]:
    """Send all that was sent before once more, byte for byte; nothing in a signature says how old it is."""
    with state.lock:
        old = list(state.sent)
    return [_post(one.url, one.body, one.headers) for one in old]


def switch(state: State, *, on: bool) -> None:
    """Switch all webhooks on or off, as the shop does after failures; the counters stay."""
    with state.lock:
        for webhook in state.webhooks.values():
            webhook.status, webhook.modified = "active" if on else "disabled", state.now()


def sign(secret: str, body: bytes) -> str:
    """The value of X-WC-Webhook-Signature over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _deliver(state: State, webhook: Webhook, resource_id: int, site: str) -> None:
    with state.lock:
        body = encode(_payload(state, webhook, resource_id, site))
        headers = _headers(state, webhook, body, site)
        state.sent.append(Sent(webhook.delivery_url, body, headers))
    status = _post(webhook.delivery_url, body, headers)
    with state.lock:
        _count(state, webhook, good=status // 100 == 2 or status in SUCCESS)


def _count(state: State, webhook: Webhook, *, good: bool) -> None:
    if good:
        webhook.failures = 0
    elif webhook.failures > 5:
        webhook.status = "disabled"
        webhook.modified = state.now()
    else:
        webhook.failures += 1


def _headers(state: State, webhook: Webhook, body: bytes, site: str) -> dict[str, str]:
    resource, _, event = webhook.topic.partition(".")
    # The id is made of the webhook and the clock in whole seconds: two deliveries of one second share it.
    clock = f"{webhook.id}.{int(state.now().timestamp())}"
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{site}/",
        "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": sign(webhook.secret, body),
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": hmac.new(site.encode(), clock.encode(), "md5").hexdigest(),
    }


def _payload(state: State, webhook: Webhook, resource_id: int, site: str) -> Any:
    resource, _, event = webhook.topic.partition(".")
    if resource == "action":
        return {"action": event, "arg": resource_id}
    if resource == "order" and resource_id in state.orders and event != "deleted":
        return order_view(state, state.orders[resource_id], site=site)
    if resource == "product" and resource_id in state.products:
        return product_view(state, state.products[resource_id], site=site)
    if resource == "coupon" and resource_id in state.coupons:
        return coupon_view(state, state.coupons[resource_id], site=site)
    return {"id": resource_id}


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; 0 when there was none."""
    sent = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"} | headers
    try:
        return requests.post(url, data=body, headers=sent, timeout=60, allow_redirects=False).status_code
    except requests.RequestException:
        return 0


def _check_topic(topic: str) -> None:
    action = topic.startswith(("action.woocommerce_", "action.wc_"))
    if topic not in HOOKS and not action:
        message = "Webhook topic is required and must be valid."
        raise ShopError(400, "woocommerce_rest_shop_webhook_invalid_topic", message)


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise ShopError(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)


def _find(state: State, call: Call) -> Webhook:
    webhook = state.webhooks.get(call.id("id"))
    if webhook is None:
        raise invalid_id("shop_webhook")
    return webhook


def _view(state: State, webhook: Webhook, site: str) -> Json:
    resource, _, event = webhook.topic.partition(".")
    path = f"{site}/wp-json/wc/v3/webhooks"
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": HOOKS.get(webhook.topic, [event]),
        "delivery_url": webhook.delivery_url,
        "date_created": local(webhook.created, state.zone),
        "date_created_gmt": gmt(webhook.created),
        "date_modified": local(webhook.modified, state.zone),
        "date_modified_gmt": gmt(webhook.modified),
        "_links": {"self": [{"href": f"{path}/{webhook.id}"}], "collection": [{"href": path}]},
    }

"""Webhook endpoints: who wants to hear of what; their life by API and by hand."""

from secrets import token_hex

from bot.sandbox.stripe import shapes
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.errors import invalid
from bot.sandbox.stripe.forms import Params, merged
from bot.sandbox.stripe.lists import render
from bot.sandbox.stripe.records import Json

MOST_ENDPOINTS = 16


def add(account: Account, url: str, events: list[str], *, secret: str | None, livemode: bool) -> Json:
    """A new endpoint; the answer shows the signing secret, once."""
    if not url.startswith(("http://", "https://")):
        raise invalid(f"Not a valid URL: {url}", param="url", code="url_invalid")
    if len(account.records.all("webhook_endpoint", livemode)) >= MOST_ENDPOINTS:
        raise invalid(f"You may have at most {MOST_ENDPOINTS} endpoints", param="url")
    secret = secret or f"whsec_{token_hex(16)}"
    record = shapes.webhook_endpoint(url, events, secret=secret, created=account.now(), livemode=livemode)
    account.records.add(record)
    return render(record) | {"secret": secret}


def create(account: Account, params: Params, *, livemode: bool) -> Json:
    """POST /v1/webhook_endpoints."""
    params.only("url", "enabled_events", "description", "metadata", "api_version", "connect")
    url, events = params.required("url"), params.texts("enabled_events")
    if not events:
        raise params.lacking("enabled_events")
    metadata, description = params.metadata() or {}, params.text("description")
    shown = add(account, url, events, secret=None, livemode=livemode)
    record = account.records.find("webhook_endpoint", shown["id"], livemode)
    record |= {"metadata": metadata, "description": description}
    return shown | {"metadata": metadata, "description": description}


def update(record: Json, params: Params) -> Json:
    """POST /v1/webhook_endpoints/:id."""
    params.only("url", "enabled_events", "description", "metadata", "disabled")
    changes = {
        "url": params.text("url") or record["url"],
        "enabled_events": params.texts("enabled_events") or record["enabled_events"],
        "description": params.text("description") or record["description"],
        "metadata": merged(record["metadata"], params.metadata()),
    }
    disabled = params.flag("disabled")
    if disabled is not None:
        changes["status"] = "disabled" if disabled else "enabled"
    record |= changes
    return record


def remove(account: Account, record: Json) -> Json:
    """DELETE /v1/webhook_endpoints/:id."""
    account.records.remove(record)
    return {"id": record["id"], "object": "webhook_endpoint", "deleted": True}

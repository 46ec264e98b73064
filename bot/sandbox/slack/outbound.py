"""Carries a payload to the app's door over HTTP, signed as Slack signs, and notes what came back and when."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.outcome import Answer

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def sign(secret: str, body: bytes, timestamp: float | None = None) -> dict[str, str]:
    """The two headers with which Slack proves a request: v0 over version, timestamp and raw body.

    The timestamp is the machine's own time, since the receiver compares it with its own.
    """
    moment = str(int(time.time() if timestamp is None else timestamp))
    base = b"v0:" + moment.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


def encoded(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    """Body and content type of a delivery: events are JSON, commands a form, interactions JSON in a form."""
    if kind == "events_api":
        return json.dumps(payload).encode(), JSON
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


def knock(core: Core, kind: str, payload: dict[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    """Send one payload to the door and wait for its answer as long as Slack would."""
    body, content = encoded(kind, payload)
    sent = {
        **sign(core.settings.signing_secret, body),
        "Content-Type": content,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        **(headers or {}),
    }
    started = time.perf_counter()
    try:
        with requests.Session() as session:
            session.trust_env = False
            patience = core.settings.ack_seconds
            response = session.post(
                core.request_url, data=body, headers=sent, timeout=patience, allow_redirects=False
            )
    except requests.Timeout:
        return Answer(kind, payload, None, _since(started), trouble="http_timeout")
    except requests.RequestException:
        return Answer(kind, payload, None, _since(started), trouble="connection_failed")
    silence = response.headers.get("x-slack-no-retry") == "1"
    good = 200 <= response.status_code < 300
    return Answer(
        kind,
        payload,
        response.status_code,
        _since(started),
        body=_read(response),
        trouble="" if good else "http_error",
        no_retry=silence,
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _read(response: requests.Response) -> Any:
    if response.headers.get("content-type", "").startswith(JSON):
        try:
            return response.json()
        except requests.JSONDecodeError:
            return response.text
    return response.text

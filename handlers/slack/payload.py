"""The body of a request of Slack as one mapping, if it has the shape of one. It knows no listener."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

Payload = dict[str, Any]

# What each kind must carry before anything looks into it.
SHAPES: Mapping[str, Mapping[str, type]] = {
    "block_actions": {"user": dict, "actions": list},
    "block_suggestion": {"user": dict, "action_id": str, "block_id": str},
    "view_submission": {"user": dict, "view": dict},
    "view_closed": {"user": dict, "view": dict},
    "event_callback": {"event_id": str, "event": dict},
}


def read_payload(body: bytes, content_type: str) -> Payload | None:
    """What Slack said: an event as JSON, a command as a form, an interaction as JSON in a form.

    None for anything that cannot be read as one of these. Read here rather than by Bolt, which takes every
    form with the word "payload" in it for an interaction, also the command of somebody who looks for it.
    """
    try:
        text = body.decode()
        found = json.loads(text) if content_type.startswith("application/json") else _form(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _has_shape(found) else None


def _form(text: str) -> Any:
    fields = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _has_shape(payload: Payload) -> bool:
    kind = payload.get("type", "")
    if not isinstance(kind, str) or not isinstance(payload.get("user", {}), dict):
        return False
    if not (kind or payload.get("command") or payload.get("ssl_check")):
        return False
    if any(not isinstance(payload.get(name), wanted) for name, wanted in SHAPES.get(kind, {}).items()):
        return False
    return kind != "block_actions" or _names_actions(payload["actions"])


def _names_actions(actions: list[Any]) -> bool:
    named = [isinstance(one, dict) and isinstance(one.get("action_id"), str) for one in actions]
    return bool(named) and all(named)

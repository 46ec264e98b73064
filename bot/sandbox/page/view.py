"""Everything one person sees on the page, as JSON; the version changes whenever any of it does."""

import json
import time
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

from bot.sandbox.page.shop_view import checkouts_json, shop_json
from bot.sandbox.page.troubles import SWITCHES, TROUBLES, waiting
from bot.sandbox.slack import Answer

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Json = dict[str, Any]
NEWEST = 60


def see(sandbox: "Sandbox", user: str) -> Json:
    """What ``user`` sees; the first person of the team when there is no such user."""
    users = sandbox.slack.core.users
    me = user if user in users and not users[user].is_bot else next(iter(users))
    seen: Json = {
        "me": me,
        "slack": sandbox.slack.snapshot(me),
        "topics": {one.id: one.topic for one in sandbox.slack.core.channels.values()},
        "people": [_role(sandbox, name) for name in users if not users[name].is_bot],
        "shop": shop_json(sandbox),
        "checkouts": checkouts_json(sandbox),
        "door": door_json(sandbox),
        "faults": {"known": [*TROUBLES, *SWITCHES], "waiting": waiting(sandbox)},
        "app": sandbox.installed.as_json(),
        "addresses": {"desk": sandbox.desk_url, "shop": sandbox.shop_url, "stripe": sandbox.stripe_base},
        "language": sandbox.language,
        "story": sandbox.story.as_json(),
    }
    # Slack's own counter is not enough: stock, money and mails move without it.
    seen["slack"].pop("version")
    text = json.dumps(seen, sort_keys=True, default=str)
    return {**seen, "version": f"{len(text)}-{zlib.crc32(text.encode()):08x}", "now": time.time()}


def _role(sandbox: "Sandbox", user: str) -> Json:
    return {"id": user, "role": sandbox.story.roles.get(user, "")}


def door_json(sandbox: "Sandbox") -> list[Json]:
    """The last requests to the desk's door, newest first."""
    newest: deque[Answer] = deque(sandbox.slack.answers, maxlen=NEWEST)
    first = len(sandbox.slack.answers) - len(newest)
    rows = [{"number": first + number, **_answer(answer)} for number, answer in enumerate(newest)]
    return list(reversed(rows))


def _answer(answer: Answer) -> Json:
    payload = answer.payload
    return {
        "kind": answer.kind,
        "what": _what(answer.kind, payload),
        "user": _user(payload),
        "status": answer.status,
        "trouble": answer.trouble,
        "milliseconds": round(answer.milliseconds, 1),
        "attempt": answer.attempt,
        "via": answer.via,
    }


def _what(kind: str, payload: Json) -> str:
    if kind == "slash_commands":
        return f"{payload['command']} {payload['text']}".strip()
    if kind == "events_api":
        event = payload.get("event", {})
        return " ".join(filter(None, [event.get("type", payload.get("type", "")), event.get("subtype", "")]))
    actions = [action["action_id"] for action in payload.get("actions", [])]
    view = payload.get("view") or {}
    name = actions[0] if actions else view.get("callback_id") or payload.get("callback_id", "")
    return f"{payload['type']} {name or payload.get('action_id', '')}".strip()


def _user(payload: Json) -> str:
    event = payload.get("event", {})
    user = payload.get("user_id") or payload.get("user") or event.get("user") or ""
    return str(user["id"] if isinstance(user, dict) else user)

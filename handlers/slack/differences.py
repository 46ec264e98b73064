"""Differences in the channel: the message of each, who looks at it, and the note that settles it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient

from blocks import ids
from blocks.differences import difference_card, settle_form
from bot.desk import Desk
from bot.desk.access import require
from bot.desk.reconciliation_rows import load_difference, look_into, settle_difference
from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.operations import Task
from handlers.slack.calls import called
from handlers.slack.click import Answer, Click, Listener, parse_return
from handlers.slack.homes import waiting
from handlers.slack.posts import GONE, LOOK_BACK
from store.db import reading, writing
from store.models import Difference

METADATA = "returns_desk_difference"
CLOSE: Mapping[str, Any] = {"response_action": "clear"}


def draw_difference(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.difference``: draw it as it is now, whole, unless its message shows just that."""
    difference_id = int(task.payload["difference_id"])
    message = difference_card(load_difference(desk, difference_id), desk.words)
    digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
    with reading(desk.engine) as session:
        row = session.get_one(Difference, difference_id)
    if row.ts and row.digest == digest:
        return {"unchanged": True}
    channel, ts = (row.channel, row.ts) if row.ts else _found(desk, client, task, difference_id)
    if not ts or not _is_updated(desk, client, channel, ts, message):
        channel, ts = _post(desk, client, difference_id, message)
    with writing(desk.engine) as session:
        kept = session.get_one(Difference, difference_id)
        kept.channel, kept.ts, kept.digest = channel, ts, digest
        session.add(kept)
    return {"ts": ts}


def look(click: Click) -> Answer:
    """Make the person the one who looks at it."""
    look_into(click.desk, parse_return(click.value)[0], click.operator)
    return None


def open_form(click: Click) -> Answer:
    """Ask what was found and done."""
    require(click.operator)
    difference = load_difference(click.desk, parse_return(click.value)[0])
    return click.show(settle_form(difference, click.words))


def submit_settled(click: Click) -> Answer:
    """Close it with the note."""
    settle_difference(click.desk, click.place[0], click.operator, click.typed(ids.NOTE))
    return CLOSE


def _post(desk: Desk, client: WebClient, difference_id: int, message: Mapping[str, Any]) -> tuple[str, str]:
    metadata = {"event_type": METADATA, "event_payload": {"difference": difference_id}}
    where = {"channel": desk.settings.slack_channel, "unfurl_links": False, "unfurl_media": False}
    try:
        posted = called(client.chat_postMessage, metadata=metadata, **where, **message)
    except Refused as e:
        raise waiting(desk, desk.settings.slack_channel, e) from e
    return str(posted["channel"]), str(posted["ts"])


def _is_updated(desk: Desk, client: WebClient, channel: str, ts: str, message: Mapping[str, Any]) -> bool:
    """Draw over the message; whether it is still there, since anybody may delete it."""
    try:
        called(client.chat_update, channel=channel, ts=ts, **message)
    except Refused as e:
        if e.code not in GONE:
            raise waiting(desk, channel, e) from e
        return False
    return True


def _found(desk: Desk, client: WebClient, task: Task, difference_id: int) -> tuple[str, str]:
    """A message that an earlier attempt may have posted before its answer was lost."""
    channel = desk.settings.slack_channel
    if task.attempt <= 1:
        return channel, ""
    where = {"channel": channel, "limit": LOOK_BACK, "include_all_metadata": True}
    try:
        page = called(client.conversations_history, **where)
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e
    wanted = {"event_type": METADATA, "event_payload": {"difference": difference_id}}
    mine = (one for one in page["messages"] if one.get("metadata") == wanted)
    return channel, str(next((one["ts"] for one in mine), ""))


ACTIONS: Mapping[str, Listener] = {ids.LOOK_INTO: look, ids.SETTLE_DIFFERENCE: open_form}
SUBMISSIONS: Mapping[str, Listener] = {ids.SETTLE_DIFFERENCE: submit_settled}

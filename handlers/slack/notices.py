"""Messages to the whole channel that the desk posts by itself: each once, however often it is tried."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient

from blocks.overtime import overtime
from bot.desk import Desk
from bot.desk.clocks import still_waiting
from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.operations import Task
from handlers.slack.calls import called
from handlers.slack.homes import waiting
from handlers.slack.posts import LOOK_BACK
from store import returns
from store.db import reading

OVERTIME = "returns_desk_overtime"  # the kind of message, for finding it again
A_DAY = timedelta(days=1)


def post_overtime(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.overtime``: say which returns nobody has taken in time; none left, no word."""
    if found := found_before(desk, client, task, OVERTIME):
        return {"ts": found}
    cases, count = still_waiting(desk, task)
    if not cases:
        return {"empty": True}
    with reading(desk.engine) as session:
        cards = [returns.card_of(session, case.return_id) for case in cases]
    shown = [(case, card.permalink if card else "") for case, card in zip(cases, cards, strict=True)]
    task.guard()  # one who slept since may have been replaced by another who posted it
    return {"ts": post(desk, client, task, OVERTIME, overtime(shown, count, desk.words))}


def post(desk: Desk, client: WebClient, task: Task, kind: str, message: Mapping[str, Any]) -> str:
    """Post ``message`` in the channel of ``task``, marked so that it is found again. Returns its ts."""
    channel = task.payload["channel"]
    metadata = {"event_type": kind, "event_payload": {"key": task.key}}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    try:
        posted = called(client.chat_postMessage, channel=channel, metadata=metadata, **quiet, **message)
    except Refused as e:
        raise waiting(desk, channel, e) from e
    return str(posted["ts"])


def found_before(desk: Desk, client: WebClient, task: Task, kind: str) -> str:
    """What an earlier try of ``task`` may have posted before its answer was lost, whatever came since."""
    if task.attempt <= 1:
        return ""
    since = f"{(desk.now() - A_DAY).timestamp():.6f}"
    where = {"channel": task.payload["channel"], "oldest": since, "limit": LOOK_BACK}
    wanted, cursor = {"event_type": kind, "event_payload": {"key": task.key}}, ""
    while True:
        page = _page(client, where | ({"cursor": cursor} if cursor else {}))
        for message in page["messages"]:
            if message.get("metadata") == wanted:
                return str(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return ""


def _page(client: WebClient, where: Mapping[str, Any]) -> Any:
    try:
        return called(client.conversations_history, include_all_metadata=True, **where)
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e

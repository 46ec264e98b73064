"""What the worker says in Slack: the card, lines in its thread, answers to one person, and filled modals."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient

from blocks.card import return_card
from blocks.thread import thread_message
from bot.desk import Desk
from bot.desk.cases import load_case
from bot.errors import GatewayError, OutcomeUnknown, Refused, Unreachable
from bot.operations import Task
from bot.rules.case import ReturnCase
from handlers.slack.calls import called
from store import returns
from store.db import reading, writing
from store.models import Card

log = logging.getLogger(__name__)

METADATA = "returns_desk_card"
LOOK_BACK = 200  # messages of the channel that are searched for a card that may have been posted
ELSEWHERE = frozenset({"user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


def draw_card(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.card``: draw the case as it is now, whole, unless the card shows just that."""
    assert task.return_id is not None
    case = load_case(desk, task.return_id)
    message = return_card(case, desk.words)
    digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
    with reading(desk.engine) as session:
        card = returns.card_of(session, task.return_id)
    if card is not None and card.digest == digest:
        return {"unchanged": True}
    if card is None:
        card = _find_card(desk, client, task, case) or _post_card(desk, client, case, message)
    if card.digest != digest:
        card = _update_card(desk, client, case, card, message)
    card.digest, card.drawn_at = digest, desk.now()
    card.permalink = card.permalink or _permalink(client, card)
    with writing(desk.engine) as session:
        session.merge(card)
    return {"ts": card.ts}


def post_in_thread(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.thread``: one line below the card. It waits until the card is there."""
    assert task.return_id is not None
    with reading(desk.engine) as session:
        card = returns.card_of(session, task.return_id)
    if card is None:
        raise Unreachable("the card is not posted yet", retry_after=None)
    if task.attempt > 1 and _is_in_thread(client, card, task.key):
        return {"ts": "found"}
    case = load_case(desk, task.return_id)
    message = thread_message(task.payload["kind"], task.payload["values"], case, desk.words)
    posted = called(
        client.chat_postMessage,
        channel=card.channel,
        thread_ts=card.ts,
        metadata={"event_type": METADATA, "event_payload": {"key": task.key}},
        **_quiet(message),
    )
    return {"ts": posted["ts"]}


def answer(_desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.answer``: a sentence only one person sees, beside the card or in their own messages.

    Slack promises no delivery of these and shows them once, so they are never the only copy of anything.
    """
    answer_in(client, task.payload["channel"], task.payload["user"], {"text": task.payload["text"]})
    return {"user": task.payload["user"]}


def answer_in(client: WebClient, channel: str, user: str, message: Mapping[str, Any]) -> None:
    """Say something to one person where they are, or in their own messages where they cannot be reached."""
    try:
        called(client.chat_postEphemeral, channel=channel, user=user, **message)
    except Refused as e:
        if e.code not in ELSEWHERE:
            raise
        private = called(client.conversations_open, users=user)["channel"]["id"]
        called(client.chat_postMessage, channel=private, **message)


def _post_card(desk: Desk, client: WebClient, case: ReturnCase, message: Mapping[str, Any]) -> Card:
    channel = desk.settings.slack_channel
    metadata = {"event_type": METADATA, "event_payload": {"return": case.number}}
    posted = called(client.chat_postMessage, channel=channel, metadata=metadata, **_quiet(message))
    digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
    return _keep(desk, case.return_id, posted["channel"], posted["ts"], digest)


def _update_card(
    desk: Desk, client: WebClient, case: ReturnCase, card: Card, message: Mapping[str, Any]
) -> Card:
    """Draw over the card; one that somebody deleted is posted anew."""
    try:
        called(client.chat_update, channel=card.channel, ts=card.ts, **message)
    except Refused as e:
        if e.code not in GONE:
            raise
        log.info("the card of %s is gone; posting it anew", case.number)
        with writing(desk.engine) as session:
            session.delete(session.get_one(Card, card.id))
        return _post_card(desk, client, case, message)
    return card


def _find_card(desk: Desk, client: WebClient, task: Task, case: ReturnCase) -> Card | None:
    """A card that an earlier attempt may have posted before its answer was lost."""
    if task.attempt <= 1:
        return None
    channel = desk.settings.slack_channel
    found = _find(client.conversations_history, {"return": case.number}, channel=channel, limit=LOOK_BACK)
    return _keep(desk, case.return_id, channel, found, "") if found else None


def _is_in_thread(client: WebClient, card: Card, key: str) -> bool:
    where = {"channel": card.channel, "ts": card.ts, "limit": LOOK_BACK}
    return bool(_find(client.conversations_replies, {"key": key}, **where))


def _find(method: Callable[..., Any], payload: Mapping[str, str], **where: Any) -> str:
    """The ts of our own message with this metadata, empty when there is none. Raises Unreachable."""
    try:
        page = called(method, include_all_metadata=True, **where)
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e
    for message in page["messages"]:
        metadata = message.get("metadata", {})
        if metadata.get("event_type") == METADATA and metadata.get("event_payload") == payload:
            return str(message["ts"])
    return ""


def _keep(desk: Desk, return_id: int, channel: str, ts: str, digest: str) -> Card:
    """Write down where the card is, at once: posting it twice would only be ugly, but it would be ugly."""
    card = Card(return_id=return_id, channel=channel, ts=ts, digest=digest, drawn_at=desk.now())
    with writing(desk.engine) as session:
        session.add(card)
    return card


def _permalink(client: WebClient, card: Card) -> str:
    """The card's address for lists. It is a convenience: without it a list has no link."""
    try:
        return str(called(client.chat_getPermalink, channel=card.channel, message_ts=card.ts)["permalink"])
    except GatewayError as e:
        log.info("no address for a card: %s", e.detail)
        return ""


def _quiet(message: Mapping[str, Any]) -> dict[str, Any]:
    return {**message, "unfurl_links": False, "unfurl_media": False}

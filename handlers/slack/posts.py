"""What the worker says in Slack: the card, lines in its thread, answers to one person, and filled modals."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from blocks.card import return_card
from blocks.thread import thread_message
from bot.desk import Desk
from bot.desk.cases import load_case
from bot.desk.changes import BY_A_PERSON, redraw
from bot.desk.clocks import keep_ring
from bot.desk.conversation import SAID, lines_to_post
from bot.desk.search import keep_findable
from bot.errors import GatewayError, OutcomeUnknown, Refused, Unreachable
from bot.operations import Task
from bot.rules.case import ReturnCase
from bot.rules.clocks import next_ring
from handlers.slack.addresses import address_of
from handlers.slack.calls import called
from handlers.slack.homes import CLOSED, waiting
from store import returns
from store.db import reading, writing
from store.models import Card

log = logging.getLogger(__name__)

METADATA = "returns_desk_card"
LOOK_BACK = 200  # messages of the channel that are searched for a card that may have been posted
ELSEWHERE = frozenset({"user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived"})
GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "cannot_reply_to_message",
    }
)


@dataclass(frozen=True)
class Drawing:
    """One card that is to be shown: the case, what it looks like, and which try this is."""

    desk: Desk
    client: WebClient
    task: Task
    case: ReturnCase
    message: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Of what it looks like: the same look is not drawn twice."""
        return hashlib.sha256(json.dumps(self.message, sort_keys=True).encode()).hexdigest()


def draw_card(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.card``: draw the case as it is now, whole, unless the card shows just that."""
    assert task.return_id is not None
    case = load_case(desk, task.return_id)
    drawing = Drawing(desk, client, task, case, return_card(case, desk.words))
    with reading(desk.engine) as session:
        card = returns.card_of(session, task.return_id)
    if card is not None and card.digest == drawing.digest:
        if case.rings_at != next_ring(case):
            with writing(desk.engine) as session:
                keep_ring(session, case)
        return {"unchanged": True}
    task.guard()  # one who slept since would draw an old picture over a newer one
    card = card or _new_home(drawing)
    if card.digest != drawing.digest:
        card = _update_card(drawing, card)
    card.digest, card.drawn_at = drawing.digest, desk.now()
    card.permalink = card.permalink or address_of(desk, client, card.channel, card.ts)
    with writing(desk.engine) as session:
        session.merge(card)
        keep_findable(session, case)
        keep_ring(session, case)
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
    kind, values = task.payload["kind"], task.payload["values"]
    if kind == SAID:
        values = lines_to_post(desk, task)
    message = thread_message(kind, values, case, desk.words)
    where = {"channel": card.channel, "thread_ts": card.ts}
    metadata = {"event_type": METADATA, "event_payload": {"key": task.key}}
    try:
        posted = called(client.chat_postMessage, metadata=metadata, **where, **_quiet(message))
    except Refused as e:
        raise without_card(desk, card, e) from e
    return {"ts": posted["ts"]}


def without_card(desk: Desk, card: Card, error: Refused) -> GatewayError:
    """A line whose card is gone waits until that is drawn again: drawing finds out, and posts it anew."""
    if not _moves_on(desk, card, error.code):
        return waiting(desk, card.channel, error)
    with writing(desk.engine) as session:
        session.get_one(Card, card.id).digest = ""
        redraw(session, card.return_id, desk.now(), urgency=BY_A_PERSON)
    return Unreachable("the card is gone; it is posted anew first")


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


def _new_home(drawing: Drawing) -> Card:
    """The card in the channel it belongs to: found there, if its posting got no answer, or posted."""
    desk, case, channel = drawing.desk, drawing.case, drawing.desk.settings.slack_channel
    try:
        found = _find_card(drawing, channel) if drawing.task.attempt > 1 else ""
        if found:
            return _keep(desk, case.return_id, channel, found, "")
        metadata = {"event_type": METADATA, "event_payload": {"return": case.number}}
        post, message = drawing.client.chat_postMessage, _quiet(drawing.message)
        posted = called(post, channel=channel, metadata=metadata, **message)
    except Refused as e:
        raise waiting(desk, channel, e) from e
    return _keep(desk, case.return_id, posted["channel"], posted["ts"], drawing.digest)


def _update_card(drawing: Drawing, card: Card) -> Card:
    """Draw over the card. One that was deleted is posted anew, one in a closed channel where cards go now."""
    try:
        called(drawing.client.chat_update, channel=card.channel, ts=card.ts, **drawing.message)
    except Refused as e:
        if not _moves_on(drawing.desk, card, e.code):
            raise waiting(drawing.desk, card.channel, e) from e
        log.info("the card of %s is gone (%s); posting it anew", drawing.case.number, e.code)
        return _new_home(drawing)
    return card


def _moves_on(desk: Desk, card: Card, code: str) -> bool:
    """Whether the card needs another place: it is gone, or its channel is closed and cards go to another."""
    return code in GONE or (code in CLOSED and card.channel != desk.settings.slack_channel)


def _find_card(drawing: Drawing, channel: str) -> str:
    """A card that an earlier attempt may have posted before its answer was lost."""
    history, wanted = drawing.client.conversations_history, {"return": drawing.case.number}
    return _find(history, wanted, channel=channel, limit=LOOK_BACK)


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
        metadata = {} if message.get("subtype") == "tombstone" else message.get("metadata", {})
        if metadata.get("event_type") == METADATA and metadata.get("event_payload") == payload:
            return str(message["ts"])
    return ""


def _keep(desk: Desk, return_id: int, channel: str, ts: str, digest: str) -> Card:
    """Write down where the card is, at once: posting it twice would only be ugly, but it would be ugly."""
    place: dict[str, Any] = {"channel": channel, "ts": ts, "digest": digest, "permalink": ""}
    with writing(desk.engine) as session:
        known = returns.card_of(session, return_id)
        return session.merge(
            Card(id=known.id if known else None, return_id=return_id, drawn_at=desk.now(), **place)
        )


def _quiet(message: Mapping[str, Any]) -> dict[str, Any]:
    return {**message, "unfurl_links": False, "unfurl_media": False}

"""Take a customer out of the thread below a card: what the desk said there is said anew, without them.

What people of the team wrote themselves is theirs: Slack lets no app change it, so it is counted and named.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk import WebClient
from sqlmodel import col, select

from blocks.thread import thread_message
from bot.desk import Desk
from bot.desk.cases import load_case
from bot.desk.conversation import SAID
from bot.desk.digest import DIGEST
from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.operations import Task
from bot.rules.case import ReturnCase
from handlers.slack.calls import called
from handlers.slack.posts import GONE, METADATA
from store import returns
from store.db import reading
from store.models import Card, Operation

log = logging.getLogger(__name__)

PAGE = 200  # messages of one answer
# Lines that quote somebody, or name a parcel: nothing of them is left to say.
QUOTES = frozenset({SAID, "asked", "written", "not_told", "handed_over", "sent_by_customer"})


def erase_thread(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.erase``; harmless to repeat. Says what of the thread Slack let nobody change."""
    assert task.return_id is not None
    with reading(desk.engine) as session:
        card = returns.card_of(session, task.return_id)
    if card is None:
        return {}
    case, left, files = load_case(desk, task.return_id), 0, []
    for message in _replies(client, card):
        if not _is_ours(message) or not _said_anew(desk, client, card, case, message):
            left += 1
        files += [str(one["id"]) for one in message.get("files", ()) if one.get("id")]
    kept = [one for one in files if not _deleted(client, one)]
    left += sum(not _listed_anew(client, case, *place) for place in _digests(desk, case))
    if left or kept:
        log.warning("%s: %s messages and %s files are left in Slack", case.number, left, len(kept))
    return {"left": left, "files_left": kept}


def _replies(client: WebClient, card: Card) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    while True:
        where = {"channel": card.channel, "ts": card.ts, "limit": PAGE, "include_all_metadata": True}
        try:
            page = called(client.conversations_replies, **where, **({"cursor": cursor} if cursor else {}))
        except Refused as e:
            if e.code in GONE:
                return
            raise
        except OutcomeUnknown as e:
            raise Unreachable(e.detail) from e
        yield from (one for one in page["messages"] if one["ts"] != card.ts)
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return


def _is_ours(message: Mapping[str, Any]) -> bool:
    return bool(message.get("metadata", {}).get("event_type") == METADATA or message.get("bot_id"))


def _said_anew(
    desk: Desk, client: WebClient, card: Card, case: ReturnCase, message: Mapping[str, Any]
) -> bool:
    """Whether the message now says what is still known of it, or that it was erased."""
    key = message.get("metadata", {}).get("event_payload", {}).get("key", "")
    anew = {"text": case.order.buyer.name, "blocks": [], **_line(desk, case, str(key))}
    try:
        called(client.chat_update, channel=card.channel, ts=message["ts"], **anew)
    except Refused as e:
        if e.code in GONE:
            return False
        raise
    return True


def _line(desk: Desk, case: ReturnCase, key: str) -> Mapping[str, Any]:
    with reading(desk.engine) as session:
        payload = session.exec(select(Operation.payload).where(Operation.key == key)).first()
    if not payload or payload.get("kind") in QUOTES:
        return {}
    return thread_message(payload["kind"], payload["values"], case, desk.words)


def _deleted(client: WebClient, file_id: str) -> bool:
    """Whether the file is gone; one that somebody of the team brought can only be deleted by them."""
    try:
        called(client.files_delete, file=file_id)
    except Refused as e:
        return e.code in ("file_not_found", "file_deleted")
    return True


def _digests(desk: Desk, case: ReturnCase) -> Sequence[tuple[str, str]]:
    """Channel and ts of the morning lists there were since the return was opened."""
    since = (Operation.kind == DIGEST, col(Operation.finished_at) >= case.opened_at)
    with reading(desk.engine) as session:
        rows = session.exec(select(Operation.payload, Operation.evidence).where(*since)).all()
    return [(str(told["channel"]), str(found["ts"])) for told, found in rows if found.get("ts")]


def _listed_anew(client: WebClient, case: ReturnCase, channel: str, ts: str) -> bool:
    """Whether a morning list does not name the customer any more; its other lines stay as they were."""
    try:
        where = {"channel": channel, "latest": ts, "inclusive": True, "limit": 1}
        found = called(client.conversations_history, **where)["messages"][:1]
        if not found or found[0]["ts"] != ts:
            return True
        blocks = [_nameless(block, case) for block in found[0].get("blocks", ())]
        if blocks != found[0].get("blocks", ()):
            called(client.chat_update, channel=channel, ts=ts, text=found[0]["text"], blocks=blocks)
    except Refused:
        return False
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e
    return True


def _nameless(block: Mapping[str, Any], case: ReturnCase) -> Mapping[str, Any]:
    said = block.get("text", {}).get("text", "")
    if block["type"] != "section" or case.number not in said:
        return block
    lines = [_nameless_line(line, case) for line in said.split("\n")]
    return {**block, "text": {**block["text"], "text": "\n".join(lines)}}


def _nameless_line(line: str, case: ReturnCase) -> str:
    """A line of the list is number and name, two spaces apart, and then what else is to say."""
    if re.search(rf"\b{re.escape(case.number)}\b", line) is None:
        return line
    lead, *rest = line.split("  ·  ")
    return "  ·  ".join([f"{lead.partition('  ')[0]}  {case.order.buyer.name}", *rest])

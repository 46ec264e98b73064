"""Find what people paste: into the direct messages of the desk, or by the shortcut on any message.

Of what people say to each other nothing is heard: the one listens to the desk's own direct messages alone,
the other to the message somebody chose.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk import WebClient

from blocks import ids
from blocks.kit import sentence
from blocks.lists import found_modal, list_message
from bot.desk import Desk, lists
from bot.desk.access import find_operator, require
from bot.desk.changes import an_operation
from bot.errors import DeskError
from bot.i18n import Words
from bot.operations import Task
from bot.rules.mentions import LONGEST, mentioned, search_of
from handlers.slack.calls import called
from handlers.slack.click import Answer, Click, Listener
from handlers.slack.posts import answer_in
from store import journal
from store.db import reading, writing
from store.talk import return_of_card

FIND = "slack.find"
DEEPEST = 12  # levels of a message's blocks that are read


def heard(click: Click) -> Answer:
    """Somebody wrote to the desk. Only new messages of people count, and only in its direct messages."""
    event = click.body["event"]
    text = str(event.get("text") or "")
    if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id") or not text.strip():
        return None
    return _plan(click, str(event.get("channel", "")), text, alone=False)


def show(click: Click) -> Answer:
    """A button names a search: its list is for whoever pressed it."""
    require(click.operator)
    return _plan(click, click.channel, click.value, alone=True)


def _plan(click: Click, channel: str, text: str, *, alone: bool) -> Answer:
    payload = {"user": click.operator.user_id, "channel": channel, "text": text[:LONGEST], "alone": alone}
    key = f"{FIND}/{click.delivery}"
    planned = an_operation(key, FIND, "slack:answers", payload, now=click.desk.now(), urgency=0)
    with writing(click.desk.engine) as session:
        journal.plan(session, planned)
    return None


def answer_message(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.find``: answer in the direct message, or to one person alone, with what was found."""
    by = find_operator(desk, task.payload["user"])
    words = Words(by.language, desk.settings.timezone)
    said = _found(desk, task, words)
    if task.payload["alone"]:
        answer_in(client, task.payload["channel"], by.user_id, said)
    else:
        called(client.chat_postMessage, channel=task.payload["channel"], unfurl_links=False, **said)
    return {"user": by.user_id}


def find_mentioned(click: Click) -> Answer:
    """What the chosen message mentions; of a card of the desk, or of what stands below it, that return."""
    require(click.operator)
    message = click.body.get("message") or {}
    place = str((click.body.get("channel") or {}).get("id", ""))
    with reading(click.desk.engine) as session:
        own = return_of_card(session, place, str(message.get("thread_ts") or message.get("ts") or ""))
    text = " ".join(_texts(message, DEEPEST))[:LONGEST]
    if own is not None:
        page = lists.page_of(click.desk, own)
    else:
        page, _ = lists.pages_of(click.desk, mentioned(text, click.desk.settings.card_prefix))
    return click.show(found_modal(page, text, click.words, click.desk.now()))


def _found(desk: Desk, task: Task, words: Words) -> dict[str, Any]:
    by = find_operator(desk, task.payload["user"])
    text = task.payload["text"]
    searches = (text,) if task.payload["alone"] else search_of(text, desk.settings.card_prefix)
    try:
        require(by)
        page, text = lists.pages_of(desk, searches, by.user_id)
    except DeskError as e:
        return {"text": sentence(words, e.message, e.values)}
    share = "" if len(searches) == 1 else None
    return list_message(page, text or task.payload["text"], words, desk.now(), share)


def _texts(part: Any, depth: int) -> Iterator[str]:
    """Everything that is written in a message, in its blocks and attachments, too."""
    if depth and isinstance(part, Mapping):
        for name, value in part.items():
            if isinstance(value, str) and name in ("text", "url", "fallback", "title", "value"):
                yield value
            else:
                yield from _texts(value, depth - 1)
    elif depth and isinstance(part, list):
        for one in part:
            yield from _texts(one, depth - 1)


EVENTS: Mapping[str, Listener] = {"message": heard}
SHORTCUTS: Mapping[str, Listener] = {ids.FIND_RETURN: find_mentioned}
ACTIONS: Mapping[str, Listener] = {f"{ids.SHOW_LIST}:{place}": show for place in range(3)}

"""Share a list with a channel: what one person was shown, for all, once."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from slack_sdk import WebClient
from sqlalchemy.exc import IntegrityError

from blocks import ids
from blocks.lists import shared_message
from bot.desk import Desk, lists
from bot.desk.access import find_operator, require
from bot.desk.changes import an_operation
from bot.errors import NotFound, Refused
from bot.i18n import Words
from bot.operations import Task
from handlers.slack.calls import called
from handlers.slack.click import Answer, Click, Listener
from handlers.slack.homes import CLOSED
from handlers.slack.lists import cursor_of
from handlers.slack.posts import answer_in
from store import journal
from store.db import writing

SHARE = "slack.share"


def share(click: Click) -> Answer:
    """Show the list to the channel it was asked for in; from a direct message, to the returns channel."""
    require(click.operator)
    cursor, text = cursor_of(click)
    user, here = click.operator.user_id, click.channel
    channel = click.desk.settings.slack_channel if here.startswith("D") else here
    container = click.body.get("container") or {}
    key = f"{SHARE}/{user}/{here}/{container.get('message_ts', click.delivery)}/{cursor}"
    payload = {"user": user, "here": here, "channel": channel, "cursor": cursor, "text": text}
    planned = an_operation(key, SHARE, "slack:answers", payload, now=click.desk.now(), urgency=0)
    # Two presses in one instant are one wish.
    with suppress(IntegrityError), writing(click.desk.engine) as session:
        if not journal.is_planned(session, key):
            journal.plan(session, planned)
    return None


def post_list(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.share``: post the list; where that is not possible, tell the person why."""
    by = require(find_operator(desk, task.payload["user"]))
    text, channel = task.payload["text"], task.payload["channel"]
    page = lists.page(desk, text, by.user_id, task.payload["cursor"])
    if not page.lines:
        raise NotFound("This return is no longer available.")
    message = shared_message(page, text, by.user_id, desk.words, desk.now())
    try:
        called(client.chat_postMessage, channel=channel, unfurl_links=False, **message)
    except Refused as e:
        if e.code not in CLOSED:
            raise
        words = Words(by.language, desk.settings.timezone)
        said = words("I cannot write into this channel: {why}.", why=words(CLOSED[e.code]))
        answer_in(client, task.payload["here"], by.user_id, {"text": said})
    return {"channel": channel}


ACTIONS: Mapping[str, Listener] = {ids.SHARE: share}

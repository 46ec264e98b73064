"""Lists that one person sees, turned where they stand, and the return of a line without a card to lead to."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from blocks import ids
from blocks.lists import list_message, shown_return
from bot.desk import Desk, lists
from bot.desk.access import find_operator, require
from bot.desk.cases import load_case
from bot.desk.changes import an_operation
from bot.errors import NotFound, OutcomeUnknown, Refused
from bot.i18n import Words
from bot.operations import Task
from handlers.slack.click import Answer, Click, Listener, parse_return
from store import journal, returns
from store.db import reading, writing

log = logging.getLogger(__name__)
TURN = "slack.list"
PATIENCE = 10  # seconds
SEEN_BY = {True: "ephemeral", False: "in_channel"}


def turn(click: Click) -> Answer:
    """Another page of an answer; the worker puts it in the place of the one that is there."""
    require(click.operator)
    cursor, text = cursor_of(click)
    payload: dict[str, Any] = {"user": click.operator.user_id, "cursor": cursor, "text": text}
    alone = bool((click.body.get("container") or {}).get("is_ephemeral"))
    payload |= {"address": str(click.body.get("response_url", "")), "alone": alone}
    key = f"{TURN}/{click.delivery}"
    planned = an_operation(key, TURN, "slack:answers", payload, now=click.desk.now(), urgency=0)
    with writing(click.desk.engine) as session:
        journal.plan(session, planned)
    return None


def show_page(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.list``: put the page into the place of the message that was turned."""
    by = require(find_operator(desk, task.payload["user"]))
    words = Words(by.language, desk.settings.timezone)
    page = lists.page(desk, task.payload["text"], by.user_id, task.payload["cursor"])
    message = list_message(page, task.payload["text"], words, desk.now(), task.payload["cursor"])
    try:
        answer = WebhookClient(task.payload["address"], timeout=PATIENCE).send_dict(
            {**message, "replace_original": True, "response_type": SEEN_BY[task.payload["alone"]]}
        )
    except OSError as e:
        raise OutcomeUnknown(f"Slack: {e}") from e
    if answer.status_code != 200:
        raise Refused(f"Slack: {answer.status_code} {answer.body[:200]}")
    return {"first": page.first}


def open_card(click: Click) -> Answer:
    """A card is opened by its address; a return whose card has none yet is shown where the person is."""
    if click.action.get("url"):
        return None
    require(click.operator)
    return click.show(_shown(click, parse_return(click.value)[0]))


def following(listener: Listener) -> Listener:
    """``listener``, and the return anew if it was pressed in the modal that shows one."""

    def run(click: Click) -> Answer:
        answer = listener(click)
        if (click.body.get("view") or {}).get("callback_id") == ids.SHOWN_RETURN:
            _draw_again(click)
        return answer

    return run


def _draw_again(click: Click) -> None:
    try:
        click.client.views_update(view_id=click.view["id"], view=_shown(click, click.place[0]))
    except SlackApiError as e:
        log.info("the return was not shown again: %s", e.response.get("error"))


def _shown(click: Click, return_id: int) -> dict[str, Any]:
    with reading(click.desk.engine) as session:
        card = returns.card_of(session, return_id)
    return shown_return(load_case(click.desk, return_id), card.permalink if card else "", click.words)


def cursor_of(click: Click) -> tuple[str, str]:
    """The cursor and the search a button carries. Raises NotFound for one of another kind."""
    try:
        cursor, text = json.loads(click.value)
    except (TypeError, ValueError) as e:
        raise NotFound("This button is from an older card. Please use the newest one.") from e
    return str(cursor), str(text)


ACTIONS: Mapping[str, Listener] = {
    ids.OPEN_CARD: open_card,
    f"{ids.LIST_PAGE}:newer": turn,
    f"{ids.LIST_PAGE}:older": turn,
}

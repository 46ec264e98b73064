"""Answering customers from Slack: only through the box. What people say in threads is never read here."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace

from slack_sdk.errors import SlackApiError

from blocks import ids
from blocks.kit import View
from blocks.talk import whole_message
from blocks.talk_box import SHOWN, Draft, message_box, read_draft
from bot.desk import decisions
from bot.desk.access import require
from bot.desk.cases import load_case
from bot.desk.conversation import letter, message_of, return_of_message, seen_by_team, talk_of
from bot.desk.outgoing import OutgoingMessage, send_with_photos
from bot.errors import NotFound
from bot.i18n import Words
from bot.rules.actions import Action
from bot.rules.canned import canned_text
from bot.rules.case import ReturnCase
from bot.rules.quiet import morning_after
from handlers.slack.click import Answer, Click, Listener, parse_return

log = logging.getLogger(__name__)

RECOMPUTING = re.compile(rf"^({ids.CANNED}|{ids.TEXT})(:|$)")


def open_box(click: Click) -> Answer:
    """The box of the return a button is about."""
    return _open(click, parse_return(click.value)[0])


def answer_from_thread(click: Click) -> Answer:
    """The shortcut of a message: the box of the return whose card or thread it stands in.

    Nothing of the message goes into the box: it may be talk of the team.
    """
    message = click.body.get("message") or {}
    ts = str(message.get("thread_ts") or message.get("ts") or "")
    return_id = return_of_message(click.desk, click.channel, ts)
    if return_id is None:
        raise NotFound("This message belongs to no return. Use the shortcut on a card or in its thread.")
    return _open(click, return_id)


def recompute(click: Click) -> None:
    """After a change: the same box with what would be sent now. Runs behind the answer."""
    if click.operator.refusal:
        return
    case = load_case(click.desk, click.place[0])
    draft = read_draft(click.view)
    if str(click.action.get("action_id")) == ids.CANNED:
        ready = canned_text(click.value, case, _customers(click, case))
        draft = replace(draft, text=ready or draft.text, draw=draft.draw + 1)
    _redraw(click, case, draft)


def submit(click: Click) -> Answer:
    """Send what was written."""
    draft, return_id = read_draft(click.view), click.place[0]
    if draft.photos:
        key, place = f"delivery-{click.delivery}", click.channel
        outgoing = OutgoingMessage(draft.text, draft.photos, later=draft.later, place=place)
        send_with_photos(click.desk, return_id, click.operator, outgoing, key)
    else:
        decisions.message(click.desk, return_id, click.operator, draft.text, later=draft.later)
    return {"response_action": "clear"}


def need_no_answer(click: Click) -> Answer:
    """The customer waits for nothing; a box that stands open says so too."""
    return_id = parse_return(click.value)[0]
    decisions.need_no_answer(click.desk, return_id, click.operator)
    if click.body.get("view"):
        _redraw(click, load_case(click.desk, return_id), read_draft(click.view))
    return None


def read_all(click: Click) -> Answer:
    """A long message, whole."""
    require(click.operator)
    return_id, message_id = parse_return(click.value)
    line = message_of(click.desk, return_id, message_id)
    return click.show(whole_message(line, load_case(click.desk, return_id), click.words))


def _open(click: Click, return_id: int) -> Answer:
    require(click.operator)
    case = load_case(click.desk, return_id)
    seen_by_team(click.desk, return_id)
    return click.show(_box(click, case, Draft()))


def _box(click: Click, case: ReturnCase, draft: Draft) -> View:
    desk = click.desk
    morning = morning_after(desk.now(), desk.settings.quiet_hours, desk.settings.timezone)
    said = talk_of(desk, case.return_id, limit=SHOWN)
    written = draft.text.replace("\0", "").strip()
    read = letter(desk, case.language, written, with_photos=bool(draft.photos), page=case.page)
    room = desk.settings.photos_at_once if desk.settings.public_url else 0
    full = replace(draft, letter=read if written else "", morning=morning, room=room)
    return message_box(case, said, full, click.words)


def _redraw(click: Click, case: ReturnCase, draft: Draft) -> None:
    """Draw the box again. Who types quickly is drawn a second time: what came last is what is shown."""
    view = _box(click, case, draft)
    if _update(click, view, hash=click.view["hash"]) == "hash_conflict":
        _update(click, view)


def _update(click: Click, view: View, **only_if: str) -> str:
    """Slack's reason where it did not draw the box, such as that it is closed."""
    try:
        click.client.views_update(view_id=click.view["id"], view=view, **only_if)
    except SlackApiError as e:
        log.info("the box was not redrawn: %s", e.response.get("error"))
        return str(e.response.get("error"))
    return ""


def _customers(click: Click, case: ReturnCase) -> Words:
    return Words(case.language, click.desk.settings.timezone)


ACTIONS: Mapping[str, Listener] = {
    Action.MESSAGE: open_box,
    ids.NO_ANSWER: need_no_answer,
    ids.READ_ALL: read_all,
}
SUBMISSIONS: Mapping[str, Listener] = {ids.MESSAGE: submit}
SHORTCUTS: Mapping[str, Listener] = {ids.ANSWER_CUSTOMER: answer_from_thread}

"""Photos of the team on their way to a customer: fetched from Slack, drawn anew, and what went wrong told."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient

from blocks.kit import inert, sentence
from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.desk.conversation import is_said
from bot.desk.outgoing import author_of, deliver, may_wait, nonce_of, outgoing_of
from bot.desk.photos import accept
from bot.errors import Blocked, DeskError, GatewayError, InvalidInput, OutcomeUnknown, Refused, Unreachable
from bot.i18n import N_, Words
from bot.operations import Task
from bot.pictures import MEGABYTE
from bot.rules.talk import ChosenFile
from handlers.slack.calls import called
from handlers.slack.click import ANSWER
from handlers.slack.transfer import DELETED, ELSEWHERE, TOO_LARGE, WITHHELD, download
from store import journal
from store.db import reading, writing
from store.models import Return

log = logging.getLogger(__name__)

FORBIDDEN = "missing_scope"
WHY: Mapping[str, str] = {
    DELETED: N_("it was deleted in Slack before I could fetch it."),
    "file_not_found": N_("it was deleted in Slack before I could fetch it."),
    ELSEWHERE: N_("it does not lie with Slack, so I do not fetch it."),
    WITHHELD: N_("Slack does not hand it over. Please check the app with `doctor`."),
    FORBIDDEN: N_(
        "the Slack app lacks the permission files:read. Put the output of `manifest` into the Slack app and "
        "reinstall it to the workspace."
    ),
}
LATE = N_("Slack did not hand it over in time.")


def send(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``slack.sending``: fetch the photos, send the message, tell its author what lacks."""
    assert task.return_id is not None
    by, outgoing = author_of(desk, task), outgoing_of(task)
    words = Words(by.language, desk.settings.timezone)
    if is_said(desk, task.return_id, nonce_of(task)):
        return {"sent": "before"}
    names: list[str] = []
    lacking: list[str] = []
    for file in outgoing.files:
        try:
            names.append(_taken(desk, client, task, file))
        except DeskError as e:
            why = sentence(words, e.message, e.values)
            lacking.append(words("“{file}” was not sent: {why}", file=inert(file.name, 60), why=why))
    try:
        deliver(desk, task, list(dict.fromkeys(names)))
    except DeskError as e:
        lacking = [_unsent(e, outgoing.text, words)]
    if lacking:
        _tell(desk, task, "\n".join(lacking))
    return {"photos": len(names)}


def _unsent(e: DeskError, text: str, words: Words) -> str:
    why = sentence(words, e.message, e.values)
    return words("Your message was not sent: {why} You wrote: {text}", why=why, text=inert(text, 3000))


def _taken(desk: Desk, client: WebClient, task: Task, file: ChosenFile) -> str:
    """The photo's name at the desk. Raises DeskError with why not, Unreachable while it is waited for."""
    try:
        data = _fetched(desk, client, file)
        return accept(desk, _order_of(desk, task), data, return_id=task.return_id).name
    except Blocked as e:
        if may_wait(desk, task):
            raise Unreachable(e.message) from e
        raise
    except Unreachable as e:
        if may_wait(desk, task) and e.code != FORBIDDEN:
            raise
        raise InvalidInput(WHY.get(e.code, LATE)) from e
    except Refused as e:
        log.info("a photo was not fetched from Slack: %s", e.detail)
        raise _refusal(desk, e) from e


def _refusal(desk: Desk, error: GatewayError) -> InvalidInput:
    if error.code == TOO_LARGE:
        most = desk.settings.photo_megabytes
        return InvalidInput("This picture is too large: at most {megabytes} MB.", megabytes=most)
    return InvalidInput(WHY.get(error.code, WHY[WITHHELD]))


def _fetched(desk: Desk, client: WebClient, file: ChosenFile) -> bytes:
    """The file as it is with Slack now, asked for afresh: what a form says of it is only said."""
    limit = desk.settings.photo_megabytes * MEGABYTE
    try:
        known: Mapping[str, Any] = called(client.files_info, file=file.file_id)["file"]
    except OutcomeUnknown as e:
        raise Unreachable(e.detail) from e
    size = known.get("size")
    if isinstance(size, int) and size > limit:
        raise Refused("the file is too large", code=TOO_LARGE)
    address = str(known.get("url_private_download") or known.get("url_private") or "")
    return download(address, desk.settings, limit)


def _order_of(desk: Desk, task: Task) -> int:
    with reading(desk.engine) as session:
        return session.get_one(Return, task.return_id).order_id


def _tell(desk: Desk, task: Task, text: str) -> None:
    """Say it to the author alone, once."""
    payload = {"user": task.payload["user"], "channel": task.payload["place"], "text": text}
    key = f"{task.key}/told"
    with writing(desk.engine) as session:
        if not journal.is_planned(session, key):
            journal.plan(
                session, an_operation(key, ANSWER, "slack:answers", payload, now=desk.now(), urgency=0)
            )

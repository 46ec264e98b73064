"""A message to a customer whose photos are still to be fetched: written down whole, sent once they are here.

It waits for them, so that nobody reads "see the photo" without one; but not for ever: what could not be had
in ten minutes is left out, and whoever wrote the message is told. Where files come from is not known here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.desk import Desk, decisions
from bot.desk.access import Operator, find_operator, require
from bot.desk.changes import BY_A_PERSON, Change
from bot.errors import InvalidInput, NotFound
from bot.operations import Task
from bot.rules.talk import ChosenFile
from store.db import writing
from store.models import Return

SENDING = "slack.sending"
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class OutgoingMessage:
    """What is to be sent: the text, its files, and the place where its author is told what went wrong."""

    text: str
    files: tuple[ChosenFile, ...]
    later: bool = False
    place: str = ""


def send_with_photos(desk: Desk, return_id: int, by: Operator, outgoing: OutgoingMessage, key: str) -> None:
    """Plan the message, once per ``key``. What would stop it at once is said at once, as of any message."""
    require(by)
    text = decisions.require_text(outgoing.text, "text")
    most = desk.settings.photos_at_once
    if len(outgoing.files) > most:
        raise InvalidInput("At most {most} photos at once.", field="photos", most=most)
    with writing(desk.engine) as session:
        rma = session.get(Return, return_id)
        if rma is None:
            raise NotFound("This return is no longer available.")
        decisions.require_reader(rma)
        change = Change(desk, session, rma, by, desk.now())
        payload = {**_payload(outgoing, by, change.now), "text": text}
        change.plan(
            f"{rma.number}/sending/{key}", SENDING, f"sending/{return_id}", payload, urgency=BY_A_PERSON
        )


def outgoing_of(task: Task) -> OutgoingMessage:
    """The message of a planned sending."""
    files = tuple(ChosenFile(**one) for one in task.payload["files"])
    return OutgoingMessage(task.payload["text"], files, task.payload["later"], task.payload["place"])


def may_wait(desk: Desk, task: Task) -> bool:
    """Whether a file that cannot be had just now is still waited for."""
    return desk.now() < datetime.fromisoformat(task.payload["until"])


def author_of(desk: Desk, task: Task) -> Operator:
    """Who wrote it, as they may act now."""
    return find_operator(desk, task.payload["user"])


def nonce_of(task: Task) -> str:
    """What makes the message one message, however often it is tried."""
    return f"sending-{task.operation_id}"


def deliver(desk: Desk, task: Task, photos: Sequence[str]) -> None:
    """Send the message with what could be had of its photos, once. Raises DeskError where it may not go."""
    assert task.return_id is not None
    outgoing, by = outgoing_of(task), author_of(desk, task)
    nonce = nonce_of(task)
    decisions.message(
        desk, task.return_id, by, outgoing.text, later=outgoing.later, photos=photos, nonce=nonce
    )


def _payload(outgoing: OutgoingMessage, by: Operator, now: datetime) -> dict[str, Any]:
    until = (now + PATIENCE).isoformat()
    return {
        **asdict(outgoing),
        "files": [asdict(one) for one in outgoing.files],
        "user": by.user_id,
        "until": until,
    }

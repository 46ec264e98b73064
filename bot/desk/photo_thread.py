"""Photos below the card: which are to be posted, after which words. How is not known here."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import BY_A_PERSON, THREAD, Change
from bot.errors import NotFound, Unreachable
from bot.operations import Task
from store import journal, photos, talk
from store.db import reading, writing
from store.models import Message, Operation, Return
from store.terms import Author

PHOTOS = "slack.photos"
SOON = 1.5  # seconds in which a line of the thread is usually there


@dataclass(frozen=True)
class Album:
    """Photos that are posted together, by name. ``author`` wrote the message they came with, if they did."""

    names: tuple[str, ...]
    author: Author | None = None


def plan_photos(change: Change, message_id: int | None = None) -> None:
    """Let the photos of a message follow it into the thread, or those that came with the return itself."""
    key = f"{change.rma.number}/photos/{message_id or 'return'}"
    if not journal.is_planned(change.session, key):
        payload = {"message": message_id}
        change.plan(key, PHOTOS, f"photos/{change.return_id}", payload, urgency=BY_A_PERSON)


def album_of(desk: Desk, task: Task) -> Album:
    """What is to be posted, as it is now. Raises Unreachable while the words they came with are not there."""
    assert task.return_id is not None
    message_id = task.payload["message"]
    with reading(desk.engine) as session:
        if message_id is None:
            return Album(tuple(one.name for one in photos.of_return(session, task.return_id)))
        if _is_to_come(session, task.return_id, message_id):
            raise Unreachable("the words these photos came with are posted first", retry_after=SOON)
        message = session.get(Message, message_id)
        names = talk.photos_of(session, [message_id]).get(message_id, ())
        return Album(names, message.author if message else None)


def say_in_thread(desk: Desk, return_id: int, key: str, kind: str, **values: Any) -> None:
    """Let the desk itself say something below the card, once per ``key``."""
    with writing(desk.engine) as session:
        rma = session.get(Return, return_id)
        if rma is None:
            raise NotFound("This return is no longer available.")
        Change(desk, session, rma, None, desk.now()).tell_team(key, kind, **values)


def _is_to_come(session: Session, return_id: int, message_id: int) -> bool:
    lines = talk.lines_to_come(session, return_id, THREAD)
    return any(_tells_of(line, message_id) for line in lines)


def _tells_of(line: Operation, message_id: int) -> bool:
    shown = line.payload["values"].get("messages", ())
    return message_id in shown or line.key.endswith(f"/thread/message-{message_id}")

"""Queries on the conversation with customers. Each is one statement; nothing here decides anything."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from store.db import HELD
from store.models import Card, Message, Operation, Return
from store.portal_models import Photo
from store.terms import Author, OperationState


def sent_with(session: Session, return_id: int, nonce: str) -> Message | None:
    """The message that came with this form already, if it did."""
    wanted = select(Message).where(Message.return_id == return_id, Message.nonce == nonce)
    return session.exec(wanted).first()


def latest(session: Session, return_id: int, limit: int, *, before: int | None = None) -> Sequence[Message]:
    """The last messages of a return, or the last ones before the message ``before``, oldest first."""
    wanted = select(Message).where(Message.return_id == return_id)
    if before is not None:
        wanted = wanted.where(col(Message.id) < before)
    return session.exec(wanted.order_by(col(Message.id).desc()).limit(limit)).all()[::-1]


def after(session: Session, return_id: int, message_id: int, limit: int) -> Sequence[Message]:
    """The messages of a return that came after ``message_id``, oldest first."""
    wanted = select(Message).where(Message.return_id == return_id, col(Message.id) > message_id)
    return session.exec(wanted.order_by(col(Message.id)).limit(limit)).all()


def named(session: Session, return_id: int, message_ids: Collection[int]) -> Sequence[Message]:
    """These messages, as far as they are of this return, oldest first."""
    wanted = select(Message).where(Message.return_id == return_id, col(Message.id).in_(message_ids))
    return session.exec(wanted.order_by(col(Message.id))).all()


def count_of_customer(session: Session, return_id: int, since: datetime) -> int:
    """How many messages the customer wrote since a moment."""
    wanted = select(func.count()).where(
        Message.return_id == return_id, Message.author == Author.CUSTOMER, col(Message.written_at) > since
    )
    return session.exec(wanted).one()


def mark_seen(
    session: Session, return_id: int, authors: Collection[Author], up_to: int | None, now: datetime
) -> None:
    """Note that the other side has what these authors wrote before them, up to the message ``up_to``."""
    unseen = update(Message).where(
        col(Message.return_id) == return_id, col(Message.author).in_(authors), col(Message.seen_at).is_(None)
    )
    if up_to is not None:
        unseen = unseen.where(col(Message.id) <= up_to)
    session.connection().execute(unseen.values(seen_at=now))


def photos_of(session: Session, message_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """The names of the photos that came with messages."""
    wanted = select(Photo.message_id, Photo.name).where(col(Photo.message_id).in_(message_ids))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for message_id, name in session.exec(wanted.order_by(col(Photo.id))):
        found[message_id or 0].append(name)
    return {message_id: tuple(names) for message_id, names in found.items()}


def free_photos(session: Session, order_id: int, return_id: int, names: Collection[str]) -> Sequence[Photo]:
    """Those of these photos that are of this order, and of no message and no other return yet."""
    wanted = select(Photo).where(
        Photo.order_id == order_id,
        col(Photo.name).in_(names),
        col(Photo.message_id).is_(None),
        or_(col(Photo.return_id).is_(None), col(Photo.return_id) == return_id),
    )
    return session.exec(wanted.order_by(col(Photo.id))).all()


def newest_line(session: Session, return_id: int, kind: str, beginning: str) -> Operation | None:
    """The newest effect of this kind whose key begins so, held: nobody begins it until we are done."""
    wanted = select(Operation).where(
        Operation.return_id == return_id,
        Operation.kind == kind,
        col(Operation.key).startswith(beginning, autoescape=True),
    )
    return session.exec(wanted.order_by(col(Operation.id).desc()).limit(1).with_for_update(**HELD)).first()


def lines_to_come(session: Session, return_id: int, kind: str) -> Sequence[Operation]:
    """The effects of this kind on a return that have not taken place yet."""
    open_states = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT)
    wanted = select(Operation).where(
        Operation.return_id == return_id, Operation.kind == kind, col(Operation.state).in_(open_states)
    )
    return session.exec(wanted).all()


def has_earlier(session: Session, operation_id: int, return_id: int, kind: str, beginning: str) -> bool:
    """Whether an effect that was wanted before this one, with a key of this beginning, is still to come."""
    open_states = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT)
    wanted = select(Operation.id).where(
        Operation.return_id == return_id,
        Operation.kind == kind,
        col(Operation.key).startswith(beginning, autoescape=True),
        col(Operation.id) < operation_id,
        col(Operation.state).in_(open_states),
    )
    return session.exec(wanted.limit(1)).first() is not None


def unanswered(session: Session, limit: int) -> Sequence[Return]:
    """The returns whose customers wait for an answer, whoever waits longest first."""
    wanted = select(Return).where(col(Return.unanswered_since).is_not(None))
    return session.exec(wanted.order_by(col(Return.unanswered_since)).limit(limit)).all()


def return_of_card(session: Session, channel: str, ts: str) -> int | None:
    """The return whose card is this message of Slack's."""
    return session.exec(select(Card.return_id).where(Card.channel == channel, Card.ts == ts)).first()

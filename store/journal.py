"""The journal's SQL: plan an operation, claim it, move it on. Each change is conditional and counts rows."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from store.db import HELD
from store.models import Attempt, LanePause, Operation
from store.terms import OperationState


def plan(session: Session, operation: Operation) -> Operation:
    """Write the intent down; it is carried out after the caller's transaction commits."""
    session.add(operation)
    session.flush()
    return operation


def is_planned(session: Session, key: str) -> bool:
    """Whether an effect with this key was ever written down."""
    return _by_key(session, key) is not None


def plan_again(session: Session, operation: Operation) -> Operation:
    """Want an effect that may be wanted again and again under one key, such as redrawing a card.

    One that waits keeps its place in the row and goes no later and no less urgently than was wanted before.
    While it runs, the wish is kept: the row falls due once more when the run ends.
    """
    known = _by_key(session, operation.key)
    if known is None:
        try:
            with session.begin_nested():
                return plan(session, operation)
        except IntegrityError:
            known = _by_key(session, operation.key)  # wanted for the first time by two in the same instant
            if known is None:
                raise
    known.generation += 1
    known.payload = operation.payload
    if known.state is OperationState.DUE:
        known.urgency = min(known.urgency, operation.urgency)
        known.due_at = min(known.due_at, operation.due_at)
    else:
        known.planned_at, known.urgency = operation.planned_at, operation.urgency
    if known.state not in (OperationState.DUE, OperationState.RUNNING):
        known.state, known.due_at = OperationState.DUE, operation.due_at
    if known.state is not OperationState.RUNNING:
        known.tries = 0
    session.add(known)
    return known


def want_again(session: Session, kind: str, return_ids: Any, *, now: datetime, urgency: int) -> None:
    """Want what is over of ``kind`` once more for all returns that ``return_ids`` selects, at one stroke."""
    over = col(Operation.state).in_((OperationState.DONE, OperationState.REFUSED))
    which = (col(Operation.kind) == kind, over, col(Operation.return_id).in_(return_ids))
    one_by_one = select(Operation.id).where(*which).order_by(col(Operation.return_id))
    session.exec(one_by_one.with_for_update(**HELD)).all()  # an update would lock them in any order
    values = {"state": OperationState.DUE, "due_at": now, "planned_at": now, "urgency": urgency, "tries": 0}
    again = {"generation": col(Operation.generation) + 1, "sent_at": None, "finished_at": None}
    session.exec(update(Operation).where(*which).values(**values, **again))


def want_once_more(session: Session, operation_id: int, now: datetime) -> None:
    """Want an effect again that is over; while it runs, the wish is kept."""
    row = session.exec(select(Operation).where(Operation.id == operation_id).with_for_update(**HELD)).one()
    row.generation += 1
    if row.state in (OperationState.DONE, OperationState.REFUSED):
        row.state, row.due_at, row.planned_at = OperationState.DUE, now, now
        row.sent_at, row.finished_at, row.tries = None, None, 0
    session.add(row)


def is_any_due(session: Session, *, now: datetime, kinds: Collection[str]) -> bool:
    """Whether ``claim`` would find something at this instant."""
    return session.exec(_claimable(tuple(kinds)), params={"now": now}).first() is not None


def claim(
    session: Session, *, owner: str, now: datetime, until: datetime, kinds: Collection[str]
) -> Operation | None:
    """Take the most urgent operation that may run now; nobody else gets it before ``until``."""
    found = session.exec(
        _claimable(tuple(kinds)).with_for_update(skip_locked=True, **HELD), params={"now": now}
    )
    operation: Operation | None = found.first()
    if operation is None:
        return None
    if operation.state is OperationState.DUE:
        operation.sent_at = None
    operation.state, operation.lease_owner, operation.lease_until = OperationState.RUNNING, owner, until
    session.add(operation)
    session.flush()
    return operation


@cache
def _claimable(kinds: tuple[str, ...]) -> Any:
    """The most urgent that may run, and of those what has been wanted longest, whatever was in its way.

    The query has its one value open: building it takes longer than asking, and a worker asks all day.
    """
    now: Any = bindparam("now")
    busy = select(Operation.lane).where(Operation.state == OperationState.RUNNING)
    paused = select(LanePause.lane).where(col(LanePause.until) > now)
    waiting = (OperationState.DUE, OperationState.IN_DOUBT)
    return (
        select(Operation)
        .where(col(Operation.state).in_(waiting), col(Operation.due_at) <= now)
        .where(col(Operation.kind).in_(kinds))
        .where(col(Operation.lane).not_in(busy), col(Operation.lane).not_in(paused))
        .order_by(col(Operation.urgency), col(Operation.planned_at), col(Operation.id))
        .limit(1)
    )


def renew(session: Session, owners: Collection[str], *, until: datetime) -> None:
    """Let the claims of ``owners`` last longer, those that still hold."""
    held = (col(Operation.state) == OperationState.RUNNING, col(Operation.lease_owner).in_(owners))
    session.exec(update(Operation).where(*held).values(lease_until=until))


def still_mine(session: Session, operation_id: int, owner: str | None, now: datetime) -> bool:
    """Whether this very claim holds at this instant."""
    held = select(Operation.id).where(
        Operation.id == operation_id,
        Operation.state == OperationState.RUNNING,
        Operation.lease_owner == owner,
        col(Operation.lease_until) > now,
    )
    return session.exec(held).first() is not None


def change(session: Session, operation_id: int, owner: str | None, **values: Any) -> bool:
    """Move a claimed operation on. False when the claim was lost meanwhile, and then nothing changed.

    What the session has loaded of the row is not brought along.
    """
    statement = (
        update(Operation)
        .where(col(Operation.id) == operation_id, col(Operation.state) == OperationState.RUNNING)
        .where(col(Operation.lease_owner) == owner)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return int(session.exec(statement).rowcount) == 1


def expired(session: Session, now: datetime, kinds: Collection[str]) -> list[Operation]:
    """Operations of these kinds whose worker died or froze: running, with a lease that ran out."""
    late = select(Operation).where(*_expired(now), col(Operation.kind).in_(kinds))
    return list(session.exec(late.order_by(col(Operation.id))))


def take_expired(session: Session, operation_id: int, now: datetime) -> Operation | None:
    """One of those, held until the transaction ends; None when it moved on meanwhile."""
    late = select(Operation).where(Operation.id == operation_id, *_expired(now))
    return session.exec(late.with_for_update(skip_locked=True, **HELD)).first()


def note_attempt(session: Session, operation: Operation, step: str, at: datetime, detail: str = "") -> None:
    """Append what was sent, answered or looked up."""
    assert operation.id is not None
    said = detail.replace("\0", "")[:1000]  # PostgreSQL keeps no NUL
    row = Attempt(operation_id=operation.id, number=operation.attempt, step=step, detail=said, at=at)
    session.add(row)


def attempts(session: Session, operation_id: int) -> list[Attempt]:
    """Everything that was sent, answered and looked up for one operation, in order."""
    rows = select(Attempt).where(Attempt.operation_id == operation_id).order_by(col(Attempt.id))
    return list(session.exec(rows))


def pause_lane(session: Session, lane: str, until: datetime) -> None:
    """Let a lane rest until a moment, because the other side said so."""
    known = session.get(LanePause, lane)
    if known is None:
        session.add(LanePause(lane=lane, until=until))
    elif known.until < until:
        known.until = until
        session.add(known)


def unfinished(session: Session, lane: str) -> list[Operation]:
    """What still waits in a lane, oldest first."""
    waiting = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT)
    rows = select(Operation).where(Operation.lane == lane, col(Operation.state).in_(waiting))
    return list(session.exec(rows.order_by(col(Operation.id))))


def next_due(session: Session, kinds: Collection[str]) -> datetime | None:
    """When the next waiting operation falls due, or None when nothing waits."""
    waiting = (OperationState.DUE, OperationState.IN_DOUBT)
    soonest = (
        select(Operation.due_at)
        .where(col(Operation.state).in_(waiting), col(Operation.kind).in_(kinds))
        .order_by(col(Operation.due_at))
        .limit(1)
    )
    return session.exec(soonest).first()


def _by_key(session: Session, key: str) -> Operation | None:
    return session.exec(select(Operation).where(Operation.key == key).with_for_update(**HELD)).first()


def _expired(now: datetime) -> tuple[Any, ...]:
    ran_out = or_(col(Operation.lease_until).is_(None), col(Operation.lease_until) < now)
    return Operation.state == OperationState.RUNNING, ran_out

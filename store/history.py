"""Who did what, when. Rows are added and read, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.models import History


def note(
    session: Session, verb: str, *, at: datetime, return_id: int | None, by: str | None = None, **values: Any
) -> None:
    """Append one entry; ``by`` is the operator's id, None for the desk itself."""
    session.add(History(return_id=return_id, at=at, verb=verb, operator_id=by, values=values))


def entries(session: Session, return_id: int) -> Sequence[History]:
    """The return's history, oldest first."""
    wanted = select(History).where(History.return_id == return_id).order_by(col(History.id))
    return session.exec(wanted).all()


def last_act(session: Session, return_id: int, user_id: str) -> datetime | None:
    """When this person last did something about the return; None: never."""
    wanted = select(func.max(col(History.at))).where(
        History.return_id == return_id, History.operator_id == user_id
    )
    return session.exec(wanted).one()


def count(session: Session, return_id: int, verb: str, since: datetime) -> int:
    """How often something was noted of the return after ``since``."""
    wanted = select(func.count()).where(
        History.return_id == return_id, History.verb == verb, col(History.at) > since
    )
    return session.exec(wanted).one()

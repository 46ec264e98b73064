"""Queries on customers' photos. Each is one statement; nothing here decides anything or touches a file."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_
from sqlmodel import Session, col, select

from store.portal_models import Photo


def named(session: Session, order_id: int, name: str) -> Photo | None:
    """The photo of an order that has this name."""
    return session.exec(select(Photo).where(Photo.name == name, Photo.order_id == order_id)).first()


def of_return(session: Session, return_id: int) -> Sequence[Photo]:
    """The photos of a return that came with no message, oldest first."""
    wanted = select(Photo).where(Photo.return_id == return_id, col(Photo.message_id).is_(None))
    return session.exec(wanted.order_by(col(Photo.id))).all()


def unsent(session: Session, order_id: int, names: Collection[str]) -> Sequence[str]:
    """Those of these names that are photos of the order and of no return yet, oldest first."""
    wanted = select(Photo.name).where(
        Photo.order_id == order_id, col(Photo.name).in_(names), col(Photo.return_id).is_(None)
    )
    return session.exec(wanted.order_by(col(Photo.id))).all()


def same_unsent(session: Session, photo: Photo) -> Photo | None:
    """The same picture of the same line, of no return yet."""
    wanted = select(Photo).where(
        Photo.order_id == photo.order_id,
        Photo.digest == photo.digest,
        col(Photo.return_id).is_(None),
        col(Photo.line_id).is_not_distinct_from(photo.line_id),
    )
    return session.exec(wanted.limit(1)).first()


def count(session: Session, order_id: int, return_id: int | None) -> int:
    """How many photos a return has, and its order has that are of no return yet."""
    here = or_(col(Photo.return_id).is_(None), col(Photo.return_id) == return_id)
    return session.exec(select(func.count()).select_from(Photo).where(Photo.order_id == order_id, here)).one()


def of_whole_return(session: Session, return_id: int) -> int:
    """How many photos came with a return and with all its messages."""
    return session.exec(select(func.count()).where(Photo.return_id == return_id)).one()


def bytes_kept(session: Session) -> int:
    """How many bytes all photos take."""
    return session.exec(select(func.coalesce(func.sum(Photo.size), 0))).one()


def all_names(session: Session) -> set[str]:
    """The names of all photos there are."""
    return set(session.exec(select(Photo.name)).all())


def remove_of_return(session: Session, return_id: int) -> Sequence[str]:
    """Remove the photos of a return; their names."""
    gone = delete(Photo).where(col(Photo.return_id) == return_id).returning(col(Photo.name))
    return session.connection().execute(gone).scalars().all()


def remove_unsent(session: Session, before: datetime) -> Sequence[str]:
    """Remove what was taken before a moment and is of no return; their names."""
    gone = delete(Photo).where(col(Photo.taken_at) < before, col(Photo.return_id).is_(None))
    return session.connection().execute(gone.returning(col(Photo.name))).scalars().all()

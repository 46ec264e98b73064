"""Queries on the customer's side: links, visits, and what is counted against a limit. No decisions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from store.models import Return
from store.portal_models import PortalLink, PortalTry, PortalVisit


def link_by(session: Session, digest: str) -> PortalLink | None:
    """The link with this digest, opened or not."""
    return session.exec(select(PortalLink).where(PortalLink.digest == digest)).first()


def visit_by(session: Session, digest: str) -> PortalVisit | None:
    """The visit with this digest, ended or not."""
    return session.exec(select(PortalVisit).where(PortalVisit.digest == digest)).first()


def forget_visits(session: Session, now: datetime) -> None:
    """Delete the visits that have ended."""
    session.execute(delete(PortalVisit).where(col(PortalVisit.expires_at) <= now))


def returns_of(session: Session, order_id: int) -> Sequence[Return]:
    """Every return of an order, newest first."""
    wanted = select(Return).where(Return.order_id == order_id).order_by(col(Return.id).desc())
    return session.exec(wanted).all()


def tries(session: Session, bucket: str, since: datetime) -> int:
    """How often ``bucket`` was tried since then."""
    counted = select(func.count()).select_from(PortalTry)
    return session.exec(counted.where(PortalTry.bucket == bucket, col(PortalTry.at) > since)).one()


def note_try(session: Session, bucket: str, now: datetime) -> None:
    """Count one more."""
    session.add(PortalTry(bucket=bucket, at=now))


def forget_tries(session: Session, before: datetime) -> None:
    """Delete what counts no more."""
    session.execute(delete(PortalTry).where(col(PortalTry.at) < before))

"""Queries on the customer's side: links, visits, and what is counted against a limit. No decisions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from store.models import History, Operation, Return
from store.portal_models import PortalLink, PortalTry, PortalVisit
from store.terms import OperationState

RENEWED, LOCKED = "link_renewed", "page_locked"  # of a return's history: the newer of them counts


def link_by(session: Session, digest: str) -> PortalLink | None:
    """The link with this digest, opened or not."""
    return session.exec(select(PortalLink).where(PortalLink.digest == digest)).first()


def revoke_links(
    session: Session, order_id: int, return_id: int, now: datetime, *, but: Collection[int] = ()
) -> None:
    """End every link that opens this return: its own and those to the whole order, ``but`` these."""
    mine = or_(col(PortalLink.return_id) == return_id, col(PortalLink.return_id).is_(None))
    still = (col(PortalLink.order_id) == order_id, col(PortalLink.revoked_at).is_(None), mine)
    ended = update(PortalLink).where(*still, col(PortalLink.id).not_in(but)).values(revoked_at=now)
    session.execute(ended)


def links_on_their_way(session: Session, return_id: int) -> frozenset[int]:
    """Links of notes about a return that were never sent so far."""
    waiting = (
        Operation.return_id == return_id,
        Operation.state == OperationState.DUE,
        Operation.attempt == 0,
    )
    payloads = session.exec(select(Operation.payload).where(*waiting)).all()
    return frozenset(int(payload["link"]) for payload in payloads if payload.get("link"))


def is_locked(session: Session, return_id: int) -> bool:
    """Whether the team locked the page of a return and has sent no new link since."""
    verbs = (History.return_id == return_id, col(History.verb).in_((RENEWED, LOCKED)))
    newest = select(History.verb).where(*verbs).order_by(col(History.id).desc()).limit(1)
    return session.exec(newest).first() == LOCKED


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

"""Queries on store credit: which there are, which orders used one, which want a look. No decisions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from store.credit_models import CreditUse, StoredCredit
from store.db import HELD
from store.models import Operation, Resolution
from store.terms import Method, OperationState, ResolutionStatus


def locked(session: Session, credit_id: int) -> StoredCredit | None:
    """The credit, held until the transaction ends."""
    wanted = select(StoredCredit).where(StoredCredit.id == credit_id)
    return session.exec(wanted.with_for_update(**HELD)).first()


def of_resolution(session: Session, resolution_id: int) -> StoredCredit | None:
    """The credit a resolution issued, if its coupon was made."""
    return session.exec(select(StoredCredit).where(StoredCredit.resolution_id == resolution_id)).first()


def by_reference(session: Session, reference: str) -> StoredCredit | None:
    """The credit with this reference."""
    return session.exec(select(StoredCredit).where(StoredCredit.reference == reference)).first()


def of_return(session: Session, return_id: int) -> Sequence[StoredCredit]:
    """Every credit that was issued for a return, oldest first."""
    wanted = select(StoredCredit).where(StoredCredit.return_id == return_id).order_by(col(StoredCredit.id))
    return session.exec(wanted).all()


def coupons_without_credit(session: Session, kind: str) -> Sequence[Operation]:
    """The operations of ``kind`` that made a coupon nobody keeps a balance of yet."""
    kept = select(StoredCredit.resolution_id)
    settled = (Resolution.method == Method.STORE_CREDIT, Resolution.status == ResolutionStatus.DONE)
    made = (Operation.kind == kind, Operation.state == OperationState.DONE)
    wanted = select(Operation).join(Resolution, col(Operation.resolution_id) == Resolution.id)
    return session.exec(wanted.where(*settled, *made, col(Resolution.id).not_in(kept))).all()


def known_by(session: Session, digests: Collection[str]) -> Sequence[StoredCredit]:
    """The credits whose codes have these digests."""
    return session.exec(select(StoredCredit).where(col(StoredCredit.digest).in_(digests))).all()


def used_by(session: Session, order_ids: Collection[int]) -> Sequence[StoredCredit]:
    """The credits that any of these orders used, as far as was seen."""
    users = select(CreditUse.credit_id).where(col(CreditUse.order_id).in_(order_ids))
    return session.exec(select(StoredCredit).where(col(StoredCredit.id).in_(users))).all()


def uses_of(session: Session, credit_id: int) -> Sequence[CreditUse]:
    """Every order that was ever seen to use a credit, oldest first."""
    wanted = select(CreditUse).where(CreditUse.credit_id == credit_id).order_by(col(CreditUse.order_id))
    return session.exec(wanted).all()


def taken_by(session: Session, order_id: int) -> int:
    """What all credits together paid of an order, in minor units."""
    wanted = select(CreditUse).where(CreditUse.order_id == order_id, col(CreditUse.counts).is_(True))
    return sum(use.amount_minor for use in session.exec(wanted))


def to_look_at(session: Session, now: datetime, limit: int) -> Sequence[StoredCredit]:
    """The credits whose next look has come, the one that waits longest first."""
    due = (col(StoredCredit.ended_at).is_(None), col(StoredCredit.look_after) <= now)
    wanted = select(StoredCredit).where(*due).order_by(col(StoredCredit.look_after)).limit(limit)
    return session.exec(wanted).all()


def know_use(session: Session, credit_id: int, order_id: int, now: datetime) -> CreditUse:
    """The row of an order that used a credit; a new one says only that there is such an order."""
    wanted = select(CreditUse).where(CreditUse.credit_id == credit_id, CreditUse.order_id == order_id)
    known = session.exec(wanted).first()
    if known is not None:
        return known
    row = CreditUse(credit_id=credit_id, order_id=order_id, amount_minor=0, returned_minor=0, seen_at=now)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return session.exec(wanted).one()  # two heard of it in the same instant
    return row

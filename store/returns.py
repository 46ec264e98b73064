"""Queries on returns and what belongs to them. Each is one statement; nothing here decides anything."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from store.db import HELD
from store.models import (
    Card,
    Extension,
    Member,
    Message,
    Operation,
    Receipt,
    Resolution,
    Return,
    ReturnItem,
    ShopOrder,
)
from store.terms import OPEN_STATUSES, ResolutionStatus, ReturnStatus, Source


def locked(session: Session, return_id: int) -> Return | None:
    """The return, held until the transaction ends, so that two decisions come one after the other."""
    return session.exec(select(Return).where(Return.id == return_id).with_for_update(**HELD)).first()


def locked_with_order(session: Session, return_id: int) -> Return | None:
    """The return, held after its order: all who want both take the order first, so none waits in a ring."""
    order_id = order_of(session, return_id)
    if order_id is not None:
        locked_order(session, order_id)
    return locked(session, return_id)


def order_of(session: Session, return_id: int) -> int | None:
    """The order a return is of, which never changes; nothing is held."""
    return session.exec(select(Return.order_id).where(Return.id == return_id)).first()


def locked_order(session: Session, order_id: int) -> ShopOrder | None:
    """The order as last read, held until the transaction ends: its returns share what is left of it."""
    wanted = select(ShopOrder).where(ShopOrder.order_id == order_id)
    return session.exec(wanted.with_for_update(**HELD)).first()


def by_source(session: Session, source: Source, key: str) -> Return | None:
    """The return that this request of this source made already, if it did."""
    return session.exec(select(Return).where(Return.source == source, Return.source_key == key)).first()


def items_of(session: Session, return_id: int) -> Sequence[ReturnItem]:
    """What the customer sends back."""
    wanted = select(ReturnItem).where(ReturnItem.return_id == return_id).order_by(col(ReturnItem.id))
    return session.exec(wanted).all()


def receipts_of(session: Session, return_id: int) -> Sequence[Receipt]:
    """What arrived, go by go."""
    return session.exec(select(Receipt).where(Receipt.return_id == return_id).order_by(col(Receipt.id))).all()


def resolutions_of(session: Session, return_id: int) -> Sequence[Resolution]:
    """Every act of settling this return, refused ones included, oldest first."""
    wanted = select(Resolution).where(Resolution.return_id == return_id).order_by(col(Resolution.id))
    return session.exec(wanted).all()


def resolution_named(session: Session, reference: str) -> Resolution | None:
    """The act of settling with this reference."""
    return session.exec(select(Resolution).where(Resolution.reference == reference)).first()


def settled_on(session: Session, order_id: int) -> Sequence[Resolution]:
    """Every resolution on this order that took or may take something from it, whichever return it is of."""
    wanted = (
        select(Resolution)
        .where(Resolution.order_id == order_id, Resolution.status != ResolutionStatus.REFUSED)
        .order_by(col(Resolution.id))
    )
    return session.exec(wanted).all()


def reserved_units(session: Session, order_id: int, *, without: int | None) -> Mapping[int, int]:
    """Units per line that other open returns of the order ask for (rule G3) and that are not settled yet.

    What a return's own resolutions settle, or are settling, is counted there already; the units of an
    exchange are not.
    """
    wanted = (
        select(ReturnItem.return_id, ReturnItem.line_id, ReturnItem.quantity)
        .join(Return, col(Return.id) == ReturnItem.return_id)
        .where(Return.order_id == order_id, col(Return.status).in_(OPEN_STATUSES), col(Return.id) != without)
    )
    settled = _units_settled(session, order_id)
    units: Counter[int] = Counter()
    for return_id, line_id, quantity in session.exec(wanted):
        units[line_id] += max(0, quantity - settled[return_id, line_id])
    return units


def _units_settled(session: Session, order_id: int) -> Counter[tuple[int, int]]:
    """Units by return and line."""
    units: Counter[tuple[int, int]] = Counter()
    for row in settled_on(session, order_id):
        for line in row.quote.get("settled", ()):
            units[row.return_id, line["line_id"]] += line["quantity"]
    return units


def of_order(session: Session, order_id: int) -> Sequence[Return]:
    """Every return of an order, oldest first."""
    return session.exec(select(Return).where(Return.order_id == order_id).order_by(col(Return.id))).all()


def of_customer(session: Session, email: str) -> Sequence[Return]:
    """Every return of a customer, newest first."""
    wanted = select(Return).where(Return.customer_email == email.lower()).order_by(col(Return.id).desc())
    return session.exec(wanted.limit(200)).all()


def extension_of(session: Session, order_id: int) -> Extension | None:
    """The newest extension of an order's deadline."""
    wanted = select(Extension).where(Extension.order_id == order_id).order_by(col(Extension.id).desc())
    return session.exec(wanted.limit(1)).first()


def names_of(session: Session, user_ids: Collection[str]) -> Mapping[str, str]:
    """The names of people of the workspace, as last looked up."""
    wanted = select(Member.user_id, Member.name).where(col(Member.user_id).in_(user_ids))
    return dict(session.exec(wanted).all())


def operations_of(session: Session, return_id: int) -> Sequence[Operation]:
    """The return's effects on the outside world that belong to a resolution, oldest first."""
    wanted = select(Operation).where(
        Operation.return_id == return_id, col(Operation.resolution_id).is_not(None)
    )
    return session.exec(wanted.order_by(col(Operation.id))).all()


def card_of(session: Session, return_id: int) -> Card | None:
    """Where the return's card is."""
    return session.exec(select(Card).where(Card.return_id == return_id)).first()


def messages_of(session: Session, return_id: int) -> Sequence[Message]:
    """The conversation with the customer, oldest first."""
    return session.exec(select(Message).where(Message.return_id == return_id).order_by(col(Message.id))).all()


def ringing(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The ids of returns whose clock rings by ``now``, the longest ago first."""
    rings = col(Return.rings_at)
    wanted = select(Return.id).where(rings <= now).order_by(rings, col(Return.id)).limit(limit)
    return [number for number in session.exec(wanted) if number is not None]


def set_ring(session: Session, return_id: int, moment: datetime | None) -> None:
    """Keep when the clock of a return rings next; None: never."""
    session.exec(update(Return).where(col(Return.id) == return_id).values(rings_at=moment))


def open_ones() -> Any:
    """A query for the ids of the open returns, to be used inside another."""
    return select(Return.id).where(col(Return.status).in_(OPEN_STATUSES))


def newest_open(session: Session, limit: int) -> Sequence[Return]:
    """The open returns, newest first."""
    wanted = select(Return).where(col(Return.status).in_(OPEN_STATUSES)).order_by(col(Return.id).desc())
    return session.exec(wanted.limit(limit)).all()


def counts_by_status(session: Session) -> Mapping[ReturnStatus, int]:
    """How many returns stand in each open status."""
    counted = (
        select(Return.status, func.count())
        .where(col(Return.status).in_(OPEN_STATUSES))
        .group_by(col(Return.status))
    )
    return {ReturnStatus(status): count for status, count in session.exec(counted)}


def order_by_number(session: Session, number: str) -> ShopOrder | None:
    """The kept order with the number people know it by."""
    return session.exec(select(ShopOrder).where(ShopOrder.number == number)).first()


def order_paid_by(session: Session, payment_intent: str) -> int | None:
    """The order with this payment intent, the newest if there are several."""
    wanted = select(ShopOrder.order_id).where(ShopOrder.payment_intent == payment_intent)
    return session.exec(wanted.order_by(col(ShopOrder.order_id).desc()).limit(1)).first()

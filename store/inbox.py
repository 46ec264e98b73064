"""What arrived from outside, once each. The row is committed before the sender gets an answer."""

import hashlib
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from store.columns import INSERTS
from store.db import writing
from store.models import Delivery

LONGEST_KEY = 200


def receive_in(session: Session, source: str, key: str, *, at: datetime, outcome: str = "") -> bool:
    """Remember a delivery together with what comes of it; False when the same one was here before."""
    insert = INSERTS[session.get_bind().dialect.name](Delivery)
    new = insert.values(source=source, key=short(key), body="", received_at=at, outcome=outcome[:200])
    return (
        session.connection().execute(new.on_conflict_do_nothing().returning(col(Delivery.id))).first()
        is not None
    )


def receive(engine: Engine, source: str, key: str, *, at: datetime, body: str = "") -> int | None:
    """Remember a delivery and return its id; None when the same one was here before."""
    row = Delivery(source=source, key=short(key), body=body, received_at=at)
    try:
        with writing(engine) as session:
            session.add(row)
    except IntegrityError:
        return None
    return row.id


def conclude(engine: Engine, delivery_id: int, outcome: str) -> None:
    """Write down what became of a delivery."""
    with writing(engine) as session:
        row = session.get_one(Delivery, delivery_id)
        row.outcome = outcome[:200]
        session.add(row)


def short(key: str) -> str:
    """A key that fits its column: itself, or its digest when it is longer."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()

"""How the comparison of one order is asked for: under one key, so that it is never under way twice."""

from datetime import datetime

from sqlmodel import Session

from bot.desk.changes import an_operation
from store import journal

COMPARE = "books.order"
PREFIX = "books/order/"
LAST = 8  # urgency: everything else goes first


def plan_comparison(session: Session, order_id: int, now: datetime, *, due: datetime | None = None) -> None:
    """Want an order compared with shop and bank, now or when due."""
    payload, lane = {"order_id": order_id}, f"order:{order_id}"
    operation = an_operation(f"{PREFIX}{order_id}", COMPARE, lane, payload, now=now, urgency=LAST)
    operation.due_at = due or now
    journal.plan_again(session, operation)

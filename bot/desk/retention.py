"""What is kept for a while only: customers of returns long closed, what was typed to get a link, visits."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot.desk import Desk
from bot.desk.erasure import erase_order
from bot.desk.orders_marks import erased_mark
from bot.desk.portal_links import HOUR, LOOK_UP
from bot.errors import Blocked
from bot.rules.policy import months_later
from store import looking, marks, portal
from store.db import reading, writing
from store.models import Mark, Operation, Return
from store.terms import OperationState

MARK = "look_ups.forgotten"
DAY = timedelta(days=1)
AT_ONCE = 50  # orders erased in one go
OVER = (OperationState.DONE, OperationState.REFUSED, OperationState.GIVEN_UP)


def forget_old_customers(desk: Desk) -> None:
    """Erase customers whose returns of an order were all closed KEEP_MONTHS ago.

    One with money under way is left for another day.
    """
    months = desk.settings.keep_months
    if not months:
        return
    today = desk.now()
    before = datetime.combine(months_later(today.date(), -months), today.time(), today.tzinfo)
    with reading(desk.engine) as session:
        found = _long_closed(session, before)
    for order_id in found:
        with suppress(Blocked):
            erase_order(desk, order_id)


def forget_what_was_typed(desk: Desk) -> None:
    """Blank what people typed to get a link, once it was looked up or a day is over; and ended visits."""
    now = desk.now()
    with writing(desk.engine) as session:
        mark = marks.read(session, MARK)
        since = (datetime.fromisoformat(mark) if mark else datetime.fromtimestamp(0, now.tzinfo)) - 2 * DAY
        over = or_(col(Operation.state).in_(OVER), col(Operation.due_at) < now - DAY)
        wanted = select(Operation).where(
            col(Operation.due_at) >= since,
            Operation.kind == LOOK_UP,
            Operation.state != OperationState.RUNNING,
            over,
        )
        for row in session.exec(wanted):
            row.payload = dict.fromkeys(row.payload, "")
            row.state = row.state if row.state in OVER else OperationState.GIVEN_UP
        portal.forget_visits(session, now)
        portal.forget_tries(session, now - HOUR)
        looking.forget(session, now - HOUR)
        marks.write(session, MARK, now.isoformat())


def _long_closed(session: Session, before: datetime) -> list[int]:
    lately = select(Return.order_id).where(
        or_(col(Return.closed_at).is_(None), col(Return.closed_at) >= before)
    )
    done = select(Mark.name).where(col(Mark.name).startswith(erased_mark(0)[:-1]))
    erased = {int(name.rpartition("/")[2]) for name in session.exec(done)}
    wanted = select(Return.order_id).where(col(Return.order_id).not_in(lately)).distinct()
    return [one for one in session.exec(wanted.order_by(col(Return.order_id))) if one not in erased][:AT_ONCE]

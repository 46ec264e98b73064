"""Take a customer out of all that is kept, and leave the money's history: amounts, methods, dates.

The database forgets in one transaction, which also writes down what must follow outside it: Slack's messages,
the photos' files and the pages of the database file. So whoever dies in between has it finished later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, SQLModel, col, or_, select

from bot.desk import Desk
from bot.desk.cases import case_of
from bot.desk.changes import CARD, an_operation, redraw
from bot.desk.orders_marks import erased_mark
from bot.desk.search import keep_findable
from bot.errors import Blocked, NotFound, Unreachable
from bot.gateways.photo_store import small
from bot.operations import Performer, Task
from store import journal, marks, personal, returns
from store.db import reading, writing
from store.models import Operation, Resolution, Return, ShopOrder
from store.personal import Person
from store.portal_models import Photo, PortalLink, PortalVisit
from store.terms import OperationState, ResolutionStatus

SLACK, PHOTOS, COMPACT = "slack.erase", "personal.photos", "personal.compact"
BUSY = 30.0  # seconds until the database is compacted again where somebody reads it
UNFINISHED = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT)


@dataclass(frozen=True)
class Erased:
    """What an erasure came to: how many orders, returns and rows it took the customer out of."""

    orders: int
    returns: int
    rows: int


def erase_customer(desk: Desk, email: str) -> Erased:
    """Take everybody with this e-mail address out of what is kept.

    Raises NotFound where nothing is kept, Blocked while money of theirs is under way.
    """
    with writing(desk.engine) as session:
        return _erase(desk, session, orders_of(session, email), (email.strip().lower(),))


def erase_order(desk: Desk, order_id: int) -> Erased:
    """Take the customer of one order out of it and of its returns. Raises as ``erase_customer``."""
    with writing(desk.engine) as session:
        return _erase(desk, session, [order_id], ())


def orders_of(session: Session, email: str) -> Sequence[int]:
    """The orders of an e-mail address, as the shop or a return names it."""
    wanted = email.strip().lower()
    if not wanted:
        return ()
    ordered = select(ShopOrder.order_id).where(ShopOrder.email == wanted)
    returned = select(Return.order_id).where(func.lower(col(Return.customer_email)) == wanted)
    return sorted({*session.exec(ordered), *session.exec(returned)})


def person_of(session: Session, order_ids: Iterable[int], typed: Iterable[str], label: str = "") -> Person:
    """What identifies whoever placed these orders, and which returns are theirs."""
    rows = [row for one in sorted(order_ids) if (row := returns.locked_order(session, one)) is not None]
    mine = [rma for row in rows for rma in returns.of_order(session, row.order_id)]
    buyers = [row.snapshot.get("buyer", {}) for row in rows]
    known = [str(buyer.get(name, "")) for buyer in buyers for name in ("name", "email", "phone")]
    known += [value for rma in mine for value in (rma.customer_name, rma.customer_email)]
    return Person(
        values=tuple({value for value in (*known, *typed) if value.strip()}),
        orders=frozenset(row.order_id for row in rows),
        returns=frozenset(rma.id for rma in mine if rma.id is not None),
        label=label,
    )


def erasure_performers(desk: Desk) -> Mapping[str, Performer]:
    """What follows an erasure outside the tables, but for Slack."""

    def remove(task: Task) -> Mapping[str, Any]:
        for name in task.payload["names"]:
            desk.photos.delete(name)
            desk.photos.delete(small(name))
        return {"removed": len(task.payload["names"])}

    def compact(_task: Task) -> Mapping[str, Any]:
        if not personal.compact(desk.engine):
            raise Unreachable("somebody reads the database just now", retry_after=BUSY)
        return {}

    return {PHOTOS: Performer(remove), COMPACT: Performer(compact)}


def _erase(desk: Desk, session: Session, order_ids: Sequence[int], typed: tuple[str, ...]) -> Erased:
    now = desk.now()
    label = desk.words("Erased on {date}", date=now.astimezone(desk.words.timezone).date())
    person = person_of(session, order_ids, typed, label)
    _require_quiet(session, person)
    _stop_words(session, person)
    names = _forget_photos(session, person)
    rows = personal.erase_rows(session, person)
    if not person.orders and not rows:
        raise NotFound("Nothing is kept of this customer.")
    _shut_pages(session, person, desk)
    for order_id in person.orders:
        marks.write(session, erased_mark(order_id), now.isoformat())
    _plan_the_rest(desk, session, person, names)
    return Erased(len(person.orders), len(person.returns), rows)


def _require_quiet(session: Session, person: Person) -> None:
    """Money that is under way needs to know whose it is."""
    open_money = select(Resolution.reference).where(
        col(Resolution.return_id).in_(person.returns),
        col(Resolution.status).in_((ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT)),
    )
    steps = (
        select(Resolution.reference)
        .join(Operation, col(Operation.resolution_id) == Resolution.id)
        .where(col(Resolution.return_id).in_(person.returns), col(Operation.state).in_(UNFINISHED))
    )
    found = sorted({*session.exec(open_money), *session.exec(steps)})
    if found:
        raise Blocked(
            "Money of this customer is under way: {references}. Erase when it is settled.",
            references=", ".join(found),
        )
    running = select(Operation.key).where(
        col(Operation.return_id).in_(person.returns), Operation.state == OperationState.RUNNING
    )
    if session.exec(running.limit(1)).first() is not None:
        raise Blocked("Something of this customer is being sent just now. Please try again in a minute.")


def _stop_words(session: Session, person: Person) -> None:
    """What was still to be said to or about the customer is not said any more."""
    lanes = [f"order:{order_id}" for order_id in person.orders]
    theirs = or_(col(Operation.return_id).in_(person.returns), col(Operation.lane).in_(lanes))
    waiting = (col(Operation.state).in_(UNFINISHED), col(Operation.kind) != CARD, theirs)
    session.execute(update(Operation).where(*waiting).values(state=OperationState.GIVEN_UP))


def _forget_photos(session: Session, person: Person) -> list[str]:
    theirs = col(Photo.order_id).in_(person.orders)
    names = list(session.exec(select(Photo.name).where(theirs)))
    session.execute(delete(Photo).where(theirs))
    return names


def _shut_pages(session: Session, person: Person, desk: Desk) -> None:
    mine = col(PortalLink.order_id).in_(person.orders)
    session.execute(
        delete(PortalVisit).where(col(PortalVisit.link_id).in_(select(PortalLink.id).where(mine)))
    )
    still = col(PortalLink.revoked_at).is_(None)
    session.execute(update(PortalLink).where(mine, still).values(revoked_at=desk.now()))


def _plan_the_rest(desk: Desk, session: Session, person: Person, names: list[str]) -> None:
    now, mark = desk.now(), token_hex(8)
    for return_id in sorted(person.returns):
        rma = session.get_one(Return, return_id)
        rma.unanswered_since, rma.version = None, rma.version + 1
        session.flush()
        keep_findable(session, case_of(desk, session, rma))
        redraw(session, return_id, now)
        thread = an_operation(f"erase/{mark}/{return_id}", SLACK, "slack", {}, now=now)
        thread.return_id = return_id
        journal.plan(session, thread)
    if names:
        files = an_operation(f"erase/{mark}/photos", PHOTOS, PHOTOS, {"names": names}, now=now)
        journal.plan(session, files)
    journal.plan(session, an_operation(f"erase/{mark}/compact", COMPACT, COMPACT, {}, now=now))


def kept_of(desk: Desk, email: str) -> dict[str, list[dict[str, Any]]]:
    """Every row that is about the customer with this e-mail address, by table."""
    with reading(desk.engine) as session:
        person = person_of(session, orders_of(session, email), (email.strip().lower(),))
        found = {
            table.name: [dict(row) for row in personal.rows_of(session, table, person)]
            for table in SQLModel.metadata.sorted_tables
        }
    return {name: rows for name, rows in found.items() if rows}

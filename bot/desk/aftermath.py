"""What follows a resolution without deciding on it: late books, pending banks, units back on the shelf."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot import customer, documents
from bot.desk import Desk
from bot.desk.cases import case_of
from bot.desk.changes import BY_A_PERSON, Change, an_operation, reread
from bot.desk.invitation import tell_with_link
from bot.desk.payloads import booking_of, restocking_of
from bot.i18n import N_, Words
from bot.operations import Outcome
from bot.resolutions import LATE_BOOK, PAYOUT, RESTOCK, WATCH
from bot.resolutions.bank import FAILED, PENDING
from bot.resolutions.late_booking import LateBooking
from bot.resolutions.payout import Watched
from bot.rules.choice import RefundQuote
from bot.rules.lifecycle import next_status
from store import journal, returns
from store.db import writing
from store.models import Operation, Resolution
from store.terms import Event, OperationState, ResolutionStatus

# How long the shop's own plugin may take to book what Stripe told it: longer where the shop itself stumbled.
PLUGIN_TIME, PLUGIN_TIME_AFTER_TROUBLE = timedelta(minutes=2), timedelta(minutes=10)
FIRST_LOOK = timedelta(seconds=5)
ROOM = timedelta(seconds=60)  # from a payment to its books, where another decision waits behind it
WATCH_FOR = timedelta(days=30)  # banks give a refund back within weeks, not later
REMINDERS = (timedelta(hours=1), timedelta(hours=4))
BLOCKED_FOR = timedelta(minutes=10)


def plan_restocking(change: Change, row: Resolution, quote: RefundQuote) -> None:
    """Plan that the units go back on the shelf by a row of their own."""
    payload = documents.write(restocking_of(change, row, quote))
    _plan(change, row, RESTOCK, payload, change.now)


def plan_late_booking(change: Change, row: Resolution, quote: RefundQuote, paid: Operation) -> None:
    """Plan that the shop's books follow the money, unless they do so by themselves meanwhile."""
    if _planned(change, row, LATE_BOOK):
        return
    booking = booking_of(change, row, quote, case_of(change.desk, change.session, change.rma))
    known = tuple(paid.baseline.get("refunds", booking.known))
    wait = PLUGIN_TIME if paid.kind == PAYOUT else PLUGIN_TIME_AFTER_TROUBLE
    late = LateBooking(replace(booking, pay_back=False, known=known), change.now + wait)
    _plan(change, row, LATE_BOOK, documents.write(late), change.now + FIRST_LOOK)


def watch_bank(change: Change, row: Resolution) -> None:
    """Plan that a refund the bank has not decided on is looked at until it has."""
    bank = row.outcome.get("bank", {})
    if bank.get("status") not in PENDING:
        return
    operation = _watch(row, bank["refund_id"], change.now)
    operation.due_at = change.now + timedelta(minutes=1)
    journal.plan_again(change.session, operation)


def look_at_bank(desk: Desk, order_id: int) -> None:
    """Something happened to the order's payment: look again at every refund the bank showed us, soon."""
    with writing(desk.engine) as session:
        returns.locked_order(session, order_id)
        for row in returns.settled_on(session, order_id):
            bank = row.outcome.get("bank")
            if bank and row.status is ResolutionStatus.DONE:
                journal.plan_again(session, _watch(row, bank["refund_id"], desk.now()))


def _watch(row: Resolution, refund_id: str, now: datetime) -> Operation:
    payload = documents.write(Watched(refund_id))
    operation = an_operation(f"{row.reference}/{WATCH}", WATCH, f"order:{row.order_id}", payload, now=now)
    operation.return_id, operation.resolution_id = row.return_id, row.id
    return operation


def after_books(session: Session, order_id: int, now: datetime) -> datetime:
    """When the next refund of an order may go out: after the books of the last one, which are hurried up."""
    waiting = [row for row in journal.unfinished(session, f"order:{order_id}") if row.kind == LATE_BOOK]
    moment = now
    for row in waiting:
        late = documents.read(LateBooking, row.payload)
        hurried = replace(late, wait_until=min(late.wait_until, row.planned_at + ROOM))
        row.payload = documents.write(hurried)
        row.due_at = min(row.due_at, max(now, hurried.wait_until))
        session.add(row)
        moment = max(moment, hurried.wait_until + FIRST_LOOK)
    return moment


def remind(change: Change, row: Resolution) -> None:
    """Say again that nobody knows yet: after an hour, after four, then each day."""
    age = change.now - row.decided_at
    due = sum(age >= moment for moment in REMINDERS) + max(0, age.days)
    if due > row.outcome.get("reminded", 0):
        row.outcome = {**row.outcome, "reminded": due}
        change.tell_team(f"{row.reference}-still-{due}", "still_in_doubt", resolution=row.id)


def restocked(change: Change, row: Resolution, _operation: Operation, outcome: Outcome) -> None:
    """Say what became of the units."""
    if outcome.state is OperationState.DONE:
        row.outcome = {**row.outcome, "restocked": outcome.evidence.get("restocked", [])}
        if is_shelf_fine(change, row, outcome.evidence):
            change.note("restocked", reference=row.reference)
    elif outcome.state is not OperationState.IN_DOUBT:
        not_restocked(change, row, why=outcome.message)


def booked_late(change: Change, row: Resolution, _operation: Operation, outcome: Outcome) -> None:
    """The shop's books follow; units go back by a row of their own where the shop booked by itself."""
    if outcome.state is OperationState.IN_DOUBT:
        return
    if outcome.state is not OperationState.DONE:
        change.note("not_booked", reference=row.reference, why=outcome.message)
        values = {"why": outcome.message, "values": dict(outcome.values)}
        change.tell_team(f"{row.reference}-not-booked", "not_booked", resolution=row.id, **values)
        return
    row.refund_id = outcome.evidence["refund_id"]
    row.outcome = {**row.outcome, **outcome.evidence}
    change.note("booked", reference=row.reference, refund=row.refund_id)
    change.tell_team(f"{row.reference}-booked", "booked", refund=row.refund_id)
    reread(change.session, row.order_id, change.now)
    quote = documents.read(RefundQuote, row.quote)
    if quote.restock and outcome.evidence["by_shop"]:
        plan_restocking(change, row, quote)
    elif quote.restock:
        is_shelf_fine(change, row, outcome.evidence)


def watched(change: Change, row: Resolution, operation: Operation, outcome: Outcome) -> None:
    """What the bank said: still pending, taken, or given back."""
    bank: Mapping[str, Any] = outcome.evidence.get("bank", {})
    if bank.get("refund_id") != row.outcome.get("bank", {}).get("refund_id"):
        return
    before = row.outcome["bank"]["status"]
    row.outcome = {**row.outcome, "bank": dict(bank)}
    if row.status is not ResolutionStatus.DONE:
        return
    if bank["status"] in FAILED:
        _given_back(change, row, operation)
    elif bank["status"] in PENDING:
        _look_again(change, row, operation)
    elif before in PENDING:
        change.note("bank_paid", reference=row.reference)
        change.tell_team(f"{row.reference}-bank-paid-{bank['refund_id']}", "bank_paid", resolution=row.id)


def _look_again(change: Change, row: Resolution, operation: Operation) -> None:
    """After a minute, ten minutes, then each hour, then each day, for a month."""
    age = change.now - (row.settled_at or row.decided_at)
    if age > WATCH_FOR:
        return
    wait = timedelta(minutes=9) if age < timedelta(minutes=9) else timedelta(hours=1)
    _due_again(change, operation, wait if age < timedelta(days=1) else timedelta(days=1))


def _given_back(change: Change, row: Resolution, operation: Operation) -> None:
    """The customer has no money: the return is open again, and a person pays another way."""
    case = case_of(change.desk, change.session, change.rma)
    under_way = case.open_resolution
    if under_way is not None and under_way.resolution_id != row.id:
        _due_again(change, operation, BLOCKED_FOR)  # one thing after the other: a return has one slot
        return
    reason = str(row.outcome["bank"]["reason"] or row.outcome["bank"]["status"])
    returned = row.outcome.get("returned", 0) + 1
    why = N_("The bank could not pay it out ({reason}). Pay the customer another way.")
    row.outcome = {**row.outcome, "returned": returned, "why": why, "why_values": {"reason": reason}}
    row.status, row.settled_at = ResolutionStatus.IN_DOUBT, None
    for step in returns.operations_of(change.session, change.return_id):
        if step.resolution_id == row.id and step.kind not in AFTERWARDS:
            step.state = OperationState.GIVEN_UP
            change.session.add(step)
    received = bool(returns.receipts_of(change.session, change.return_id))
    change.rma.status = next_status(change.rma.status, Event.REOPEN, received=received) or change.rma.status
    change.rma.closed_at, change.rma.closed_by = None, None
    change.note("bank_returned", reference=row.reference, reason=reason)
    key = f"{row.reference}-bank-returned-{returned}"
    change.tell_team(key, "bank_returned", resolution=row.id, reason=reason)
    words = Words(change.rma.language, change.desk.settings.timezone)
    tell_with_link(change, key, customer.customer_text("undelivered", case, words))


def _due_again(change: Change, operation: Operation, wait: timedelta) -> None:
    operation.state, operation.due_at = OperationState.DUE, change.now + wait
    operation.finished_at, operation.sent_at, operation.tries = None, None, 0
    change.session.add(operation)


def is_shelf_fine(change: Change, row: Resolution, evidence: Mapping[str, Any]) -> bool:
    """Whether the units are back, as far as can be seen.

    The team is told when they are not, or when the shop's request broke off and its counters cannot be read.
    """
    counted = [move for move in evidence.get("restocked", ()) if move["before"] is not None]
    if evidence.get("finished") is not False:
        return True
    if any(move["before"] == move["after"] for move in counted):
        not_restocked(change, row)
        return False
    if any(move["after"] is None for move in counted):
        change.note("shelf_unseen", reference=row.reference)
        change.tell_team(f"{row.reference}-shelf-unseen", "shelf_unseen")
        return False
    return True


def not_restocked(change: Change, row: Resolution, **why: str) -> None:
    """Say so when units are not back: the shop never comes back to it by itself."""
    change.note("not_restocked", reference=row.reference, **why)
    change.tell_team(f"{row.reference}-not-restocked", "not_restocked", resolution=row.id)


def _planned(change: Change, row: Resolution, kind: str) -> Operation | None:
    steps = returns.operations_of(change.session, change.return_id)
    return next((step for step in steps if step.resolution_id == row.id and step.kind == kind), None)


def _plan(change: Change, row: Resolution, kind: str, payload: dict[str, Any], due: datetime) -> None:
    lane = f"order:{row.order_id}"
    key = f"{row.reference}/{kind}"
    change.plan(key, kind, lane, payload, urgency=BY_A_PERSON, resolution_id=row.id, due=due)


AFTERWARDS: Mapping[str, Callable[[Change, Resolution, Operation, Outcome], None]] = {
    RESTOCK: restocked,
    LATE_BOOK: booked_late,
    WATCH: watched,
}

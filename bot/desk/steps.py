"""The steps of a resolution: planned one by one, and what follows from the outcome of each."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from bot import customer, documents
from bot.desk import Desk
from bot.desk.cases import case_of
from bot.desk.changes import BY_A_PERSON, Change, redraw, reread
from bot.i18n import Words
from bot.operations import Outcome
from bot.resolutions import BOOK, COUPON, REFUND, RESTOCK, STEPS
from bot.resolutions.booking import Booking
from bot.resolutions.restocking import Restocking
from bot.resolutions.store_credit import Credit
from bot.rules.case import ReturnCase
from bot.rules.choice import RefundQuote
from bot.rules.lifecycle import next_status
from bot.rules.policy import months_later
from store import returns
from store.models import Operation, Resolution
from store.money import Money
from store.terms import Event, Method, OperationState, ResolutionStatus


def plan_first(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> None:
    """Plan the method's first step; where nothing is to be paid, only what goes back on the shelf."""
    if quote.amount:
        plan_step(change, row, quote, STEPS[row.method][0], case)
        change.tell_team(f"{row.reference}-sending", "sending", resolution=row.id)
        return
    if quote.restock:
        plan_step(change, row, quote, RESTOCK, case)
    conclude(change, row)


def plan_step(change: Change, row: Resolution, quote: RefundQuote, kind: str, case: ReturnCase) -> None:
    """Write one step down with everything it needs: it is carried out as decided here."""
    change.plan(
        f"{row.reference}/{kind}",
        kind,
        f"order:{row.order_id}",
        documents.write(PAYLOADS[kind](change, row, quote, case)),
        urgency=BY_A_PERSON,
        resolution_id=row.id,
    )


def settle(desk: Desk, session: Session, operation: Operation, outcome: Outcome) -> None:
    """Write the consequences of a step's outcome; called in the transaction that records it."""
    assert operation.return_id is not None
    rma = returns.locked(session, operation.return_id)
    row = session.get(Resolution, operation.resolution_id)
    assert rma is not None
    assert row is not None
    change = Change(desk, session, rma, None, desk.now())
    if operation.kind == RESTOCK:
        _restocked(change, row, outcome)
    elif outcome.state is OperationState.DONE:
        step_done(change, row, operation)
    elif outcome.state is OperationState.REFUSED:
        _refused(change, row, operation, outcome)
    else:
        _doubted(change, row, outcome)
    rma.version += 1
    session.add_all([rma, row])
    redraw(session, change.return_id, change.now, urgency=BY_A_PERSON)


def step_done(change: Change, row: Resolution, operation: Operation) -> None:
    """Keep the evidence of a step that is done; plan the next one, or conclude."""
    evidence: Mapping[str, Any] = operation.evidence
    row.refund_id = evidence.get("refund_id") or row.refund_id
    row.outcome = {**row.outcome, **evidence, "why": "", "why_values": {}}
    row.status = ResolutionStatus.PLANNED
    change.session.add(row)
    quote = documents.read(RefundQuote, row.quote)
    _watch_stock(change, row, quote, evidence)
    steps = STEPS[row.method]
    following = steps[steps.index(operation.kind) + 1 :]
    if not following:
        conclude(change, row)
        return
    case = case_of(change.desk, change.session, change.rma)
    plan_step(change, row, quote, following[0], case)


def _watch_stock(change: Change, row: Resolution, quote: RefundQuote, evidence: Mapping[str, Any]) -> None:
    """Say so when the shop died between the money and the shelf: it never comes back to it by itself."""
    if quote.restock and (evidence.get("booked") is False or _stayed(evidence)):
        _not_restocked(change, row)


def _stayed(evidence: Mapping[str, Any]) -> bool:
    """Whether the shop's request broke off and a counter stands where it stood."""
    moves = evidence.get("restocked", ())
    same = any(move["before"] is not None and move["before"] == move["after"] for move in moves)
    return evidence.get("finished") is False and same


def _not_restocked(change: Change, row: Resolution, **why: str) -> None:
    change.note("not_restocked", reference=row.reference, **why)
    change.tell_team(f"{row.reference}-not-restocked", "not_restocked", resolution=row.id)


def conclude(change: Change, row: Resolution) -> None:
    """The resolution is done: settle the return, and tell the customer and the team."""
    row.status, row.settled_at = ResolutionStatus.DONE, change.now
    change.session.add(row)
    settled = next_status(change.rma.status, Event.RESOLVE)
    change.rma.status = settled or change.rma.status
    change.rma.closed_at, change.rma.closed_by = change.now, row.operator_id
    change.note("settled", reference=row.reference, method=row.method.value, amount=row.amount_minor)
    change.session.flush()
    case = case_of(change.desk, change.session, change.rma)
    done = next(one for one in case.resolutions if one.resolution_id == row.id)
    words = Words(change.rma.language, change.desk.settings.timezone)
    key = f"{row.reference}-settled"
    _tell_customer(change, key, customer.settled_text(case, done, words), row)
    change.tell_team(key, "settled", resolution=row.id)


def _tell_customer(change: Change, key: str, text: str, row: Resolution) -> None:
    """A store credit's code is filled in when the note is sent: it is kept nowhere."""
    payload = {"order_id": row.order_id, "text": text, "to_customer": True, "credit": row.reference}
    change.plan(f"{row.reference}/note/{key}", "shop.note", f"order:{row.order_id}", payload)


def _refused(change: Change, row: Resolution, operation: Operation, outcome: Outcome) -> None:
    """The slot is free again: nothing moved, and a person decides anew."""
    if operation.kind != STEPS[row.method][0]:
        _doubted(change, row, outcome)  # booked already: the rest is for a person, the slot stays taken
        return
    row.status, row.settled_at = ResolutionStatus.REFUSED, change.now
    row.outcome = {**row.outcome, "why": outcome.message, "why_values": dict(outcome.values)}
    reread(change.session, row.order_id, change.now)
    change.note("refused", reference=row.reference, why=outcome.message, values=dict(outcome.values))
    change.tell_team(f"{row.reference}-refused", "refused", resolution=row.id)


def _doubted(change: Change, row: Resolution, outcome: Outcome) -> None:
    """Unknown is neither failed nor done: the slot stays taken and the card says what happens next."""
    before = row.status
    row.status = ResolutionStatus.IN_DOUBT
    row.outcome = {**row.outcome, "why": outcome.message, "why_values": dict(outcome.values)}
    if before is not ResolutionStatus.IN_DOUBT:
        change.note("in_doubt", reference=row.reference)
        # A resolution can be in doubt more than once: at its second step, or after one more try.
        key = f"{row.reference}-in-doubt-{change.rma.version}"
        change.tell_team(key, "in_doubt", resolution=row.id)
    if outcome.state is not OperationState.IN_DOUBT:
        change.note("needs_person", reference=row.reference, why=outcome.message)
        change.tell_team(
            f"{row.reference}-needs-person-{change.rma.version}", "needs_person", resolution=row.id
        )


def _restocked(change: Change, row: Resolution, outcome: Outcome) -> None:
    if outcome.state is OperationState.DONE:
        row.outcome = {**row.outcome, "restocked": outcome.evidence.get("restocked", [])}
        if _stayed(outcome.evidence):
            _not_restocked(change, row)
        else:
            change.note("restocked", reference=row.reference)
    elif outcome.state is not OperationState.IN_DOUBT:
        _not_restocked(change, row, why=outcome.message)


def _booking(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> Booking:
    return Booking(
        order_id=row.order_id,
        reference=row.reference,
        words=_words_in_shop(change, quote),
        amount=quote.amount,
        lines=quote.lines,
        restock=quote.restock,
        pay_back=row.method is Method.GATEWAY_REFUND,
        known=tuple(refund.refund_id for refund in case.order.refunds),
    )


def _credit(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> Credit:
    months = change.desk.settings.credit_months_valid
    today = change.now.astimezone(change.desk.words.timezone).date()
    expires = months_later(today, months) if months else None
    return Credit(row.reference, Money(row.credit_minor, row.currency), case.order.buyer.email, expires)


def _restocking(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> Restocking:
    return Restocking(
        order_id=row.order_id,
        currency=row.currency,
        reference=f"{row.reference}-S1",
        words=_words_in_shop(change, quote),
        lines=quote.restock,
    )


def _words_in_shop(change: Change, quote: RefundQuote) -> str:
    """What stands behind the reference in the shop's reason. The customer reads it in the shop's mail."""
    words = Words(change.rma.language, change.desk.settings.timezone)
    kept = quote.label + quote.fee
    if kept:
        return words("Return {number}, {kept} kept for label and fees", number=change.rma.number, kept=kept)
    return words("Return {number}", number=change.rma.number)


PAYLOADS: Mapping[str, Callable[[Change, Resolution, RefundQuote, ReturnCase], Any]] = {
    REFUND: _booking,
    BOOK: _booking,
    COUPON: _credit,
    RESTOCK: _restocking,
}

"""The steps of a resolution: planned one by one, and what follows from the outcome of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot import customer, documents
from bot.config import CreditKind, StripeRefunds
from bot.desk import Desk, exchange_steps
from bot.desk.aftermath import (
    AFTERWARDS,
    after_books,
    is_shelf_fine,
    plan_late_booking,
    plan_restocking,
    remind,
    watch_bank,
)
from bot.desk.cases import case_of
from bot.desk.changes import BY_A_PERSON, Change, redraw, reread
from bot.desk.credits import look_at_users, open_credit
from bot.desk.invitation import tell_with_link
from bot.desk.payloads import PAYLOADS
from bot.i18n import Words
from bot.operations import Outcome
from bot.resolutions import COUPON, EXCHANGING, GIFT_CARD, PAYOUT, STEPS, following, is_first
from bot.rules.case import ReturnCase
from bot.rules.choice import RefundQuote
from bot.rules.lifecycle import next_status
from store import returns
from store.models import Operation, Resolution
from store.terms import Event, Method, OperationState, ResolutionStatus


def plan_first(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> None:
    """Plan the method's first step; where nothing is to be paid, only what goes back on the shelf."""
    if quote.amount:
        first = STEPS[row.method][0]
        if _asks_stripe(change.desk, row, case):
            first, row.outcome = PAYOUT, {"booked": False}
        plan_step(change, row, quote, first, case, due=after_books(change.session, row.order_id, change.now))
        change.tell_team(f"{row.reference}-sending", "sending", resolution=row.id)
        return
    if quote.restock:
        plan_restocking(change, row, quote)
    conclude(change, row)


def _asks_stripe(desk: Desk, row: Resolution, case: ReturnCase) -> bool:
    """Whether Stripe is asked for the refund, not the shop: the key knows the payment, in this currency."""
    wanted = desk.settings.stripe_refunds is StripeRefunds.DIRECT and row.method is Method.GATEWAY_REFUND
    return wanted and desk.payments is not None and case.order.stripe_currency == row.currency


def plan_step(
    change: Change,
    row: Resolution,
    quote: RefundQuote,
    kind: str,
    case: ReturnCase,
    *,
    due: datetime | None = None,
) -> None:
    """Write one step down with everything it needs: it is carried out as decided here."""
    change.plan(
        f"{row.reference}/{kind}",
        kind,
        f"order:{row.order_id}",
        documents.write(PAYLOADS[kind](change, row, quote, case)),
        urgency=BY_A_PERSON,
        resolution_id=row.id,
        due=due,
    )


def settle(desk: Desk, session: Session, operation: Operation, outcome: Outcome) -> None:
    """Write the consequences of a step's outcome; called in the transaction that records it."""
    assert operation.return_id is not None
    rma = returns.locked(session, operation.return_id)
    row = session.get(Resolution, operation.resolution_id)
    assert rma is not None
    assert row is not None
    change = Change(desk, session, rma, None, desk.now())
    if operation.kind in AFTERWARDS:
        AFTERWARDS[operation.kind](change, row, operation, outcome)
    elif operation.kind in EXCHANGING:
        exchange_steps.settle(change, row, operation, outcome)
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
    if evidence.get("booked") is False:
        plan_late_booking(change, row, quote, operation)
    elif quote.restock:
        is_shelf_fine(change, row, evidence)
    watch_bank(change, row)
    if operation.kind in (COUPON, GIFT_CARD):
        open_credit(change, row, operation)
    left = following(row.method, operation.kind)
    if not left:
        conclude(change, row)
        return
    case = case_of(change.desk, change.session, change.rma)
    plan_step(change, row, quote, _step_of(change.desk, left[0]), case)


def _step_of(desk: Desk, kind: str) -> str:
    """The step as this shop takes it; from here on it is known by its own kind, whatever is set later."""
    gift_card = kind == COUPON and desk.settings.credit_kind is CreditKind.GIFT_CARD
    return GIFT_CARD if gift_card else kind


def conclude(change: Change, row: Resolution) -> None:
    """The resolution is done: settle the return, and tell the customer and the team."""
    row.status, row.settled_at = ResolutionStatus.DONE, change.now
    change.session.add(row)
    settled = next_status(change.rma.status, Event.RESOLVE)
    change.rma.status = settled or change.rma.status
    change.rma.closed_at, change.rma.closed_by = change.now, row.operator_id
    change.note("settled", reference=row.reference, method=row.method.value, amount=row.amount_minor)
    change.session.flush()
    look_at_users(change.session, row.order_id, change.now)
    case = case_of(change.desk, change.session, change.rma)
    done = next(one for one in case.resolutions if one.resolution_id == row.id)
    words = Words(change.rma.language, change.desk.settings.timezone)
    times = row.outcome.get("returned", 0)  # the bank may have given the money back, and it was paid again
    key = f"{row.reference}-settled" + (f"-{times + 1}" if times else "")
    tell_with_link(change, key, customer.settled_text(case, done, words), credit=row.reference)
    change.tell_team(key, "settled", resolution=row.id)


def _refused(change: Change, row: Resolution, operation: Operation, outcome: Outcome) -> None:
    """The slot is free again: nothing moved, and a person decides anew."""
    if not is_first(row.method, operation.kind):
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
    elif outcome.state is OperationState.IN_DOUBT:
        remind(change, row)
    if outcome.state is not OperationState.IN_DOUBT:
        change.note("needs_person", reference=row.reference, why=outcome.message)
        change.tell_team(
            f"{row.reference}-needs-person-{change.rma.version}", "needs_person", resolution=row.id
        )

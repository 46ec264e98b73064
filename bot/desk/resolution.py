"""Settling a return: preview and resolve. The number that is shown is the number that is sent.

Resolving is one transaction: it checks, computes, takes the return's slot and writes the first step down.
Two people, a double click, an old button and a customer's exchange all meet at the same slot; one gets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot import documents
from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.cases import case_of
from bot.desk.changes import BY_A_PERSON, Change, changing, reference_after, slot_after
from bot.desk.steps import plan_first, step_done
from bot.errors import Blocked, DeskError, InvalidInput, NotFound, StaleCase
from bot.resolutions import AFTER, PAYOUT
from bot.rules.case import CaseResolution, ReturnCase
from bot.rules.choice import RefundChoice, RefundQuote
from bot.rules.refund import quote_for
from store import returns
from store.db import reading
from store.models import Operation, Resolution, Return
from store.money import Money
from store.terms import OperationState, ResolutionStatus


@dataclass(frozen=True)
class Settling:
    """A case with what other open returns of its order ask for: all that a quote needs."""

    case: ReturnCase
    reserved: Mapping[int, int]

    def quote(self, choice: RefundChoice) -> RefundQuote:
        """What ``choice`` amounts to. The same computation sends the money."""
        return quote_for(self.case, choice, reserved=self.reserved)


def load_settling(desk: Desk, return_id: int) -> Settling:
    """The case and its rivals, for the refund box. Raises NotFound."""
    with reading(desk.engine) as session:
        rma = session.get(Return, return_id)
        if rma is None:
            raise NotFound("This return is no longer available.")
        return _settling(desk, session, rma)


def resolve(
    desk: Desk,
    return_id: int,
    by: Operator,
    seen: int,
    choice: RefundChoice,
    *,
    confirmed: Money | None = None,
) -> str:
    """Decide: write the resolution and its first step down, and return its reference.

    ``confirmed`` is the amount the person read and agreed to; another one is never sent. Raises NotAllowed,
    StaleCase, or Blocked and InvalidInput with the sentence of the rule that forbids it.
    """
    require(by)
    try:
        with changing(desk, return_id, by) as change:
            settling = _settling(desk, change.session, change.rma)
            refuse_second(settling.case)  # first, because it says who was quicker, and when
            change.expect(seen)
            quote = settling.quote(choice)
            _refuse_problems(quote)
            _refuse_other_amount(quote, confirmed)
            row = _insert(change, choice, quote)
            plan_first(change, row, quote, settling.case)
            change.note("decided", reference=row.reference, method=choice.method, amount=quote.amount.minor)
            return row.reference
    except IntegrityError as e:
        refuse_second(load_settling(desk, return_id).case)
        raise Blocked("Somebody settled this return at the same moment. The card shows what happened.") from e


def allow_one_more(desk: Desk, return_id: int, by: Operator, resolution_id: int) -> None:
    """A person looked and found nothing: send once more. It takes another person than the one who decided."""
    with changing(desk, return_id, by) as change:
        row, operation = _given_up(change, resolution_id)
        if operation.kind != PAYOUT and row.outcome.get("returned"):
            raise Blocked("The shop has booked this refund, so it cannot be sent again. Pay another way.")
        if row.operator_id == by.user_id:
            raise Blocked("You decided on this refund; a second person has to look and allow one more try.")
        operation.state, operation.due_at, operation.sent_at = OperationState.DUE, change.now, None
        operation.finished_at, operation.urgency, operation.tries = None, BY_A_PERSON, 0
        operation.first_sent_at, operation.key_version = None, operation.key_version + 1
        change.session.add(operation)
        row.status = ResolutionStatus.PLANNED
        row.outcome = {name: said for name, said in row.outcome.items() if name != "bank"}
        change.session.add(row)
        change.note("allowed_again", reference=row.reference)


def confirm_done(desk: Desk, return_id: int, by: Operator, resolution_id: int, evidence: str) -> None:
    """A person looked and found that it was done; ``evidence`` is the reference they saw it under."""
    proof = evidence.strip()
    if not proof:
        raise InvalidInput("Write the reference under which you found it.", field="reference")
    with changing(desk, return_id, by) as change:
        row, operation = _given_up(change, resolution_id)
        operation.state, operation.finished_at = OperationState.DONE, change.now
        operation.evidence = {"confirmed_by": by.user_id, "reference": proof[:200]}
        if operation.kind == PAYOUT and row.refund_id is None:
            operation.evidence["booked"] = False
        change.session.add(operation)
        change.note("confirmed", reference=row.reference, proof=proof[:200])
        step_done(change, row, operation)


def _settling(desk: Desk, session: Any, rma: Return) -> Settling:
    reserved = returns.reserved_units(session, rma.order_id, without=rma.id)
    return Settling(case_of(desk, session, rma), reserved)


def refuse_second(case: ReturnCase) -> None:
    """Raise Blocked with who settled the return, and when, if somebody did or an exchange stands."""
    if case.exchange_stands:
        raise Blocked("Exchange chosen: do NOT refund money. Cancel the exchange first.")
    under_way = case.open_resolution
    if under_way is not None:
        raise decided_already(under_way)
    if case.closed_at is not None:
        done = case.resolutions[-1] if case.resolutions else None
        name = done.by.name if done else case.closed_by.name if case.closed_by else ""
        raise Blocked("Already done by {name} at {time}.", name=name, time=case.closed_at)


def decided_already(under_way: CaseResolution) -> Blocked:
    """Who decided on what is under way, how and when."""
    return Blocked(
        "{name} already decided on a {method} at {time}.",
        name=under_way.by.name,
        method=under_way.method,
        time=under_way.decided_at,
    )


def _refuse_problems(quote: RefundQuote) -> None:
    for problem in quote.blockers:
        kind: type[DeskError] = InvalidInput if problem.field else Blocked
        raise kind(problem.message, field=problem.field or None, **problem.values)


def _refuse_other_amount(quote: RefundQuote, confirmed: Money | None) -> None:
    if confirmed is not None and confirmed != quote.amount:
        raise StaleCase(
            "The shop changed meanwhile: it would be {amount} now. Open the box again and look.",
            amount=quote.amount,
        )


def _insert(change: Change, choice: RefundChoice, quote: RefundQuote) -> Resolution:
    earlier = returns.resolutions_of(change.session, change.return_id)
    assert change.by is not None
    row = Resolution(
        return_id=change.return_id,
        order_id=change.rma.order_id,
        slot=slot_after(earlier),
        reference=reference_after(change.rma, earlier),
        method=choice.method,
        status=ResolutionStatus.PLANNED,
        currency=change.rma.currency,
        amount_minor=quote.amount.minor,
        kept_minor=quote.kept.minor,
        credit_minor=quote.credit.minor,
        choice=documents.write(choice),
        quote=documents.write(quote),
        operator_id=change.by.user_id,
        transfer_reference=choice.reference.strip()[:200],
        decided_at=change.now,
    )
    change.session.add(row)
    change.session.flush()
    return row


def _given_up(change: Change, resolution_id: int) -> tuple[Resolution, Operation]:
    row = change.session.get(Resolution, resolution_id)
    operations = returns.operations_of(change.session, change.return_id)
    stuck = (OperationState.GIVEN_UP, OperationState.REFUSED)
    steps = (op for op in operations if op.resolution_id == resolution_id and op.kind not in AFTER)
    waiting = [op for op in steps if op.state in stuck]
    # A resolution that was refused has given its slot away: carrying it out after all could pay twice.
    open_ = row is not None and row.return_id == change.return_id and row.status is ResolutionStatus.IN_DOUBT
    if row is None or not open_ or not waiting:
        raise Blocked("That is decided already. The card shows what happened.")
    return row, waiting[-1]

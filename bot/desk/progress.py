"""How far a decision about money has come, read from the journal's row for it. It decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.pace import SENDS
from bot.resolutions import BOOK, COUPON, GIFT_CARD, LATE_BOOK, PAYOUT, REFUND
from bot.rules.case import Bank, Progress, Stage, Step
from store.models import LanePause, Operation, Resolution
from store.terms import OperationState, ResolutionStatus

STEPS: Mapping[str, Step] = {
    REFUND: Step.SHOP_REFUND,
    PAYOUT: Step.STRIPE_REFUND,
    BOOK: Step.BOOKING,
    COUPON: Step.CREDIT,
    GIFT_CARD: Step.CREDIT,
}
STUCK = (OperationState.GIVEN_UP, OperationState.REFUSED)  # a person has to look
UNDER_WAY = (ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT)


def progress_of(
    row: Resolution, operation: Operation | None, pause: LanePause | None, *, asks_bank: bool
) -> Progress | None:
    """The step ``operation`` of ``row``; None when nothing is under way. ``pause`` is that of its lane.

    ``asks_bank``: the bank itself can tell whether it paid, so that nothing there is proof.
    """
    if operation is None or row.status not in UNDER_WAY:
        return None
    step, stage = STEPS[operation.kind], _stage(row, operation)
    certain = step is not Step.SHOP_REFUND or asks_bank
    return Progress(
        step=step,
        stage=stage,
        sends=operation.attempt,
        next_at=_next_at(operation, stage, pause),
        open_until=operation.quiet_until,
        once_more=certain and (operation.attempt < SENDS or step is Step.STRIPE_REFUND),
        asked_to_wait=pause is not None and pause.until >= operation.due_at,
    )


def bank_of(row: Resolution) -> Bank | None:
    """What the bank said last; None where it was not asked."""
    said: Mapping[str, Any] | None = row.outcome.get("bank")
    return Bank(said["refund_id"], said["status"], said.get("reason") or "") if said else None


def are_books_stuck(row: Resolution, steps: Sequence[Operation]) -> bool:
    """Whether the shop's books will not follow the money by themselves."""
    late = (step for step in steps if step.resolution_id == row.id and step.kind == LATE_BOOK)
    return any(step.state in STUCK for step in late)


def _stage(row: Resolution, operation: Operation) -> Stage:
    """A repeat begins to count its looks anew, so a running row without one is being sent."""
    state, doubtful = operation.state, row.status is ResolutionStatus.IN_DOUBT
    if doubtful and state in STUCK:
        return Stage.PERSON
    if doubtful and (state is OperationState.IN_DOUBT or _is_looked_for(operation)):
        return Stage.LOOKING
    if doubtful:
        return Stage.REPEATING
    if state is OperationState.DUE and operation.tries:
        return Stage.PUT_OFF
    waits = state is OperationState.DUE and not operation.attempt and operation.due_at > operation.planned_at
    return Stage.QUEUED if waits else Stage.SENDING


def _is_looked_for(operation: Operation) -> bool:
    return operation.state is OperationState.RUNNING and bool(operation.tries)


def _next_at(operation: Operation, stage: Stage, pause: LanePause | None) -> datetime | None:
    if stage in (Stage.SENDING, Stage.PERSON):
        return None
    return max(operation.due_at, pause.until) if pause else operation.due_at

"""Carries out what was written down: claim, perform, look, settle. It knows no kind of operation by name.

An operation whose effect must not happen twice has a ``probe``. Once such an operation was sent, nothing but
evidence moves it on: an answer, or what the probe sees. Time alone never turns "perhaps" into "no".
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.clock import Clock
from bot.errors import DeskError, OutcomeUnknown, Refused, Unreachable
from bot.i18n import N_
from bot.operations import Look, Outcome, Performer, Task, Verdict
from store import journal
from store.db import writing
from store.models import Operation
from store.money import Money
from store.terms import OperationState

log = logging.getLogger(__name__)

FRESH = 10.0  # seconds between the commit of "sending" and the first byte; older is not sent
AGREEMENT = timedelta(seconds=60)  # two looks that find nothing must lie this far apart
LOOKS = (5, 20, 60, 120, 300, 600, 900)  # seconds from one look to the next while the outcome is unknown
SWEEP = 5.0  # seconds between two looks for work that a dead worker left behind
SENDS = 2  # one send, and at most one automatic repeat after proof that nothing happened


@dataclass(frozen=True)
class Journal:
    """The operations of one database and who performs them. Any number of processes may run one each."""

    engine: Engine
    clock: Clock
    performers: Mapping[str, Performer]
    quiet: timedelta = timedelta(minutes=15)
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")

    def run_due(self) -> bool:
        """Carry out one operation that is due. False when there was none."""
        operation = self._claim()
        if operation is None:
            return False
        performer = self.performers[operation.kind]
        if operation.sent_at is not None and performer.probe is not None:
            self._look(operation, performer)
        else:
            self._perform(operation, performer)
        return True

    def run_all(self, limit: int = 1000) -> int:
        """Free what was left behind, then carry out all that is due now; how many operations that were."""
        self.take_over()
        count = 0
        while count < limit and self.run_due():
            count += 1
        return count

    def take_over(self) -> None:
        """Free what a dead or frozen worker held. What it may have sent is in doubt, not undone."""
        now = self.clock()
        with writing(self.engine) as session:
            for operation in journal.expired(session, now):
                performer = self.performers.get(operation.kind)
                doubtful = (
                    operation.sent_at is not None and performer is not None and performer.probe is not None
                )
                operation.state = OperationState.IN_DOUBT if doubtful else OperationState.DUE
                operation.lease_owner, operation.due_at = None, now
                journal.note_attempt(session, operation, "taken over", now)
                if doubtful:
                    self._settle(session, operation, Outcome(OperationState.IN_DOUBT))

    def _claim(self) -> Operation | None:
        try:
            with writing(self.engine) as session:
                kinds = tuple(self.performers)
                return journal.claim(session, owner=self.owner, now=self.clock(), kinds=kinds)
        except IntegrityError:
            return None  # another worker took the lane in the same instant

    def _perform(self, operation: Operation, performer: Performer) -> None:
        try:
            baseline = performer.prepare(_task(operation)) if performer.prepare else {}
        except Unreachable as e:
            self._postpone(operation, e)
            return
        except OutcomeUnknown:
            self._doubt_before_sending(operation, performer)
            return
        except (Refused, DeskError) as e:
            self._finish(operation, performer, _refusal(e))
            return
        if not self._mark_sending(operation, baseline):
            return
        self._send(operation, performer)

    def _doubt_before_sending(self, operation: Operation, performer: Performer) -> None:
        """The preparation met traces of this very operation: only a look can tell what they mean."""
        now = self.clock()
        operation.tries, operation.sent_at, operation.quiet_until = 0, now, now + self.quiet
        with writing(self.engine) as session:
            values = {"sent_at": now, "quiet_until": operation.quiet_until}
            journal.change(session, _id(operation), self.owner, **values)
        self._look_again(operation, performer)

    def _mark_sending(self, operation: Operation, baseline: Mapping[str, Any]) -> bool:
        """Commit that the next thing that happens is the send; from here on "perhaps" is possible."""
        now = self.clock()
        operation.attempt += 1
        operation.sent_at, operation.baseline = now, dict(baseline) or operation.baseline
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, "sending", now)
            return journal.change(
                session,
                _id(operation),
                self.owner,
                attempt=operation.attempt,
                sent_at=now,
                absent_since=None,
                baseline=operation.baseline,
                quiet_until=now + self.quiet,
            )

    def _send(self, operation: Operation, performer: Performer) -> None:
        task = _task(operation, guard=self._guard(operation))
        try:
            evidence = performer.send(task)
        except Unreachable as e:
            self._postpone(operation, e, attempt=operation.attempt - 1)
        except DeskError as e:
            self._finish(operation, performer, _refusal(e))
        except Refused as e:
            self._refused(operation, performer, e)
        except OutcomeUnknown as e:
            self._unknown(operation, performer, e)
        else:
            self._finish(operation, performer, Outcome(OperationState.DONE, evidence))

    def _refused(self, operation: Operation, performer: Performer, error: Refused) -> None:
        """Even a plain no is checked once, where a wrong no would cost money."""
        try:
            verdict = performer.probe(_task(operation)) if performer.probe else Verdict(Look.ABSENT)
        except (Unreachable, OutcomeUnknown) as e:
            verdict = Verdict(Look.WAIT, detail=e.detail)
        if verdict.look is Look.ABSENT:
            self._finish(operation, performer, _refusal(error))
        elif verdict.look is Look.DONE:
            self._finish(operation, performer, Outcome(OperationState.DONE, verdict.evidence))
        else:
            self._look_again(operation, performer)

    def _unknown(self, operation: Operation, performer: Performer, error: OutcomeUnknown) -> None:
        if performer.probe is None:
            self._postpone(operation, error)
            return
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, "unknown", self.clock(), error.detail)
        operation.tries = 0
        self._look_again(operation, performer)

    def _guard(self, operation: Operation) -> Callable[[], None]:
        """A check to make in the last moment before the first byte: still ours, and just committed."""
        committed = time.monotonic()

        def guard() -> None:
            with writing(self.engine) as session:
                mine = journal.still_mine(session, _id(operation), self.owner, operation.attempt)
            if not mine or time.monotonic() - committed > FRESH:
                raise OutcomeUnknown("the worker was held up before sending; looking first")

        return guard

    def _look(self, operation: Operation, performer: Performer) -> None:
        assert performer.probe is not None
        try:
            verdict = performer.probe(_task(operation))
        except (Unreachable, OutcomeUnknown) as e:
            verdict = Verdict(Look.WAIT, detail=e.detail)
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, f"looked: {verdict.look}", self.clock(), verdict.detail)
        if verdict.look is Look.DONE:
            self._finish(operation, performer, Outcome(OperationState.DONE, verdict.evidence))
        elif self._is_quiet(operation) and verdict.look is Look.PERSON:
            self._finish(operation, performer, Outcome(OperationState.GIVEN_UP, message=verdict.detail))
        elif self._is_quiet(operation) and verdict.look is Look.ABSENT:
            self._absent(operation, performer)
        else:
            self._look_again(operation, performer)

    def _absent(self, operation: Operation, performer: Performer) -> None:
        """Nothing there after the quiet period: once more in a minute, then one repeat, then a person."""
        now = self.clock()
        since = operation.absent_since
        if since is None or now - since < AGREEMENT:
            values = {"absent_since": since or now, "due_at": (since or now) + AGREEMENT}
            self._release(operation, OperationState.IN_DOUBT, **values)
        elif operation.attempt < SENDS:
            self._release(operation, OperationState.DUE, due_at=now, sent_at=None, tries=0)
        else:
            self._finish(
                operation,
                performer,
                Outcome(
                    OperationState.GIVEN_UP,
                    message=N_("It was sent twice and the shop shows no trace of it."),
                ),
            )

    def _is_quiet(self, operation: Operation) -> bool:
        return operation.quiet_until is not None and self.clock() >= operation.quiet_until

    def _look_again(self, operation: Operation, performer: Performer) -> None:
        now = self.clock()
        due = now + timedelta(seconds=LOOKS[min(operation.tries, len(LOOKS) - 1)])
        if operation.quiet_until and now < operation.quiet_until < due:
            due = operation.quiet_until
        outcome = Outcome(OperationState.IN_DOUBT)
        self._finish(operation, performer, outcome, due_at=due, tries=operation.tries + 1)

    def _postpone(self, operation: Operation, error: Unreachable | OutcomeUnknown, **values: Any) -> None:
        """Certainly not sent, or harmless to repeat: try again later, at the pace the other side asks for."""
        wait = error.retry_after if error.retry_after is not None else min(2.0**operation.tries, 900.0)
        due = self.clock() + timedelta(seconds=max(wait, 0.0))
        if error.retry_after is not None:
            with writing(self.engine) as session:
                journal.pause_lane(session, operation.lane, due)
        values |= {"due_at": due, "tries": operation.tries + 1, "sent_at": None, "detail": error.detail}
        self._release(operation, OperationState.DUE, **values)

    def _release(self, operation: Operation, state: OperationState, **values: Any) -> None:
        with writing(self.engine) as session:
            journal.change(session, _id(operation), self.owner, state=state, lease_owner=None, **values)

    def _finish(self, operation: Operation, performer: Performer, outcome: Outcome, **values: Any) -> None:
        """Write the outcome and its consequences in one transaction, unless the claim was lost meanwhile."""
        now = self.clock()
        over = outcome.state is not OperationState.IN_DOUBT
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, outcome.state.value, now, outcome.message)
            changed = journal.change(
                session,
                _id(operation),
                self.owner,
                state=outcome.state,
                lease_owner=None,
                detail=outcome.message,
                evidence=dict(outcome.evidence),
                finished_at=now if over else None,
                **values,
            )
            if not changed:
                session.rollback()
                log.warning("lost the claim on %s before its outcome was written", operation.key)
                return
            self._settle(session, session.get_one(Operation, operation.id, populate_existing=True), outcome)
            self._fall_due_again(session, operation, now)

    def _settle(self, session: Session, operation: Operation, outcome: Outcome) -> None:
        performer = self.performers.get(operation.kind)
        if performer is not None and performer.settle is not None:
            performer.settle(session, operation, outcome)

    def _fall_due_again(self, session: Session, operation: Operation, now: datetime) -> None:
        """The effect was wanted again while it ran."""
        current = session.get_one(Operation, operation.id)
        if current.generation > operation.generation and current.finished_at is not None:
            current.state, current.due_at, current.sent_at = OperationState.DUE, now, None
            current.finished_at, current.tries = None, 0
            session.add(current)


def run(runner: Journal, stop: threading.Event, wake: threading.Event, pause: float = 0.2) -> None:
    """Carry out operations until ``stop``; an error that is a bug is logged and does not end the worker."""
    swept = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() - swept > SWEEP:
                swept = time.monotonic()
                runner.take_over()
            worked = runner.run_due()
        except Exception:
            log.exception("an operation failed in an unforeseen way; its lease will free it")
            worked = False
        if not worked:
            wake.wait(pause)
            wake.clear()


def _task(operation: Operation, guard: Callable[[], None] = lambda: None) -> Task:
    return Task(
        operation_id=_id(operation),
        key=operation.key,
        kind=operation.kind,
        payload=operation.payload,
        baseline=operation.baseline,
        attempt=operation.attempt,
        sent_at=operation.sent_at,
        return_id=operation.return_id,
        resolution_id=operation.resolution_id,
        guard=guard,
    )


def _refusal(error: Refused | DeskError) -> Outcome:
    if isinstance(error, DeskError):
        values = {name: _text(value) for name, value in error.values.items()}
        return Outcome(OperationState.REFUSED, message=error.message, values=values)
    message = N_("It was refused: {text}")
    return Outcome(OperationState.REFUSED, {"code": error.code}, message, {"text": error.detail})


def _text(value: object) -> str:
    return f"{value.decimal} {value.currency}" if isinstance(value, Money) else str(value)


def _id(operation: Operation) -> int:
    assert operation.id is not None
    return operation.id

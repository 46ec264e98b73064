"""Carries out what was written down: claim, perform, look, settle. It knows no kind of operation by name.

An operation whose effect must not happen twice has a ``probe``. Once such an operation was sent, nothing but
evidence moves it on: an answer, or what the probe sees. Time alone never turns "perhaps" into "no".
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.clock import Clock
from bot.errors import DeskError, KeySpent, OutcomeUnknown, Refused, Unreachable
from bot.i18n import N_
from bot.operations import Look, Outcome, Performer, Verdict, task_of
from bot.pace import SENDS, Pace
from store import journal
from store.db import AWAY, reading, writing
from store.models import Operation
from store.money import Money
from store.terms import OperationState

log = logging.getLogger(__name__)

MISTAKES = 8  # errors of the desk's own before it stops preparing and says so


@dataclass(frozen=True)
class Journal:
    """The operations of one database and who performs them. Any number of processes may run one each."""

    engine: Engine
    clock: Clock
    performers: Mapping[str, Performer]
    pace: Pace = field(default_factory=Pace)
    owner: str = field(default_factory=lambda: f"{socket.gethostname()[:32]}:{os.getpid()}")
    monotonic: Callable[[], float] = time.monotonic
    held: dict[str, float] = field(default_factory=dict)

    def is_any_due(self) -> bool:
        """Whether anything may run now; it takes no lock, so that idle workers are in nobody's way."""
        with reading(self.engine) as session:
            return journal.is_any_due(session, now=self.clock(), kinds=tuple(self.performers))

    def run_due(self) -> bool:
        """Carry out one operation that is due. False when there was none."""
        operation = self._claim()
        if operation is None:
            return False
        performer = self.performers[operation.kind]
        claim = operation.lease_owner or ""
        self.held[claim] = self.monotonic()
        try:
            if operation.sent_at is not None and performer.probe is not None:
                self._look(operation, performer)
            else:
                self._perform(operation, performer)
        except Exception as e:
            log.exception("%s met an error of the desk itself", operation.key)
            self._unforeseen(operation, performer, e)
        finally:
            self.held.pop(claim, None)
        return True

    def renew(self) -> None:
        """Tell the others that this worker lives: its claims last for another lease, but not for ever."""
        now = self.monotonic()
        claims = [claim for claim, since in list(self.held.items()) if now - since < self.pace.held]
        if claims:
            with writing(self.engine) as session:
                journal.renew(session, claims, until=self.clock() + self.pace.lease)

    def run_all(self, limit: int = 1000) -> int:
        """Free what was left behind, then carry out all that is due now; how many operations that were."""
        self.take_over()
        count = 0
        while count < limit and self.run_due():
            count += 1
        return count

    def take_over(self) -> None:
        """Free what a dead or frozen worker held. What it may have sent is in doubt, not undone.

        One transaction each, so that an operation that cannot be settled does not hold up the others. Kinds
        of which this worker knows nothing are left to one that can tell whether they may be repeated.
        """
        with reading(self.engine) as session:
            late = journal.expired(session, self.clock(), tuple(self.performers))
        for left in late:
            try:
                self._free(left, settle=True)
            except Exception:
                log.exception("freeing operation %s without its consequences", left.key)
                self._free(left, settle=False)

    def _free(self, left: Operation, *, settle: bool) -> None:
        now = self.clock()
        with writing(self.engine) as session:
            self.performers[left.kind].hold(session, left)
            operation = journal.take_expired(session, _id(left), now)
            if operation is None:
                return
            probe = self.performers[operation.kind].probe
            doubtful = operation.sent_at is not None and probe is not None
            operation.state = OperationState.IN_DOUBT if doubtful else OperationState.DUE
            operation.lease_owner, operation.due_at = None, now
            journal.note_attempt(session, operation, "taken over", now)
            if doubtful and settle:
                self._settle(session, operation, Outcome(OperationState.IN_DOUBT))

    def _claim(self) -> Operation | None:
        """Each claim has a name of its own: the threads of one worker are strangers to each other too."""
        owner, now, kinds = f"{self.owner[:60]}:{secrets.token_hex(8)}", self.clock(), tuple(self.performers)
        try:
            with writing(self.engine) as session:
                return journal.claim(session, owner=owner, now=now, until=now + self.pace.lease, kinds=kinds)
        except IntegrityError:
            return None  # another worker took the lane in the same instant

    def _perform(self, operation: Operation, performer: Performer) -> None:
        try:
            baseline = performer.prepare(task_of(operation)) if performer.prepare else {}
        except Unreachable as e:
            self._postpone(operation, e)
            return
        except OutcomeUnknown:
            self._doubt_before_sending(operation, performer)
            return
        except (Refused, DeskError) as e:
            self._finish(operation, performer, _refusal(e))
            return
        tries = operation.tries
        if performer.repeats is None:
            operation.tries = 0  # after a send, they count the looks; with a key each repeat counts on
        if self._mark_sending(operation, baseline):
            self._send(operation, performer, tries)

    def _doubt_before_sending(self, operation: Operation, performer: Performer) -> None:
        """The preparation met traces of this very operation: only a look can tell what they mean."""
        now = self.clock()
        operation.tries, operation.sent_at, operation.quiet_until = 0, now, now + self.pace.quiet
        operation.attempt += 1  # traces that no look ever finds must not lead round in a circle
        with writing(self.engine) as session:
            values = {"sent_at": now, "quiet_until": operation.quiet_until, "attempt": operation.attempt}
            journal.change(session, _id(operation), operation.lease_owner, **values)
        self._look_again(operation, performer)

    def _mark_sending(self, operation: Operation, baseline: Mapping[str, Any]) -> bool:
        """Commit that the next thing that happens is the send; from here on "perhaps" is possible."""
        now = self.clock()
        operation.attempt += 1
        values: dict[str, Any] = {
            "sent_at": now,
            "first_sent_at": operation.first_sent_at or now,
            "quiet_until": now + self.pace.quiet,
            "absent_since": None,
            "baseline": dict(baseline) or operation.baseline,
            "lease_until": now + self.pace.lease,
        }
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, "sending", now)
            mine = {"attempt": operation.attempt, "tries": operation.tries, **values}
            marked = journal.change(session, _id(operation), operation.lease_owner, **mine)
        for name, value in values.items():  # only what was committed may be believed
            setattr(operation, name, value)
        return marked

    def _send(self, operation: Operation, performer: Performer, tries: int) -> None:
        task = task_of(operation, guard=self._guard(operation))
        try:
            evidence = performer.send(task)
        except Unreachable as e:
            operation.tries = tries
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
        verdict = self._seen(operation, performer) if performer.probe else Verdict(Look.ABSENT)
        if verdict.look is Look.ABSENT or verdict.traceless:
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
            if isinstance(error, KeySpent):
                log.error("%s: %s", operation.key, error.detail)
                operation.first_sent_at = None  # from here on as if the other side kept no key
                journal.change(session, _id(operation), operation.lease_owner, first_sent_at=None)
        self._look_again(operation, performer)

    def _guard(self, operation: Operation) -> Callable[[], None]:
        """A check to make in the last moment before the first byte: still ours, and just committed.

        Two clocks are asked, because one of them stands still while a machine sleeps.
        """
        committed, sent_at = self.monotonic(), operation.sent_at or self.clock()

        def guard() -> None:
            try:
                with reading(self.engine) as session:
                    mine = journal.still_mine(session, _id(operation), operation.lease_owner, self.clock())
            except AWAY as e:
                raise Unreachable("the database did not answer before sending") from e
            waited = max(self.monotonic() - committed, abs((self.clock() - sent_at).total_seconds()))
            if not mine or waited > self.pace.fresh:
                raise Unreachable("the worker was held up before sending")

        return guard

    def _seen(self, operation: Operation, performer: Performer) -> Verdict:
        """What the probe sees. Who may not look any more cannot tell: that is for a person."""
        assert performer.probe is not None
        try:
            return performer.probe(task_of(operation))
        except (Unreachable, OutcomeUnknown) as e:
            return Verdict(Look.WAIT, detail=e.detail)
        except (Refused, DeskError) as e:
            log.warning("%s cannot be looked for: %s", operation.key, e)
            return Verdict(Look.PERSON, detail=N_("The shop does not let the desk look for it."))

    def _look(self, operation: Operation, performer: Performer) -> None:
        verdict = self._seen(operation, performer)
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, f"looked: {verdict.look}", self.clock(), verdict.detail)
        if verdict.look is Look.DONE:
            self._finish(operation, performer, Outcome(OperationState.DONE, verdict.evidence))
        elif verdict.look is Look.ABSENT and self._keeps_our_key(operation, performer):
            self._release(operation, OperationState.DUE, due_at=self.clock())
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
        if since is None or now - since < self.pace.agreement:
            values = {"absent_since": since or now, "due_at": (since or now) + self.pace.agreement}
            self._release(operation, OperationState.IN_DOUBT, **values)
        elif (operation.key_version if performer.repeats else operation.attempt) < SENDS:
            renewed = {"first_sent_at": None, "key_version": operation.key_version + 1}
            self._release(operation, OperationState.DUE, due_at=now, sent_at=None, tries=0, **renewed)
        else:
            self._finish(
                operation,
                performer,
                Outcome(
                    OperationState.GIVEN_UP,
                    message=N_("It was sent twice and the shop shows no trace of it."),
                ),
            )

    def _unforeseen(self, operation: Operation, performer: Performer, error: Exception) -> None:
        """A bug, in the desk or in what it was told: it may neither hold the lane nor go on unseen."""
        with writing(self.engine) as session:
            journal.note_attempt(session, operation, "failed", self.clock(), repr(error))
        if performer.probe is None:
            self._postpone(operation, OutcomeUnknown(repr(error)))
        elif operation.sent_at is None and operation.tries < MISTAKES:
            self._postpone(operation, Unreachable(repr(error)))
        elif operation.sent_at is None:
            message = N_("The desk itself failed before anything was sent. Its log says why.")
            self._finish(operation, performer, Outcome(OperationState.REFUSED, message=message))
        elif self._is_quiet(operation):
            message = N_("The desk itself failed while it looked. Its log says why.")
            self._finish(operation, performer, Outcome(OperationState.GIVEN_UP, message=message))
        else:
            self._look_again(operation, performer)

    def _keeps_our_key(self, operation: Operation, performer: Performer) -> bool:
        """Whether sending once more is, to the other side, the same request."""
        if performer.repeats is None or operation.first_sent_at is None:
            return False
        return self.clock() - operation.first_sent_at < performer.repeats

    def _is_quiet(self, operation: Operation) -> bool:
        """Whether the quiet period is over: by the clock, and by the looks that fit into it.

        A clock can jump an hour ahead; the waits from look to look cannot be jumped over.
        """
        over = operation.quiet_until is not None and self.clock() >= operation.quiet_until
        return over and operation.tries >= self.pace.looks_in_quiet

    def _look_again(self, operation: Operation, performer: Performer) -> None:
        now = self.clock()
        due = now + self.pace.until_look(operation.tries)
        last = operation.tries + 1 >= self.pace.looks_in_quiet
        if last and operation.quiet_until and now < operation.quiet_until < due:
            due = operation.quiet_until
        outcome = Outcome(OperationState.IN_DOUBT)
        self._finish(operation, performer, outcome, due_at=due, tries=operation.tries + 1)

    def _postpone(self, operation: Operation, error: Unreachable | OutcomeUnknown, **values: Any) -> None:
        """Certainly not sent, or harmless to repeat: try again later, at the pace the other side asks for."""
        wait = error.retry_after if error.retry_after is not None else 2.0 ** min(operation.tries, 10)
        due = self.clock() + timedelta(seconds=min(max(wait, 0.0), self.pace.longest_wait))
        if error.retry_after is not None:
            with writing(self.engine) as session:
                journal.pause_lane(session, operation.lane, due)
        detail = error.detail.replace("\0", "")
        values |= {"due_at": due, "tries": operation.tries + 1, "sent_at": None, "detail": detail}
        self._release(operation, OperationState.DUE, **values)

    def _release(self, operation: Operation, state: OperationState, **values: Any) -> None:
        with writing(self.engine) as session:
            performer, owner = self.performers[operation.kind], operation.lease_owner
            performer.hold(session, operation)
            changed = journal.change(session, _id(operation), owner, state=state, lease_owner=None, **values)
            if not changed:
                self._came_late(session, operation)
            elif performer.moved is not None:
                performer.moved(session, operation)

    def _finish(self, operation: Operation, performer: Performer, outcome: Outcome, **values: Any) -> None:
        """Write the outcome and its consequences in one transaction, unless the claim was lost meanwhile."""
        now = self.clock()
        with writing(self.engine) as session:
            performer.hold(session, operation)
            journal.note_attempt(session, operation, outcome.state.value, now, outcome.message)
            changed = journal.change(
                session,
                _id(operation),
                operation.lease_owner,
                state=outcome.state,
                lease_owner=None,
                detail=outcome.message,
                evidence=dict(outcome.evidence),
                finished_at=None if outcome.state is OperationState.IN_DOUBT else now,
                **values,
            )
            if not changed:
                session.rollback()
                log.warning("lost the claim on %s before its outcome was written", operation.key)
                self._came_late(session, operation)
                return
            current = session.get_one(Operation, operation.id, populate_existing=True)
            self._settle(session, current, outcome)
            self._fall_due_again(session, operation, now)

    def _came_late(self, session: Session, operation: Operation) -> None:
        """Another worker took over meanwhile; what this one sent may have replaced what that one sent."""
        if self.performers[operation.kind].overwrites:
            journal.want_once_more(session, _id(operation), self.clock())

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


def _refusal(error: Refused | DeskError) -> Outcome:
    if isinstance(error, DeskError):
        values = {name: _text(value) for name, value in error.values.items()}
        return Outcome(OperationState.REFUSED, message=error.message, values=values)
    message = N_("The answer was: {text}")
    return Outcome(OperationState.REFUSED, {"code": error.code}, message, {"text": error.detail})


def _text(value: object) -> str:
    return f"{value.decimal} {value.currency}" if isinstance(value, Money) else str(value)


def _id(operation: Operation) -> int:
    assert operation.id is not None
    return operation.id

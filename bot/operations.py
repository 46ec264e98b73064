"""What an operation is to those who carry it out: the task, the look, the verdict, the outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from store.models import Operation
from store.terms import OperationState


class Look(StrEnum):
    """What a probe saw."""

    DONE = "done"
    ABSENT = "absent"
    PERSON = "person"
    WAIT = "wait"


@dataclass(frozen=True)
class Verdict:
    """A look at the outside: what it saw, the evidence, and a sentence for the person who decides.

    ``traceless``: nothing was seen, but that alone is no proof. It confirms a plain no and settles no doubt.
    """

    look: Look
    evidence: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    traceless: bool = False


@dataclass(frozen=True)
class Task:
    """What a performer is handed: a claimed operation as plain values.

    ``guard`` is asked in the last moment before sending; it raises Unreachable when the claim does not hold.
    """

    operation_id: int
    key: str
    kind: str
    payload: Mapping[str, Any]
    baseline: Mapping[str, Any]
    attempt: int
    key_version: int
    sent_at: datetime | None
    return_id: int | None
    resolution_id: int | None
    guard: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Outcome:
    """What became of an operation: done, refused, in doubt or given up, with what is known about it.

    ``message`` is a sentence of the catalogue for people, ``values`` its values as plain text.
    """

    state: OperationState
    evidence: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


Settle = Callable[[Session, Operation, Outcome], None]
Moved = Callable[[Session, Operation], None]
Hold = Callable[[Session, Operation], None]


@dataclass(frozen=True)
class Performer:
    """How one kind of operation is carried out.

    ``send`` returns evidence or raises Refused, Unreachable or OutcomeUnknown. ``prepare`` reads afresh and
    may refuse; its value is kept as the baseline. ``probe`` looks whether a send took effect; a kind without
    one is harmless to repeat, or looks by itself when ``task.attempt`` is above 1. ``settle`` writes the
    consequences in the same transaction as the outcome. ``repeats`` is how long the other side keeps our
    key: within it a repeat is not a second send, so one that left no trace is simply sent again. ``moved`` is
    called in the transaction that puts an operation off or lets it go out once more: people shall see that.
    ``hold`` locks what those two will lock, before the operation's own row: a person who decides goes that
    way too. ``overwrites``: what is sent replaces what was there, so one who comes late spoils the newer.
    """

    send: Callable[[Task], Mapping[str, Any]]
    settle: Settle | None = None
    prepare: Callable[[Task], Mapping[str, Any]] | None = None
    probe: Callable[[Task], Verdict] | None = None
    repeats: timedelta | None = None
    moved: Moved | None = None
    hold: Hold = lambda _session, _operation: None
    overwrites: bool = False


def task_of(operation: Operation, guard: Callable[[], None] = lambda: None) -> Task:
    """The task of a claimed operation."""
    assert operation.id is not None
    return Task(
        operation_id=operation.id,
        key=operation.key,
        kind=operation.kind,
        payload=operation.payload,
        baseline=operation.baseline,
        attempt=operation.attempt,
        key_version=operation.key_version,
        sent_at=operation.sent_at,
        return_id=operation.return_id,
        resolution_id=operation.resolution_id,
        guard=guard,
    )

"""Ears at the database, the wire, the journal and the door of one process: each tells the snare.

They only listen. What the process does is the production code's alone.
"""

import http.client
import select
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from bot.desk.changes import CARD, THREAD
from bot.desk.letters import NOTE
from bot.operations import Performer
from bot.resolutions import BOOK, COUPON, GIFT_CARD, LATE_BOOK, PAYOUT, REFUND, RESTOCK
from store.models import Attempt, Delivery, Operation
from store.terms import OperationState
from tests.proof.processes.points import Point, Snare

MONEY = frozenset({REFUND, BOOK, COUPON, GIFT_CARD, RESTOCK, PAYOUT, LATE_BOOK})
TOLD = frozenset({CARD, THREAD, NOTE})
ENDINGS = frozenset({"done", "refused", "given_up"})
ANSWER_SECONDS = 20.0


@dataclass
class Moment(threading.local):
    """What this thread is doing: which kind of operation, in how far a request of its is on its way."""

    kind: str = ""
    posting: bool = False

    @property
    def money(self) -> bool:
        """Whether it is an effect that must not happen twice."""
        return self.kind in MONEY


@dataclass
class Ears:
    """All observers of one process."""

    snare: Snare
    moment: Moment = field(default_factory=Moment)

    def listen(self) -> None:
        """Hear every session of the database and every HTTP request of this process from now on."""
        event.listen(Session, "after_flush", self._flushed)
        event.listen(Session, "after_commit", self._committed)
        sys.addaudithook(self._heard)
        http.client.HTTPConnection.getresponse = _answering(self)  # type: ignore[method-assign]

    # The database

    def _flushed(self, session: Session, _context: object) -> None:
        """Rows are written, the transaction is open: the last moment in which a death undoes them."""
        notes: set[Point] = session.info.setdefault("notes", set())
        for row in (*session.new, *session.dirty):
            if isinstance(row, Operation) and _is_claim(row):
                notes.add(Point.P4_CLAIMED)
                self.moment.kind = row.kind
                self.snare.passed(Point.P3_CLAIMING, locked=True)
            elif isinstance(row, Attempt):
                notes.update(self._attempted(row.step))
            elif isinstance(row, Delivery):
                notes.add(Point.P1_STORED)

    def _attempted(self, step: str) -> set[Point]:
        if step == "sending" and self.moment.money:
            return {Point.P5_SENDING}
        if step == "taken over":
            self.snare.passed(Point.P11_RECOVERING, locked=True)
            return {Point.P11_RECOVERING}
        return {Point.P9_SETTLED} if step in ENDINGS and self.moment.money else set()

    def _committed(self, session: Session) -> None:
        for point in sorted(session.info.pop("notes", ())):
            self.snare.passed(point)

    # The wire

    def _heard(self, name: str, values: tuple[Any, ...]) -> None:
        """Python says that bytes are about to leave: first a request's head, then its body."""
        if name != "http.client.send" or not self.moment.money:
            return
        connection, data = values
        if self.moment.posting:
            self._half_sent(connection, data)
        self.moment.posting = bytes(data[:5]) == b"POST "

    def _half_sent(self, connection: Any, body: Any) -> None:
        if self.snare.kills_at(Point.P6_HALF_SENT):
            connection.sock.sendall(body[: len(body) // 2])
        self.snare.passed(Point.P6_HALF_SENT)
        self.moment.posting = False
        connection.waited_for = True

    def answered(self, connection: Any) -> None:
        """The request is out: once the first byte of the answer is here, the other side has applied it."""
        if self.moment.money and getattr(connection, "waited_for", False):
            if self.snare.waits_at(Point.P7_APPLIED):
                select.select([connection.sock], [], [], ANSWER_SECONDS)
            self.snare.passed(Point.P7_APPLIED)

    # The journal

    def watched(self, performers: Mapping[str, Performer]) -> Mapping[str, Performer]:
        """The same performers, each heard as it looks and as it has sent."""
        return {kind: self._watched(kind, one) for kind, one in performers.items()}

    def _watched(self, kind: str, performer: Performer) -> Performer:
        send = _around(performer.send, after=partial(self._sent, kind))
        if performer.probe is None:
            return replace(performer, send=send)
        look = partial(self.snare.passed, Point.P11_RECOVERING)
        return replace(performer, send=send, probe=_around(performer.probe, before=look, after=look))

    def _sent(self, kind: str) -> None:
        if kind in MONEY:
            self.snare.passed(Point.P8_ANSWERED)
        elif kind in TOLD:
            self.snare.passed(Point.P10_TOLD)

    # The door

    def at_the_door(self, app: Any) -> Any:
        """The same application, heard as a delivery of Slack comes in and as it is acknowledged."""

        async def door(scope: Any, receive: Any, send: Any) -> None:
            async def heard(message: Any) -> None:
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    self.snare.passed(Point.P2_ACKED)

            if scope["type"] == "http" and scope["path"].startswith("/slack"):
                self.snare.passed(Point.P0_RECEIVED)
                await app(scope, receive, heard)
            else:
                await app(scope, receive, send)

        return door


def _is_claim(row: Operation) -> bool:
    owner = inspect(row).attrs.lease_owner.history
    return row.state is OperationState.RUNNING and owner.has_changes()


def _answering(ears: Ears) -> Callable[..., Any]:
    read = http.client.HTTPConnection.getresponse

    @wraps(read)
    def getresponse(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        ears.answered(connection)
        return read(connection)

    return getresponse


def _around(
    work: Callable[..., Any], *, before: Callable[[], None] | None = None, after: Callable[[], None]
) -> Callable[..., Any]:
    @wraps(work)
    def done(task: Any) -> Any:
        if before:
            before()
        result = work(task)
        after()
        return result

    return done

"""What every change of a return has in common: lock, version, history, and the card that must follow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.letters import ways
from bot.errors import Blocked, NotFound, StaleCase
from bot.i18n import Words
from bot.rules.lifecycle import is_open, next_status
from bot.rules.quiet import morning_after
from store import history, journal, returns
from store.db import writing
from store.models import Message, Operation, Resolution, Return
from store.terms import Author, Event, Method, OperationState, ResolutionStatus, Wish

CARD, THREAD, ORDER = "slack.card", "slack.thread", "shop.order"
BY_A_PERSON, IN_THE_BACKGROUND = 1, 5  # urgency: what an operator waits for goes first


@dataclass(frozen=True)
class Change:
    """A return held inside a transaction, and who changes it (None: the desk itself)."""

    desk: Desk
    session: Session
    rma: Return
    by: Operator | None
    now: datetime

    @property
    def return_id(self) -> int:
        """The row's id."""
        assert self.rma.id is not None
        return self.rma.id

    def expect(self, seen: int) -> None:
        """Raise StaleCase when the return changed since the person looked, at version ``seen``."""
        if seen != self.rma.version:
            raise StaleCase(
                "This return changed while you were looking at it. The card shows it as it is now."
            )

    def note(self, verb: str, **values: Any) -> None:
        """Write history."""
        by = self.by.user_id if self.by else None
        history.note(self.session, verb, at=self.now, return_id=self.return_id, by=by, **values)

    def advance(self, event: Event) -> None:
        """Move the return along its lifecycle. Raises Blocked where the table has no such step."""
        received = bool(returns.receipts_of(self.session, self.return_id))
        status = next_status(self.rma.status, event, received=received)
        if status is None:
            raise Blocked(
                "This return is “{status}” now, so that is no longer possible.", status=self.rma.status
            )
        self.rma.status = status
        if is_open(status):
            self.rma.closed_at, self.rma.closed_by, self.rma.closed_reason = None, None, ""

    def tell_customer(
        self,
        key: str,
        text: str,
        *,
        credit: str = "",
        letter: str = "",
        link: int = 0,
        at_once: bool = False,
    ) -> None:
        """Keep what the desk tells the customer, and plan the note that carries it, once per ``key``.

        In quiet hours the note waits for the morning, unless it is to go ``at_once``. ``credit`` is the
        reference of the store credit whose code is filled in when the note leaves; ``letter`` is what the
        note says instead of ``text`` where it carries the link with the id ``link``.
        """
        if self.is_customer_told(key, credit):
            return
        row = Message(return_id=self.return_id, author=Author.DESK, body=text, written_at=self.now)
        self.session.add(row)
        settings = self.desk.settings
        morning = morning_after(self.now, settings.quiet_hours, settings.timezone)
        due = None if at_once else morning
        self.write_note(key, letter or text, credit=credit, link=link, due=due)

    def write_note(
        self, key: str, text: str, *, credit: str = "", link: int = 0, due: datetime | None = None
    ) -> None:
        """Plan the letter to the customer, once per ``key``, for at once or for when it is ``due``.

        What is secret in it, a credit's code or the address of a link, is filled in when it leaves.
        """
        given = {name: value for name, value in (("credit", credit), ("link", link)) if value}
        rma, words = self.rma, Words(self.rma.language, self.desk.settings.timezone)
        subject = words("Your return {number}", number=rma.number)
        known = self._note_key(key, credit)
        for way in ways(self.desk, rma.order_id, text, subject, secrets=given, language=rma.language):
            self._plan_once(known + way.ending, way.kind, way.lane, way.payload, due=due)

    def is_customer_told(self, key: str, credit: str = "") -> bool:
        """Whether the note ``key`` was planned before."""
        return journal.is_planned(self.session, self._note_key(key, credit))

    def _note_key(self, key: str, credit: str) -> str:
        return f"{credit or self.rma.number}/note/{key}"

    def tell_team(self, key: str, kind: str, **values: Any) -> None:
        """Plan a line in the card's thread, once per ``key``."""
        payload = {"kind": kind, "values": values}
        self._plan_once(f"{self.rma.number}/thread/{key}", THREAD, "slack", payload, urgency=BY_A_PERSON)

    def is_told(self, key: str) -> bool:
        """Whether the line ``key`` was planned before."""
        return journal.is_planned(self.session, f"{self.rma.number}/thread/{key}")

    def _plan_once(self, key: str, kind: str, lane: str, payload: dict[str, Any], **more: Any) -> None:
        """Plan words to somebody. A second time they are no error: what they tell of may be noted again."""
        if not journal.is_planned(self.session, key):
            self.plan(key, kind, lane, payload, **more)

    def plan(
        self,
        key: str,
        kind: str,
        lane: str,
        payload: dict[str, Any],
        *,
        urgency: int = IN_THE_BACKGROUND,
        resolution_id: int | None = None,
        due: datetime | None = None,
    ) -> None:
        """Write one effect down; the worker carries it out once this transaction is committed, and due."""
        operation = an_operation(key, kind, lane, payload, now=self.now, urgency=urgency)
        operation.due_at = due or self.now
        operation.return_id, operation.resolution_id = self.return_id, resolution_id
        journal.plan(self.session, operation)


@contextmanager
def changing(desk: Desk, return_id: int, by: Operator | None, seen: int | None = None) -> Iterator[Change]:
    """One transaction on one return. ``seen`` is the version the person decided on, None where any will do.

    Raises NotAllowed, NotFound, or StaleCase when the return changed since the person looked.
    """
    if by is not None:
        require(by)
    with writing(desk.engine) as session:
        rma = _held(session, return_id)
        change = Change(desk, session, rma, by, desk.now())
        if seen is not None:
            change.expect(seen)
        yield change
        rma.version += 1
        session.add(rma)
        redraw(session, return_id, change.now, urgency=BY_A_PERSON if by else IN_THE_BACKGROUND)


def _held(session: Session, return_id: int) -> Return:
    rma = returns.locked_with_order(session, return_id)
    if rma is None:
        raise NotFound("This return is no longer available.")
    return rma


def hold_for_exchange(session: Session, rma: Return, by: str, now: datetime) -> None:
    """Let the exchange the customer chose take the return's only slot, so that no refund can.

    From here on the database itself refuses every other resolution of this return. One that is done needs
    no place any more, also where the return is opened again.
    """
    assert rma.id is not None
    earlier = returns.resolutions_of(session, rma.id)
    done = any(row.method is Method.EXCHANGE and row.status is ResolutionStatus.DONE for row in earlier)
    if rma.wish is not Wish.EXCHANGE or done:
        return
    session.add(
        Resolution(
            return_id=rma.id,
            order_id=rma.order_id,
            slot=slot_after(earlier),
            reference=reference_after(rma, earlier),
            method=Method.EXCHANGE,
            status=ResolutionStatus.PLANNED,
            currency=rma.currency,
            amount_minor=0,
            kept_minor=0,
            credit_minor=0,
            choice={},
            quote={},
            operator_id=by,
            decided_at=now,
        )
    )
    session.flush()


def slot_after(earlier: Sequence[Resolution]) -> int:
    """The slot of a return's next resolution: refused ones do not use one up."""
    return 1 + sum(row.status is not ResolutionStatus.REFUSED for row in earlier)


def reference_after(rma: Return, earlier: Sequence[Resolution]) -> str:
    """The next resolution's reference, such as RMA-1042-R1: it opens the shop's refund reason."""
    return f"{rma.number}-R{len(earlier) + 1}"


def redraw(session: Session, return_id: int, now: datetime, *, urgency: int = IN_THE_BACKGROUND) -> None:
    """Plan that the card is drawn again from what is true then."""
    operation = an_operation(f"card/{return_id}", CARD, "slack", {}, now=now, urgency=urgency)
    operation.return_id = return_id
    journal.plan_again(session, operation)


def reread(session: Session, order_id: int, now: datetime) -> None:
    """Plan that the order is read again from the shop."""
    operation = an_operation(f"order/{order_id}", ORDER, f"order:{order_id}", {"order_id": order_id}, now=now)
    journal.plan_again(session, operation)


def an_operation(
    key: str,
    kind: str,
    lane: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    urgency: int = IN_THE_BACKGROUND,
) -> Operation:
    """A new row of the journal, due at once."""
    return Operation(
        key=key,
        kind=kind,
        lane=lane,
        state=OperationState.DUE,
        urgency=urgency,
        payload=payload,
        due_at=now,
        planned_at=now,
    )

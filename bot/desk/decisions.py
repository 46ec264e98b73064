"""What a person decides besides money: take, hand over, approve, reject, ask, extend, cancel, reopen."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from bot import customer, documents
from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.cases import case_of
from bot.desk.changes import Change, changing, hold_for_exchange, redraw
from bot.desk.conversation import is_answered
from bot.desk.exchange import call_off
from bot.desk.exchange_facts import plan_of
from bot.desk.intake import last_day
from bot.desk.invitation import invite, tell_with_link
from bot.desk.photo_thread import plan_photos
from bot.desk.photos import attach
from bot.errors import Blocked, InvalidInput, NotFound
from bot.i18n import Words
from bot.rules.case import InformationRequest
from bot.rules.order import OrderSnapshot
from bot.rules.quiet import morning_after
from store import history, models, returns, talk
from store.db import writing
from store.terms import Author, Event, Method, PersonKind, ResolutionStatus, ReturnStatus

LONGEST_TEXT = 3000  # characters, what one Slack input holds


def take(desk: Desk, return_id: int, by: Operator) -> None:
    """Make ``by`` the owner. Raises Blocked when somebody else took it meanwhile."""
    with changing(desk, return_id, by) as change:
        owner = change.rma.owner_id
        if owner == by.user_id:
            raise Blocked("You have it already.")
        if owner is not None:
            raise Blocked("{name} already took it.", name=_name(change.session, owner))
        _own(change, by.user_id)
        change.note("taken")


def hand_over(desk: Desk, return_id: int, by: Operator, to: str, note: str = "") -> None:
    """Make the member ``to`` the owner. Raises InvalidInput when that person may not act."""
    with changing(desk, return_id, by) as change:
        heir = change.session.get(models.Member, to)
        if heir is None or heir.kind is not PersonKind.MEMBER or not heir.in_group:
            raise InvalidInput("Choose somebody of the returns team.", field="person")
        _own(change, to)
        change.note("handed_over", to=heir.name, note=note)
        change.tell_team(f"hand-over-{change.rma.version}", "handed_over", to=to, note=note)


def approve(desk: Desk, return_id: int, by: Operator, seen: int) -> None:
    """Agree to the return; the customer is told to send it."""
    with changing(desk, return_id, by, seen) as change:
        change.advance(Event.APPROVE)
        change.note("approved")
        _tell(change, "approved")


def reject(desk: Desk, return_id: int, by: Operator, seen: int, reason: str) -> None:
    """Refuse the return; the customer reads ``reason``."""
    text = require_text(reason, "reason")
    with changing(desk, return_id, by, seen) as change:
        release(change)
        change.advance(Event.REJECT)
        close(change, text)
        change.note("rejected", reason=text)
        _tell(change, "rejected", reason=text)


def cancel(desk: Desk, return_id: int, by: Operator, seen: int, reason: str) -> None:
    """Call the return off; only before anything was received (rule S1)."""
    text = require_text(reason, "reason")
    with changing(desk, return_id, by, seen) as change:
        release(change)
        change.advance(Event.CANCEL)
        close(change, text)
        change.note("cancelled", reason=text)
        _tell(change, "cancelled")


def reopen(desk: Desk, return_id: int, by: Operator, seen: int, reason: str) -> None:
    """Open a closed return again; what was settled stays settled."""
    text = require_text(reason, "reason")
    with changing(desk, return_id, by, seen) as change:
        change.advance(Event.REOPEN)
        change.rma.waits_since = change.now
        hold_for_exchange(change.session, change.rma, by.user_id, change.now)
        change.note("reopened", reason=text)


def ask(desk: Desk, return_id: int, by: Operator, text: str) -> None:
    """Ask the customer for information; the refund clock waits for the answer (rule T4)."""
    question = require_text(text, "text")
    with changing(desk, return_id, by) as change:
        request = InformationRequest(question, change.now, by.person)
        change.rma.question = documents.write(request)
        write_to_customer(change, question, "asked")


def answered(desk: Desk, return_id: int, by: Operator, text: str) -> None:
    """Note that the customer answered the open question, with what they said; the clock runs on."""
    said = require_text(text, "text")
    with changing(desk, return_id, by) as change:
        if change.rma.question is None:
            raise Blocked("There is no open question.")
        change.rma.question, change.rma.waits_since = None, change.now
        is_answered(change)
        change.note("answered", text=said)


def message(
    desk: Desk,
    return_id: int,
    by: Operator,
    text: str,
    *,
    later: bool = False,
    photos: Sequence[str] = (),
    nonce: str | None = None,
) -> None:
    """Send the customer exactly ``text`` through the shop; ``later``: not in quiet hours, but after them.

    ``photos`` are names of accepted photos of the order. With a ``nonce`` it is sent once, however often
    it is asked for.
    """
    body = require_text(text, "text")
    with changing(desk, return_id, by) as change:
        if nonce is None or talk.sent_with(change.session, return_id, nonce) is None:
            write_to_customer(change, body, "written", later=later, photos=photos, nonce=nonce)


def need_no_answer(desk: Desk, return_id: int, by: Operator) -> None:
    """Decide that what the customer wrote last needs no answer; an open question stays open."""
    with changing(desk, return_id, by) as change:
        if change.rma.unanswered_since is None:
            raise Blocked("Nobody waits for an answer here.")
        is_answered(change)
        change.note("answer_not_needed")


def extend(desk: Desk, order_id: int, by: Operator, new_end: date, reason: str) -> None:
    """Move an order's return deadline, also before there is a return (rule T3)."""
    text = require_text(reason, "reason")
    require(by)
    now = desk.now()
    with writing(desk.engine) as session:
        order = returns.locked_order(session, order_id)
        if order is None:
            raise NotFound("There is no such order.")
        affected = returns.of_order(session, order_id)
        old_end = _deadline(desk, session, order, affected)
        if old_end is not None and new_end <= old_end:
            raise InvalidInput(
                "The deadline is {date} already; choose a later day.", date=old_end, field="date"
            )
        granted = models.Extension(
            order_id=order_id,
            old_end=old_end,
            new_end=new_end,
            operator_id=by.user_id,
            reason=text,
            granted_at=now,
        )
        session.add(granted)
        for rma in affected:
            rma.window_end = new_end
            rma.version += 1
            session.add(rma)
            history.note(
                session, "extended", at=now, return_id=rma.id, by=by.user_id, end=str(new_end), reason=text
            )
            redraw(session, _id(rma), now)
            _tell_of_deadline(Change(desk, session, rma, by, now), new_end)


def _tell_of_deadline(change: Change, end: date) -> None:
    """Whoever has not sent anything yet reads how long they may."""
    if change.rma.status is not ReturnStatus.APPROVED or change.rma.tracking_number:
        return
    words = Words(change.rma.language, change.desk.settings.timezone)
    text = words(
        "You may now send back your return {number} until {date}.", number=change.rma.number, date=end
    )
    tell_with_link(change, f"extended-{change.rma.version}", text)


def require_reader(rma: models.Return) -> None:
    """Raise Blocked where nobody could read what is written to the customer."""
    if not rma.customer_email:
        raise Blocked("Nobody can be written to here: this customer has no address any more.")


def write_to_customer(
    change: Change,
    text: str,
    verb: str,
    *,
    later: bool = False,
    photos: Sequence[str] = (),
    nonce: str | None = None,
) -> None:
    """Keep a line of the conversation and plan the shop's note that carries it. Raises Blocked without a
    reader.
    """
    assert change.by is not None
    require_reader(change.rma)
    row = models.Message(
        return_id=change.return_id,
        author=Author.STAFF,
        operator_id=change.by.user_id,
        body=text,
        written_at=change.now,
        nonce=nonce,
    )
    change.session.add(row)
    change.session.flush()
    shown = attach(change.session, change.rma.order_id, change.return_id, photos, row.id)
    is_answered(change)
    change.note(verb, text=text)
    settings = change.desk.settings
    morning = morning_after(change.now, settings.quiet_hours, settings.timezone)
    letter, link = invite(change, text, with_photos=bool(shown))
    change.write_note(f"message-{row.id}", letter, link=link, due=morning if later else None)
    change.tell_team(f"message-{row.id}", verb, text=text, by=change.by.user_id)
    if shown:
        plan_photos(change, row.id)


def require_text(text: str, field: str) -> str:
    """What was typed, without the space around it. Raises InvalidInput when nothing is left."""
    clean = text.replace("\0", "").strip()
    if not clean:
        raise InvalidInput("Please write something here.", field=field)
    if len(clean) > LONGEST_TEXT:
        raise InvalidInput("That is too long: {count} characters at most.", count=LONGEST_TEXT, field=field)
    return clean


def _own(change: Change, user_id: str) -> None:
    change.rma.owner_id, change.rma.owner_since = user_id, change.now


def close(change: Change, reason: str) -> None:
    change.rma.closed_at, change.rma.closed_reason = change.now, reason
    change.rma.closed_by = change.by.user_id if change.by else None


def _tell(change: Change, kind: str, **values: str) -> None:
    """Send the customer the text for what happened, in the customer's language."""
    change.session.flush()
    case = case_of(change.desk, change.session, change.rma)
    words = Words(change.rma.language, change.desk.settings.timezone)
    text, key = customer.customer_text(kind, case, words, **values), f"{kind}-{change.rma.version}"
    tell_with_link(change, key, text)


def release(change: Change) -> None:
    """Give up the exchange that holds the return's slot; refuse while money is on its way."""
    for row in returns.resolutions_of(change.session, change.return_id):
        if row.status not in (ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT):
            continue
        if row.method is not Method.EXCHANGE:
            raise Blocked("A {method} is under way; wait until its outcome is known.", method=row.method)
        if plan_of(row) is not None:
            call_off(change, row)  # it gives its place free once everything is undone
            continue
        row.status, row.settled_at = ResolutionStatus.REFUSED, change.now
        change.session.add(row)


def _deadline(
    desk: Desk, session: Session, order: models.ShopOrder, affected: Sequence[models.Return]
) -> date | None:
    """The end that counts now: the one told to the newest return, else the one an extension or rule sets."""
    if affected:
        return affected[-1].window_end
    return last_day(desk, session, documents.read(OrderSnapshot, order.snapshot))


def _name(session: Session, user_id: str) -> str:
    return returns.names_of(session, [user_id]).get(user_id, user_id)


def _id(rma: models.Return) -> int:
    assert rma.id is not None
    return rma.id

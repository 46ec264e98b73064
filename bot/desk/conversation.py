"""The conversation with the customer: what they write, what they may read, who has seen it, who waits.

It knows no page and no channel. What the team says among itself below a card is no part of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot import customer
from bot.desk import Desk
from bot.desk.changes import BY_A_PERSON, THREAD, Change, redraw
from bot.desk.letters import LINK
from bot.desk.photo_thread import plan_photos
from bot.desk.photos import attach
from bot.errors import Blocked, InvalidInput, NotFound, Unreachable
from bot.i18n import Words
from bot.operations import Task
from bot.rules.page import Page
from bot.rules.talk import TalkLine, TalkView
from store import returns, talk
from store.db import reading, writing
from store.models import Message, Operation
from store.terms import Author, OperationState

LONGEST = 4000  # characters of one message
PAGE = 50  # messages of one page
SAID = "customer_said"  # the line in the thread below the card
APART = timedelta(minutes=1)  # between two such lines: what is written meanwhile shares the second one
TOGETHER = 10  # messages in one such line
LIMITS = ((timedelta(minutes=10), 20), (timedelta(days=1), 100))  # messages of one customer on one return
OF_THE_SHOP = (Author.STAFF, Author.DESK)


def customer_says(desk: Desk, return_id: int, text: str, nonce: str, photos: Sequence[str] = ()) -> None:
    """Keep what the customer wrote, once per ``nonce``; the thread, the card and the clocks follow.

    ``photos`` are names of accepted photos of this order. A return that is over stays so, but says that
    somebody waits. Raises InvalidInput when there is nothing or too much, Blocked when it is too often.
    """
    body = _readable(text, photos)
    with writing(desk.engine) as session:
        rma = returns.locked_with_order(session, return_id)
        if rma is None:
            raise NotFound("This return is no longer available.")
        if talk.sent_with(session, return_id, nonce) is not None:
            return
        change = Change(desk, session, rma, None, desk.now())
        _require_room(change)
        message_id = _keep(change, body, nonce, photos)
        _move_on(change, message_id)
        _plan_line(change, message_id)
        if photos:
            plan_photos(change, message_id)
        redraw(session, return_id, change.now, urgency=BY_A_PERSON)


def is_said(desk: Desk, return_id: int, nonce: str) -> bool:
    """Whether what came with this ``nonce`` is kept already."""
    with reading(desk.engine) as session:
        return talk.sent_with(session, return_id, nonce) is not None


def talk_of(desk: Desk, return_id: int, *, before: int | None = None, limit: int = PAGE) -> TalkView:
    """The last messages of a return, or those before the message ``before``: what both sides may see."""
    with reading(desk.engine) as session:
        rows = talk.latest(session, return_id, limit + 1, before=before)
        return TalkView(_lines(session, rows[-limit:]), has_older=len(rows) > limit)


def talk_after(desk: Desk, return_id: int, message_id: int) -> TalkView:
    """What was said after the message ``message_id``, a page of it."""
    with reading(desk.engine) as session:
        return TalkView(_lines(session, talk.after(session, return_id, message_id, PAGE)))


def message_of(desk: Desk, return_id: int, message_id: int) -> TalkLine:
    """One message of a return, whole. Raises NotFound."""
    with reading(desk.engine) as session:
        found = _lines(session, talk.named(session, return_id, [message_id]))
    if not found:
        raise NotFound("This message is no longer there.")
    return found[0]


def seen_by_customer(desk: Desk, return_id: int, up_to: int) -> None:
    """The customer has before them what the shop wrote, up to the message ``up_to``."""
    with reading(desk.engine) as session:
        news = [row for row in talk.latest(session, return_id, PAGE) if _is_news(row, up_to)]
    if news:
        with writing(desk.engine) as session:
            talk.mark_seen(session, return_id, OF_THE_SHOP, up_to, desk.now())


def seen_by_team(desk: Desk, return_id: int) -> None:
    """Somebody of the team has before them what the customer wrote."""
    with writing(desk.engine) as session:
        talk.mark_seen(session, return_id, (Author.CUSTOMER,), None, desk.now())


def is_answered(change: Change) -> None:
    """Nobody has to answer the customer any more: somebody did, or decided that nothing is to be said."""
    change.rma.unanswered_since = None
    talk.mark_seen(change.session, change.return_id, (Author.CUSTOMER,), None, change.now)


def letter(desk: Desk, language: str, text: str, *, with_photos: bool = False, page: Page = Page.OPEN) -> str:
    """What a customer who reads ``language`` is sent when the team writes ``text``.

    The secret of its link is not shown: whoever has it may act as the customer. There is none to a locked
    ``page``.
    """
    if page is not Page.OPEN:
        return text
    shown = f"{desk.settings.public_url}/returns/l/{customer.UNKNOWN}"
    return with_link(desk, language, text, with_photos=with_photos).replace(LINK, shown)


def with_link(desk: Desk, language: str, text: str, *, with_photos: bool = False) -> str:
    """The text, and where it can be answered; the link is filled in when the note leaves."""
    if not desk.settings.public_url:
        return text
    words = Words(language, desk.settings.timezone)
    invitation = words("Read and answer here: {link}", link=LINK)
    if with_photos:
        invitation = words("See the photos and answer here: {link}", link=LINK)
    return f"{text}\n\n{invitation}"


def return_of_message(desk: Desk, channel: str, ts: str) -> int | None:
    """The return below whose card, or on whose card, this message of the channel stands."""
    with reading(desk.engine) as session:
        return talk.return_of_card(session, channel, ts)


def lines_to_post(desk: Desk, task: Task) -> Mapping[str, Any]:
    """What a line of the thread shows of the customer's messages, read when it is posted.

    Raises Unreachable while an earlier one is still to come: they keep the order they were written in.
    """
    assert task.return_id is not None
    beginning = task.key[: task.key.rindex("-") + 1]
    with reading(desk.engine) as session:
        if talk.has_earlier(session, task.operation_id, task.return_id, THREAD, beginning):
            raise Unreachable("an earlier message of the customer is posted first", retry_after=5)
        rows = talk.named(session, task.return_id, task.payload["values"]["messages"])
        return {"lines": _lines(session, rows)}


def _readable(text: str, photos: Sequence[str]) -> str:
    """What was written, byte for byte but for what no database keeps and browsers' line ends."""
    body = text.replace("\0", "").replace("\r\n", "\n").strip("\n")
    if not body.strip() and not photos:
        raise InvalidInput("Please write something here.", field="text")
    if len(body) > LONGEST:
        raise InvalidInput("That is too long: {count} characters at most.", count=LONGEST, field="text")
    return body


def _require_room(change: Change) -> None:
    """One customer cannot fill the team's channel."""
    if not change.rma.customer_email:
        raise Blocked("This return is no longer available.")
    for span, most in LIMITS:
        if talk.count_of_customer(change.session, change.return_id, change.now - span) >= most:
            raise Blocked("You have written a lot in a short time. Please wait a little before you go on.")


def _keep(change: Change, body: str, nonce: str, photos: Sequence[str]) -> int:
    row = Message(
        return_id=change.return_id,
        author=Author.CUSTOMER,
        body=body,
        written_at=change.now,
        nonce=nonce,
    )
    change.session.add(row)
    change.session.flush()
    assert row.id is not None
    if not attach(change.session, change.rma.order_id, change.return_id, photos, row.id) and not body.strip():
        raise InvalidInput("Please write something here.", field="text")
    return row.id


def _move_on(change: Change, message_id: int) -> None:
    """Somebody waits; a question that was open is answered by it, and the refund clock runs on.

    Only that makes the return another one than it was: nobody can hold the team up by writing.
    """
    rma = change.rma
    rma.unanswered_since = rma.unanswered_since or change.now
    if rma.question is not None:
        rma.question, rma.waits_since = None, change.now
        rma.version += 1
    change.note("customer_wrote", message=message_id)
    change.session.add(rma)


def _plan_line(change: Change, message_id: int) -> None:
    """Tell the team at once; what comes within the next minute shares one line, nothing is lost."""
    beginning = f"{change.rma.number}/thread/customer-"
    last = talk.newest_line(change.session, change.return_id, THREAD, beginning)
    if last is not None and _has_room(last):
        shown = [*last.payload["values"]["messages"], message_id]
        last.payload = {"kind": SAID, "values": {"messages": shown}}
        return
    due = max(change.now, _came(last) + APART) if last is not None else change.now
    payload = {"kind": SAID, "values": {"messages": [message_id]}}
    change.plan(f"{beginning}{message_id}", THREAD, "slack", payload, urgency=BY_A_PERSON, due=due)


def _has_room(line: Operation) -> bool:
    return line.state is OperationState.DUE and len(line.payload["values"]["messages"]) < TOGETHER


def _came(line: Operation) -> datetime:
    return line.finished_at or line.due_at


def _is_news(row: Message, up_to: int) -> bool:
    return row.seen_at is None and row.author in OF_THE_SHOP and (row.id or 0) <= up_to


def _lines(session: Session, rows: Sequence[Message]) -> tuple[TalkLine, ...]:
    photos = talk.photos_of(session, [row.id or 0 for row in rows])
    return tuple(_line(row, photos.get(row.id or 0, ())) for row in rows)


def _line(row: Message, photos: tuple[str, ...]) -> TalkLine:
    """What both may see of a message. A store credit's code stands in the mail alone."""
    assert row.id is not None
    secret = row.author is Author.DESK
    text = row.body.replace(customer.CODE, customer.UNKNOWN) if secret else row.body
    return TalkLine(row.id, row.author, text, row.written_at, photos, row.seen_at)

"""Opening a return, whichever door it came through. The same request twice makes one return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot import customer, documents
from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.cases import case_of, settlements_of
from bot.desk.changes import Change, hold_for_exchange, redraw
from bot.desk.invitation import tell_with_link
from bot.desk.photo_thread import plan_photos
from bot.desk.photos import attach
from bot.desk.search import keep_findable
from bot.errors import Blocked, InvalidInput, NotFound
from bot.i18n import Words, closest
from bot.rules.approval import Decision, Request, decide
from bot.rules.case import ExchangeWish, ReturnCase
from bot.rules.label import read_label_link, read_tracking
from bot.rules.order import OrderLine, OrderSnapshot
from bot.rules.policy import is_late, refund_due_by, window_end
from bot.rules.refund import remaining_units
from store import history, models, returns
from store.db import reading, writing
from store.money import Money, total
from store.terms import Event, Reason, ReturnStatus, Source, Wish

DESK = "desk"  # who acts when nobody of the team does
LONGEST_NAME, LONGEST_EMAIL, LONGEST_SKU = 200, 320, 100  # characters; the order itself is kept whole


@dataclass(frozen=True)
class WantedItem:
    """Units of one order line to send back."""

    line_id: int
    quantity: int
    reason: Reason
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """That the policy was asked about each line already, and the last day it gave for all of them."""

    until: date | None


@dataclass(frozen=True)
class NewReturn:
    """A request for a return. ``key`` names the request at its source: repeated, it finds the first return.

    ``judged`` replaces the order's own window. ``late_reason`` is why the team takes it although the window
    has ended. ``noticed_at`` is when the customer said so, where that was before now; the refund clock starts
    there (rule T4). ``digest`` is what tells two requests apart that came under one key. ``photos`` are names
    of accepted photos of the order.
    """

    order_id: int
    source: Source
    key: str
    wish: Wish
    items: tuple[WantedItem, ...]
    exchange: ExchangeWish | None = None
    language: str = ""
    late_reason: str = ""
    label_cost: Money | None = None
    label_link: str = ""
    noticed_at: datetime | None = None
    tracking_number: str = ""
    digest: str = ""
    judged: Judged | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """The return that a request led to; ``new`` is False when an earlier copy of the request opened it."""

    return_id: int
    number: str
    new: bool


def open_return(desk: Desk, request: NewReturn, by: Operator | None = None) -> Opened:
    """Open a return on an order that was read before.

    Raises NotAllowed, NotFound, InvalidInput naming the line, or Blocked when a rule forbids it. Units that
    other open returns ask for are taken (rule G3); late requests need ``late_reason`` (only people give one).
    What no person of the team opened may be agreed to at once, as the shop's policy says.
    """
    if by is not None:
        require(by)
    with writing(desk.engine) as session:
        order = returns.locked_order(session, request.order_id)
        if order is None:
            raise NotFound("There is no such order.")
        earlier = returns.by_source(session, request.source, request.key)
        if earlier is not None:
            if earlier.source_digest != request.digest:
                raise InvalidInput(
                    "This request id was used for another request already.", field="request_id"
                )
            return _opened(earlier, new=False)
        snapshot = documents.read(OrderSnapshot, order.snapshot)
        _check(desk, session, request, snapshot)
        rma = _insert(desk, session, request, snapshot, by)
        _take_photos(session, request, _id(rma))
        case, change = case_of(desk, session, rma), Change(desk, session, rma, None, desk.now())
        if by is None:
            _decide(change, case)
        if request.photos:
            plan_photos(change)
        keep_findable(session, case)
        redraw(session, _id(rma), desk.now(), urgency=1 if by else 3)
        return _opened(rma, new=True)


def returnable(desk: Desk, order: OrderSnapshot) -> Mapping[int, int]:
    """Units per line that can still come back: bought, less settled, less asked for by other open returns."""
    with reading(desk.engine) as session:
        return units_left(session, order)


def deadline(desk: Desk, order: OrderSnapshot) -> datetime | None:
    """The last moment to ask for a return of ``order``, extensions included; None without an end."""
    with reading(desk.engine) as session:
        end = last_day(desk, session, order)
    if end is None:
        return None
    return datetime(end.year, end.month, end.day, 23, 59, 59, tzinfo=ZoneInfo(desk.settings.timezone))


def last_day(desk: Desk, session: Session, order: OrderSnapshot) -> date | None:
    """The last day to ask for a return of ``order``, an extension included; None without an end."""
    extension = returns.extension_of(session, order.order_id)
    if extension is not None:
        return extension.new_end
    settings, window = desk.settings, desk.return_policy.general.window
    days = window.days if window else None
    return window_end(order, days=days, timezone=settings.timezone, holidays=settings.holidays)


def _end_of(desk: Desk, session: Session, request: NewReturn, order: OrderSnapshot) -> date | None:
    return request.judged.until if request.judged else last_day(desk, session, order)


def _check(desk: Desk, session: Session, request: NewReturn, order: OrderSnapshot) -> None:
    if not request.items:
        raise InvalidInput("Choose at least one item.", field="items")
    lines = [item.line_id for item in request.items]
    if len(set(lines)) != len(lines):
        raise InvalidInput("Each line of the order can be named once.", field="items")
    available = units_left(session, order)
    for item in request.items:
        _check_item(order, item, available.get(item.line_id, 0))
    asked = request.noticed_at or desk.now()
    if asked > desk.now():
        raise InvalidInput("The customer cannot have asked in the future.", field="noticed_at")
    end = _end_of(desk, session, request, order)
    if is_late(asked, end, timezone=desk.settings.timezone) and not request.late_reason:
        raise Blocked("The return window of this order ended on {date}.", date=end, field="late_reason")


def _check_item(order: OrderSnapshot, item: WantedItem, available: int) -> None:
    line = order.line(item.line_id)
    if line is None or line not in order.products:
        raise InvalidInput("Order {number} has no such line: {line}.", number=order.number, line=item.line_id)
    if line.gift_card:
        raise Blocked("“{name}” is a gift card and cannot be returned.", name=line.name)
    if not 1 <= item.quantity <= available:
        raise InvalidInput(
            "Of “{name}” {count} can still be returned.", name=line.name, count=available, field="items"
        )


def units_left(session: Session, order: OrderSnapshot) -> Mapping[int, int]:
    """``returnable`` inside the caller's transaction."""
    settlements = settlements_of(session, order.order_id)
    taken = returns.reserved_units(session, order.order_id, without=None)
    left = {line.line_id: remaining_units(order, settlements, line.line_id) for line in order.products}
    return {line_id: max(units - taken.get(line_id, 0), 0) for line_id, units in left.items()}


def _insert(
    desk: Desk, session: Session, request: NewReturn, order: OrderSnapshot, by: Operator | None
) -> models.Return:
    now = desk.now()
    label = request.label_cost
    if label is None:
        label = Money.of(desk.settings.label_cost, order.currency)
    rma = models.Return(
        order_id=order.order_id,
        status=ReturnStatus.PENDING,
        wish=request.wish,
        source=request.source,
        source_key=request.key,
        source_digest=request.digest,
        currency=order.currency,
        customer_name=order.buyer.name[:LONGEST_NAME],
        customer_email=order.buyer.email.lower()[:LONGEST_EMAIL],
        language=closest(request.language or desk.settings.language),
        label_cost_minor=label.minor,
        exchange=documents.write(request.exchange) if request.exchange else None,
        opened_at=now,
        noticed_at=request.noticed_at or now,
        window_end=_end_of(desk, session, request, order),
        refund_due_by=refund_due_by(request.noticed_at or now, timezone=desk.settings.timezone),
        late_reason=request.late_reason,
        tracking_number=read_tracking(request.tracking_number),
        label_link=read_label_link(request.label_link),
        known_refunds=[refund.refund_id for refund in order.refunds],
    )
    session.add(rma)
    session.flush()
    rma.number = f"{desk.settings.card_prefix}-{desk.settings.return_number_start + _id(rma) - 1}"
    for item in request.items:
        session.add(_item(_id(rma), item, order))
    hold_for_exchange(session, rma, by.user_id if by else DESK, now)
    who = by.user_id if by else None
    history.note(session, "opened", at=now, return_id=rma.id, by=who, source=request.source.value)
    session.flush()
    return rma


def _take_photos(session: Session, request: NewReturn, return_id: int) -> None:
    """All of them or no return: another tab may have sent one a moment ago."""
    found = attach(session, request.order_id, return_id, request.photos)
    if len(found) < len(set(request.photos)):
        raise InvalidInput("A photo of yours is no longer there. Please add it again.", field="photo")


def _decide(change: Change, case: ReturnCase) -> None:
    """Let the policy say who agrees; where it does so itself, the customer is told at once."""
    decision = _decision(change.desk, case)
    change.rma.decided_by_rule = decision.kept
    if not decision.automatic:
        return
    change.advance(Event.APPROVE)
    if decision.rule:
        change.note("agreed_by_rule", rule=decision.rule)
    else:
        change.note("agreed")
    words = Words(change.rma.language, change.desk.settings.timezone)
    text = customer.customer_text("approved", case, words)
    tell_with_link(change, f"approved-{change.rma.version}", text)


def _decision(desk: Desk, case: ReturnCase) -> Decision:
    """What the policy says; where no amount may be proposed or the bank is asked already, people look."""
    if case.order.needs_human or case.order.disputed:
        return Decision(False)
    request = Request(
        value=total((item.due for item in case.items), case.order.currency),
        reasons=frozenset(item.reason for item in case.items),
        wish=case.wish,
        returns=case.history.recent_returns,
        orders=case.history.orders,
    )
    return decide(desk.return_policy.approval, request)


def _item(return_id: int, item: WantedItem, order: OrderSnapshot) -> models.ReturnItem:
    line = order.line(item.line_id)
    assert isinstance(line, OrderLine)
    return models.ReturnItem(
        return_id=return_id,
        line_id=item.line_id,
        name=line.name,
        variant=line.variant,
        sku=line.sku[:LONGEST_SKU],
        quantity=item.quantity,
        reason=item.reason,
        note=item.note,
    )


def _opened(rma: models.Return, *, new: bool) -> Opened:
    assert rma.number is not None
    return Opened(_id(rma), rma.number, new)


def _id(rma: models.Return) -> int:
    assert rma.id is not None
    return rma.id

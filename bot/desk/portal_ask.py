"""A customer asks for a return of one order: what is offered, what it would give, and the asking itself.

Everything is scoped by the order the customer's link opens; ids of a form are only looked up within it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot import documents
from bot.desk import Desk
from bot.desk.cases import policy_of, settlements_of
from bot.desk.eligibility import judge_order
from bot.desk.exchange_prices import ArticleOffer, Pick, articles_for, wish_for
from bot.desk.intake import Judged, NewReturn, Opened, WantedItem, open_return
from bot.desk.orders import refresh
from bot.desk.photos import unsent
from bot.errors import InvalidInput, NotFound
from bot.rules.case import CaseItem, ExchangeWish, ReturnCase
from bot.rules.choice import Problem, RefundQuote, Settlement
from bot.rules.eligibility import ReasonTerms, Verdict
from bot.rules.order import OrderLine, OrderSnapshot
from bot.rules.refund import default_choice, due_for, quote_for
from store import returns
from store.db import reading
from store.models import ShopOrder
from store.money import Money
from store.terms import FAULT_REASONS, Reason, ReturnStatus, Source, Wish

LONGEST_NOTE = 2000  # characters


@dataclass(frozen=True)
class AskLine:
    """One line of the order as it is offered. ``worth`` is what one more unit of it is worth today."""

    line: OrderLine
    verdict: Verdict
    worth: Money


@dataclass(frozen=True)
class AskView:
    """What a customer may ask for. ``until`` is the last day for anything, None without an end."""

    order: OrderSnapshot
    lines: tuple[AskLine, ...]
    label_cost: Money
    bonus_percent: int

    @property
    def open_lines(self) -> tuple[AskLine, ...]:
        """The lines that can be asked for."""
        return tuple(line for line in self.lines if line.verdict.refusal is None)

    @property
    def until(self) -> date | None:
        """The last day for any of it; None where nothing can be asked for, or nothing has an end."""
        return _latest([line.verdict.until for line in self.open_lines])

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What can be wished for any of the lines."""
        return tuple(wish for wish in Wish if any(wish in one.verdict.wishes for one in self.open_lines))

    def line(self, line_id: int) -> AskLine | None:
        """The line with this id, or None: the order does not have it."""
        return next((one for one in self.lines if one.line.line_id == line_id), None)


@dataclass(frozen=True)
class AskedLine:
    """Units of one line, as the form says. ``article`` is the product and variation wanted instead."""

    line_id: int
    quantity: int
    reason: Reason | None
    note: str = ""
    photos: tuple[str, ...] = ()
    article: tuple[int, int] | None = None


@dataclass(frozen=True)
class Asked:
    """Everything a customer asks for at once."""

    lines: tuple[AskedLine, ...]
    wish: Wish | None
    language: str = ""


@dataclass(frozen=True)
class Estimate:
    """What a request would give: the refund box's own numbers, or the exchange. None: a person says it."""

    quote: RefundQuote | None = None
    exchange: ExchangeWish | None = None


def offer(desk: Desk, order_id: int) -> AskView:
    """What may be asked for of the order, as last read. Raises NotFound, Unreachable."""
    return _view(desk, _order(desk, order_id))


def problems(view: AskView, asked: Asked) -> tuple[Problem, ...]:
    """Everything that keeps the request from being sent, each with the name of its field."""
    return tuple(_problems(view, asked))


def articles(desk: Desk, order_id: int, asked: Asked) -> Mapping[int, tuple[ArticleOffer, ...]]:
    """What could go out instead, by line of the request. Raises Unreachable."""
    order = _order(desk, order_id)
    lines = {one.line_id: (order.line(one.line_id), one.quantity) for one in asked.lines}
    return {
        line_id: articles_for(desk, order, line, quantity)
        for line_id, (line, quantity) in lines.items()
        if line is not None
    }


def estimate(desk: Desk, view: AskView, asked: Asked) -> Estimate:
    """What the customer would get for a request without problems, if all of it arrives as announced.

    Raises InvalidInput or Unreachable where an exchange cannot be priced.
    """
    if asked.wish is Wish.EXCHANGE:
        return Estimate(exchange=wish_for(desk, view.order, _picks(asked)))
    if view.order.needs_human:
        return Estimate()
    case = _as_case(desk, view, asked)
    return Estimate(quote_for(case, default_choice(case)))


def ask(desk: Desk, order_id: int, asked: Asked, nonce: str) -> Opened:
    """Open the return, once per ``nonce``: the same form sent twice makes one.

    The order is read again first. Raises InvalidInput with the first problem, or Blocked, Unreachable.
    """
    key = f"{_order(desk, order_id).order_id}/{nonce}"
    earlier = _opened_before(desk, key)
    if earlier is not None:
        return earlier
    view = _view(desk, refresh(desk, order_id))
    found = problems(view, asked)
    if found:
        raise InvalidInput(found[0].message, field=found[0].field, **found[0].values)
    _require_photos(desk, order_id, asked)
    return open_return(desk, _request(desk, view, asked, key))


def label_for(view: AskView, asked: Asked) -> Money:
    """What the label costs for this request: nothing where the policy gives it free for one of the reasons.

    One parcel has one label. Where the shop is at fault the refund box waives it by itself (rule M12).
    """
    free = any(terms.label_free for terms in _terms(view, asked) if terms.reason not in FAULT_REASONS)
    return Money.zero(view.order.currency) if free else view.label_cost


def is_label_free(view: AskView, asked: Asked) -> bool:
    """Whether the customer pays nothing for the label of this request."""
    return not view.label_cost or any(terms.label_free for terms in _terms(view, asked))


def _opened_before(desk: Desk, key: str) -> Opened | None:
    with reading(desk.engine) as session:
        rma = returns.by_source(session, Source.PORTAL, key)
        if rma is None:
            return None
        assert rma.id is not None
        return Opened(rma.id, rma.number or "", new=False)


def _require_photos(desk: Desk, order_id: int, asked: Asked) -> None:
    """Every photo the customer believes to send is sent."""
    there = unsent(desk, order_id, [name for one in asked.lines for name in one.photos])
    for one in asked.lines:
        if not set(one.photos) <= set(there):
            raise InvalidInput(
                "A photo of yours is no longer there. Please add it again.", field=f"photo-{one.line_id}"
            )


def _request(desk: Desk, view: AskView, asked: Asked, key: str) -> NewReturn:
    assert asked.wish is not None
    return NewReturn(
        order_id=view.order.order_id,
        source=Source.PORTAL,
        key=key,
        wish=asked.wish,
        items=tuple(
            WantedItem(one.line_id, one.quantity, one.reason or Reason.OTHER, one.note) for one in asked.lines
        ),
        exchange=wish_for(desk, view.order, _picks(asked)) if asked.wish is Wish.EXCHANGE else None,
        language=asked.language,
        label_cost=label_for(view, asked),
        photos=tuple(name for one in asked.lines for name in one.photos),
        judged=Judged(_latest([terms.until for terms in _terms(view, asked)])),
    )


def _problems(view: AskView, asked: Asked) -> Iterator[Problem]:
    if not asked.lines:
        yield Problem("Choose at least one item.", field="lines")
    for one in asked.lines:
        yield from _line_problems(view, one)
    if asked.wish is None:
        yield Problem("Choose what you would like.", field="wish")
    elif asked.lines and asked.wish not in _wishes(view, asked):
        yield Problem("This is not possible for the items you chose.", field="wish")


def _line_problems(view: AskView, asked: AskedLine) -> Iterator[Problem]:
    known, number = view.line(asked.line_id), asked.line_id
    if known is None:
        yield Problem("This item is not part of the order.", field="lines")
        return
    why = known.verdict.why
    if why is not None:
        yield Problem(why.message, why.values, field=f"line-{number}")
        return
    if not 1 <= asked.quantity <= known.verdict.units:
        values = {"count": known.verdict.units}
        yield Problem("Choose between 1 and {count}.", values, field=f"quantity-{number}")
    terms = known.verdict.terms(asked.reason) if asked.reason else None
    if terms is None:
        yield Problem("Choose a reason.", field=f"reason-{number}")
    elif terms.photo and not asked.photos:
        yield Problem("Please add a photo: it is needed for this reason.", field=f"photo-{number}")
    if len(asked.note) > LONGEST_NOTE:
        values = {"count": LONGEST_NOTE}
        yield Problem("That is too long: {count} characters at most.", values, field=f"note-{number}")


def _wishes(view: AskView, asked: Asked) -> tuple[Wish, ...]:
    """What may be wished for all of the chosen lines at once."""
    chosen = [known for one in asked.lines if (known := view.line(one.line_id)) is not None]
    return tuple(wish for wish in Wish if all(wish in known.verdict.wishes for known in chosen))


def _terms(view: AskView, asked: Asked) -> Iterator[ReasonTerms]:
    """What holds for the reason of each chosen line."""
    for one in asked.lines:
        known = view.line(one.line_id)
        terms = known.verdict.terms(one.reason) if known and one.reason else None
        if terms is not None:
            yield terms


def _picks(asked: Asked) -> tuple[Pick, ...]:
    for one in asked.lines:
        if one.article is None:
            raise InvalidInput("Choose what you would like instead.", field=f"article-{one.line_id}")
    return tuple(
        Pick(one.line_id, one.quantity, *one.article, one.quantity) for one in asked.lines if one.article
    )


def _order(desk: Desk, order_id: int) -> OrderSnapshot:
    with reading(desk.engine) as session:
        row = session.get(ShopOrder, order_id)
        if row is None:
            raise NotFound("There is no such order.")
        return documents.read(OrderSnapshot, row.snapshot)


def _view(desk: Desk, order: OrderSnapshot) -> AskView:
    verdicts = judge_order(desk, order)
    with reading(desk.engine) as session:
        settlements = settlements_of(session, order.order_id)
    lines = tuple(
        AskLine(line, verdicts[line.line_id], due_for(order, settlements, line.line_id, 1))
        for line in order.products
    )
    label = Money.of(desk.settings.label_cost, order.currency)
    return AskView(order, lines, label, desk.settings.credit_bonus_percent)


def _as_case(desk: Desk, view: AskView, asked: Asked) -> ReturnCase:
    """The case this request would become, to ask the rules of the refund box about it."""
    order, wish = view.order, asked.wish or Wish.REFUND
    with reading(desk.engine) as session:
        settlements = settlements_of(session, order.order_id)
    return ReturnCase(
        return_id=0,
        number="",
        version=1,
        status=ReturnStatus.PENDING,
        wish=wish,
        source=Source.PORTAL,
        order=order,
        items=tuple(_item(order, settlements, one) for one in asked.lines),
        policy=policy_of(desk.settings, label_for(view, asked)),
        opened_at=desk.now(),
        as_of=desk.now(),
        timezone=desk.settings.timezone,
        settlements=settlements,
        window_end=_latest([terms.until for terms in _terms(view, asked)]),
    )


def _item(order: OrderSnapshot, settlements: tuple[Settlement, ...], asked: AskedLine) -> CaseItem:
    line = order.line(asked.line_id)
    assert line is not None
    return CaseItem(
        line_id=line.line_id,
        name=line.name,
        variant=line.variant,
        sku=line.sku,
        quantity=asked.quantity,
        reason=asked.reason or Reason.OTHER,
        due=due_for(order, settlements, line.line_id, asked.quantity),
    )


def _latest(ends: Sequence[date | None]) -> date | None:
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None

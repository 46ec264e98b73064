"""Load one case: everything a surface shows of one return, from our own database, in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import documents
from bot.config import CreditKind, Settings
from bot.desk import Desk
from bot.desk.exchange_view import exchange_of
from bot.desk.progress import STUCK, are_books_stuck, bank_of, progress_of
from bot.errors import NotFound
from bot.resolutions import AFTER, EXCHANGING
from bot.rules.case import (
    CaseItem,
    CaseResolution,
    CustomerHistory,
    Extension,
    HistoryEntry,
    InformationRequest,
    Person,
    ReturnCase,
    StockMove,
)
from bot.rules.choice import RefundPolicy, RefundQuote, Settlement
from bot.rules.clocks import Promise, WorkingTime, with_clock
from bot.rules.ledger import outside_refunds
from bot.rules.order import OrderSnapshot, ShopRefund, Stock
from bot.rules.page import Page
from bot.rules.refund import due_for
from bot.rules.turn import Turn
from store import credits as credit_records
from store import history, models, photos, portal, returns
from store.db import reading
from store.money import Money, total
from store.terms import Condition, OperationState, ResolutionStatus

RECENT = timedelta(days=90)


def load_case(desk: Desk, return_id: int) -> ReturnCase:
    """The case as it stands now. Raises NotFound when there is no such return."""
    with reading(desk.engine) as session:
        rma = session.get(models.Return, return_id)
        if rma is None:
            raise NotFound("This return is no longer available.")
        return case_of(desk, session, rma)


def load_timeline(desk: Desk, return_id: int) -> tuple[HistoryEntry, ...]:
    """Who did what when on a return, oldest first."""
    with reading(desk.engine) as session:
        rows = history.entries(session, return_id)
        names = _names(session, (row.operator_id for row in rows))
        return tuple(
            HistoryEntry(row.at, row.verb, _person(row.operator_id, names), row.values) for row in rows
        )


def case_of(desk: Desk, session: Session, rma: models.Return) -> ReturnCase:
    """The case of ``rma`` inside the caller's transaction."""
    assert rma.id is not None
    assert rma.number is not None
    order = session.get_one(models.ShopOrder, rma.order_id)
    snapshot = documents.read(OrderSnapshot, order.snapshot)
    resolutions = returns.resolutions_of(session, rma.id)
    settlements = settlements_of(session, rma.order_id)
    extension = returns.extension_of(session, rma.order_id)
    names = _names(session, _people(rma, resolutions, extension))
    items = _items(session, rma, snapshot, settlements)
    case = ReturnCase(
        return_id=rma.id,
        number=rma.number,
        version=rma.version,
        status=rma.status,
        wish=rma.wish,
        source=rma.source,
        order=snapshot,
        items=items,
        policy=replace(policy_of(desk.settings, _label(rma)), keep_it=_is_cheap(desk.settings, rma, items)),
        opened_at=rma.noticed_at,
        as_of=desk.now(),
        timezone=desk.settings.timezone,
        settlements=settlements,
        resolutions=_resolutions(session, rma, resolutions, names, asks_bank=_asks_bank(desk, snapshot)),
        stock={int(line): documents.read(Stock, stock) for line, stock in order.stock},
        history=_customer(desk, session, rma, order),
        owner=_person(rma.owner_id, names),
        owner_since=rma.owner_since,
        received_at=rma.received_at,
        closed_at=rma.closed_at,
        closed_by=_person(rma.closed_by, names),
        closed_reason=rma.closed_reason,
        window_end=rma.window_end,
        extension=_extension(extension, names),
        refund_due_by=rma.refund_due_by,
        exchange=exchange_of(session, rma, resolutions),
        credit_paid=Money(credit_records.taken_by(session, rma.order_id), snapshot.currency),
        question=documents.read(InformationRequest, rma.question) if rma.question else None,
        outside_refunds=_outside(snapshot, rma, settlements),
        unanswered_since=rma.unanswered_since,
        photos=photos.of_whole_return(session, rma.id),
        late_reason=rma.late_reason,
        tracking_number=rma.tracking_number,
        language=rma.language,
        decided_by_rule=rma.decided_by_rule,
        return_address=desk.settings.return_address,
        label_link=rma.label_link,
        page=_page(desk, session, rma),
        waits_since=max(rma.opened_at, rma.waits_since or rma.opened_at),
        rings_at=rma.rings_at,
    )
    return with_clock(case, promise_of(desk.settings), _acted_at(desk, session, rma))


def settlements_of(session: Session, order_id: int) -> tuple[Settlement, ...]:
    """What our own resolutions settled, or may be settling, on an order."""
    rows = returns.settled_on(session, order_id)
    return tuple(_settlement(row) for row in rows if row.quote)  # an exchange settles once it is done


def promise_of(settings: Settings) -> Promise:
    """The settings that say when the team works and how soon it wants to have had its turn."""
    working = WorkingTime(settings.timezone, settings.team_hours, settings.team_days, settings.holidays)
    hours = {Turn(name): hours for name, hours in settings.clock_hours}
    return Promise(working, hours, settings.claim_hours)


def policy_of(settings: Settings, label: Money) -> RefundPolicy:
    """The settings that decide amounts, in the currency of the return, whose ``label`` is its own."""
    currency = label.currency

    def money(text: str | None) -> Money | None:
        return Money.of(text, currency) if text else None

    return RefundPolicy(
        label_cost=label,
        restocking_fee_percent=settings.restocking_fee_percent,
        credit_bonus_percent=settings.credit_bonus_percent,
        credit_bonus_cap=money(settings.credit_bonus_cap),
        gift_card=settings.credit_kind is CreditKind.GIFT_CARD,
        standard_shipping=money(settings.standard_shipping),
        goodwill_limit=money(settings.goodwill_limit),
    )


def _label(rma: models.Return) -> Money:
    return Money(rma.label_cost_minor, rma.currency)


def _page(desk: Desk, session: Session, rma: models.Return) -> Page:
    if not desk.settings.public_url or not rma.customer_email:
        return Page.NONE
    return Page.LOCKED if portal.is_locked(session, _id(rma)) else Page.OPEN


def _is_cheap(settings: Settings, rma: models.Return, items: Sequence[CaseItem]) -> bool:
    """Whether what comes back is not worth its way: the customer may keep it and is refunded all the same."""
    limit = Money.of(settings.keep_it_limit, rma.currency)
    return bool(limit) and total((item.due for item in items), rma.currency) <= limit


def _settlement(row: models.Resolution) -> Settlement:
    quote = documents.read(RefundQuote, row.quote)
    amount, awaits = Money(row.amount_minor, row.currency), row.outcome.get("booked") is False
    return Settlement(row.reference, quote.settled, amount, row.refund_id, awaits)


def _items(
    session: Session, rma: models.Return, order: OrderSnapshot, settlements: tuple[Settlement, ...]
) -> tuple[CaseItem, ...]:
    arrived: defaultdict[int, Counter[Condition]] = defaultdict(Counter)
    for receipt in returns.receipts_of(session, _id(rma)):
        arrived[receipt.line_id][receipt.condition] += receipt.quantity
    return tuple(
        CaseItem(
            line_id=item.line_id,
            name=item.name,
            variant=item.variant,
            sku=item.sku,
            quantity=item.quantity,
            reason=item.reason,
            due=due_for(order, settlements, item.line_id, item.quantity),
            note=item.note,
            received=dict(arrived[item.line_id]),
        )
        for item in returns.items_of(session, _id(rma))
    )


def _asks_bank(desk: Desk, order: OrderSnapshot) -> bool:
    """Whether the bank can be asked what became of a refund of this order."""
    return desk.payments is not None and bool(order.payment_intent)


def _resolutions(
    session: Session,
    rma: models.Return,
    rows: Sequence[models.Resolution],
    names: Mapping[str, str],
    *,
    asks_bank: bool,
) -> tuple[CaseResolution, ...]:
    every = returns.operations_of(session, _id(rma))
    steps = {step.resolution_id: step for step in every if step.kind not in AFTER | EXCHANGING}
    pause = session.get(models.LanePause, f"order:{rma.order_id}")

    def resolution(row: models.Resolution) -> CaseResolution:
        step = steps.get(row.id)
        shown = _resolution(row, step, names)
        progress = progress_of(row, step, pause, asks_bank=asks_bank)
        return replace(shown, progress=progress, books_stuck=are_books_stuck(row, every))

    return tuple(resolution(row) for row in rows)


def _resolution(
    row: models.Resolution, operation: models.Operation | None, names: Mapping[str, str]
) -> CaseResolution:
    quote = documents.read(RefundQuote, row.quote) if row.quote else None
    none, in_doubt = Money.zero(row.currency), ResolutionStatus.IN_DOUBT
    doubtful = operation is not None and operation.state in (OperationState.IN_DOUBT, OperationState.RUNNING)
    return CaseResolution(
        resolution_id=_id(row),
        reference=row.reference,
        method=row.method,
        status=row.status,
        amount=Money(row.amount_minor, row.currency),
        kept=Money(row.kept_minor, row.currency),
        label=quote.label if quote else none,
        fee=quote.fee if quote else none,
        credit=Money(row.credit_minor, row.currency),
        by=Person(row.operator_id, names.get(row.operator_id, row.operator_id)),
        decided_at=row.decided_at,
        settled_at=row.settled_at,
        asked_at=operation.sent_at if operation else None,
        next_look_at=operation.due_at if operation and doubtful else None,
        needs_person=operation is not None and row.status is in_doubt and operation.state in STUCK,
        why=row.outcome.get("why", ""),
        why_values=row.outcome.get("why_values", {}),
        refund_id=row.refund_id,
        transfer_reference=row.transfer_reference,
        credit_code_tail=row.outcome.get("tail", ""),
        restocked=tuple(documents.read(StockMove, move) for move in row.outcome.get("restocked", ())),
        bank=bank_of(row),
        proof=row.outcome.get("reference", ""),
        booked=row.outcome.get("booked") is not False,
    )


def _acted_at(desk: Desk, session: Session, rma: models.Return) -> datetime | None:
    """When the owner last did something about the return, where it matters."""
    if not desk.settings.claim_hours or rma.owner_id is None:
        return None
    return history.last_act(session, _id(rma), rma.owner_id)


def _customer(desk: Desk, session: Session, rma: models.Return, order: models.ShopOrder) -> CustomerHistory:
    """What the shop said of the customer, with the desk's own returns of before added."""
    known = documents.read(CustomerHistory, order.customer)
    before = [other for other in returns.of_customer(session, rma.customer_email) if _id(other) < _id(rma)]
    recent = [other for other in before if other.opened_at > desk.now() - RECENT]
    reasons = [item.reason for other in before[:3] for item in returns.items_of(session, _id(other))]
    return CustomerHistory(
        orders=known.orders,
        returns=len(before),
        recent_returns=len(recent),
        last_reasons=tuple(reasons[:3]),
        average_order=known.average_order,
    )


def _outside(
    order: OrderSnapshot, rma: models.Return, ours: tuple[Settlement, ...]
) -> tuple[ShopRefund, ...]:
    """Money refunded on the order that the desk did not move, since the return opened."""
    rows = (row for row in outside_refunds(order, ours) if row.refund_id not in rma.known_refunds)
    return tuple(row for row in rows if row.amount)


def _extension(row: models.Extension | None, names: Mapping[str, str]) -> Extension | None:
    if row is None:
        return None
    by = Person(row.operator_id, names.get(row.operator_id, row.operator_id))
    return Extension(row.old_end, row.new_end, by, row.reason, row.granted_at)


def _people(
    rma: models.Return, resolutions: Sequence[models.Resolution], extension: models.Extension | None
) -> Iterable[str | None]:
    yield from (rma.owner_id, rma.closed_by)
    yield from (row.operator_id for row in resolutions)
    yield extension.operator_id if extension else None


def _names(session: Session, user_ids: Iterable[str | None]) -> Mapping[str, str]:
    wanted: Collection[str] = {user_id for user_id in user_ids if user_id}
    return returns.names_of(session, wanted) if wanted else {}


def _person(user_id: str | None, names: Mapping[str, str]) -> Person | None:
    return Person(user_id, names.get(user_id, user_id)) if user_id else None


def _id(row: models.Return | models.Resolution) -> int:
    assert row.id is not None
    return row.id

"""Compares the books: each hour every order that matters with the shop and the bank, one operation each.

It reads, counts and says. It never moves money, whatever it finds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from bot import documents
from bot.desk import Desk
from bot.desk.aftermath import look_at_bank
from bot.desk.cases import settlements_of
from bot.desk.changes import an_operation, reread
from bot.desk.reconciliation_days import DAY, perform_day
from bot.desk.reconciliation_plans import COMPARE, PREFIX, plan_comparison
from bot.desk.reconciliation_rows import Keeper
from bot.desk.reconciliation_webhooks import NEWS, perform_news_check
from bot.errors import Refused
from bot.gateways.stripe import StripeRefund
from bot.operations import Performer, Task
from bot.resolutions import BOOK, COUPON, GIFT_CARD, LATE_BOOK, PAYOUT, REFUND, RESTOCK
from bot.resolutions.bank import FAILED
from bot.rules.choice import RefundQuote, Settlement
from bot.rules.difference import Found
from bot.rules.matching import BankRefund, OurRefund
from bot.rules.order import OrderSnapshot
from bot.rules.reconciliation import Books, StandingExchange, compare, tally
from store import reconciliation, returns
from store.db import reading, writing
from store.models import Resolution, Return, ShopOrder, Tally
from store.money import Money
from store.terms import OPEN_STATUSES, DifferenceKind, Method, ResolutionStatus, Wish

ROUND = "books.round"
MOVING = (
    REFUND,
    BOOK,
    COUPON,
    GIFT_CARD,
    RESTOCK,
    PAYOUT,
    LATE_BOOK,
)  # while one is at work, the books cannot agree
WINDOW = timedelta(days=30)  # a bank gives a refund back within weeks, not later
MOST = 300  # orders a round; those that were compared longest ago come first
AT_ONCE = 25  # orders written down in one transaction, so that no click waits for it
APART = timedelta(seconds=2)  # between two orders, so that a shop does not feel it


def books_performers(desk: Desk) -> Mapping[str, Performer]:
    """Who compares what."""
    return {
        ROUND: Performer(partial(perform_round, desk)),
        COMPARE: Performer(partial(perform_comparison, desk)),
        DAY: Performer(partial(perform_day, desk)),
        NEWS: Performer(partial(perform_news_check, desk)),
    }


def plan_round(desk: Desk) -> None:
    """Want the books compared in this hour, once, however many processes ask."""
    now = desk.now()
    operation = an_operation(f"books/{now:%Y-%m-%dT%H}", ROUND, "books", {}, now=now)
    with writing(desk.engine) as session:
        reconciliation.plan_once(session, operation)


def perform_round(desk: Desk, _task: Task) -> Mapping[str, Any]:
    """Carry out ``books.round``: want each order that is open, or was settled of late, compared."""
    now = desk.now()
    with reading(desk.engine) as session:
        chosen = reconciliation.orders_to_compare(session, since=now - WINDOW, prefix=PREFIX, limit=MOST)
    for first in range(0, len(chosen), AT_ONCE):
        with writing(desk.engine) as session:
            for place, order_id in enumerate(chosen[first : first + AT_ONCE], start=first):
                plan_comparison(session, order_id, now, due=now + APART * place)
    return {"orders": len(chosen)}


def perform_comparison(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``books.order``: read shop and bank, and write down what does not agree with ours.

    While a decision about the order is being carried out nothing is compared: the next round comes.
    """
    order_id, started = int(task.payload["order_id"]), desk.now()
    order = desk.shop.read_order(order_id)
    bank = _bank(desk, order)
    with writing(desk.engine) as session:
        kept = returns.locked_order(session, order_id)
        if kept is None or reconciliation.moved_since(session, order_id, started, MOVING):
            return {"busy": True}
        _refresh_if_stale(session, kept, order, desk.now())
        books = _books(desk, session, kept, order, bank)
        all_found = compare(books)
        told = tuple(one for one in all_found if _returned_unseen(session, one))
        found = tuple(one for one in all_found if one not in told)
        _write_down(desk, session, books, found)
    if told:
        look_at_bank(desk, order_id)
    return {"found": len(found), "returned": len(told)}


def _returned_unseen(session: Session, found: Found) -> bool:
    """Whether a bank gave money back and the watch over refunds has not noticed: it opens the return again,
    which says more than a difference would."""
    if found.kind is not DifferenceKind.BANK_FAILED:
        return False
    kept = session.get_one(Resolution, found.resolution_id).outcome.get("bank") or {}
    return "status" in kept and kept["status"] not in FAILED


def _write_down(desk: Desk, session: Session, books: Books, found: Sequence[Found]) -> None:
    order_id = books.order.order_id
    keeper = Keeper(desk, session, books.as_of)
    keeper.settle_gone(reconciliation.open_of_order(session, order_id), found, books.compared)
    for one in found:
        keeper.see(one, order_id)
    rows = (
        Tally(
            order_id=order_id,
            day=day,
            currency=books.order.currency,
            shop_minor=one.shop,
            outside_minor=one.outside,
            through_minor=one.through,
            bank_minor=one.bank,
            compared_at=books.as_of,
        )
        for day, one in tally(books, desk.words.timezone).items()
    )
    reconciliation.keep_tallies(session, order_id, rows)


def _refresh_if_stale(session: Session, kept: ShopOrder, order: OrderSnapshot, now: datetime) -> None:
    """A refund that somebody deletes changes no date of the order, so that no poll ever finds it."""
    before = documents.read(OrderSnapshot, kept.snapshot)
    if (before.refunds, before.status, before.total) != (order.refunds, order.status, order.total):
        reread(session, kept.order_id, now)


def _bank(desk: Desk, order: OrderSnapshot) -> tuple[StripeRefund, ...] | None:
    """The bank's refunds of the payment; None where it cannot be asked. Raises Unreachable."""
    if desk.payments is None or not order.payment_intent:
        return None
    try:
        return desk.payments.list_refunds(order.payment_intent)
    except Refused:
        return None  # paid through another account than the key's


def _books(
    desk: Desk,
    session: Session,
    kept: ShopOrder,
    order: OrderSnapshot,
    bank: tuple[StripeRefund, ...] | None,
) -> Books:
    settlements = {one.reference: one for one in settlements_of(session, order.order_id)}
    waiting = reconciliation.waiting_for_a_person(session, order.order_id)
    rows = reconciliation.resolutions_of_order(session, order.order_id)
    ours = (
        _our_refund(desk, row, settlements.get(row.reference), waits=row.id in waiting)
        for row in rows
        if row.method is not Method.EXCHANGE
    )
    before = documents.read(OrderSnapshot, kept.snapshot).stripe_currency
    foreign = before not in ("", order.currency)
    foreign = foreign or any(refund.amount.currency != order.currency for refund in bank or ())
    return Books(
        order=order,
        ours=tuple(ours),
        bank=None if bank is None or foreign else tuple(_bank_refund(refund) for refund in bank),
        as_of=desk.now(),
        exchanges=_exchanges(session, order.order_id),
    )


def _our_refund(desk: Desk, row: Resolution, settlement: Settlement | None, *, waits: bool) -> OurRefund:
    assert row.id is not None
    quote = documents.read(RefundQuote, row.quote)
    returned, done = bool(row.outcome.get("returned")), row.status is ResolutionStatus.DONE
    settled_at = row.settled_at
    return OurRefund(
        resolution_id=row.id,
        return_id=row.return_id,
        reference=row.reference,
        method=row.method,
        status=row.status,
        amount=Money(row.amount_minor, row.currency),
        settlement=settlement,
        refund_id=row.refund_id,
        bank_id=str(row.outcome.get("bank", {}).get("refund_id", "")),
        day=settled_at.astimezone(desk.words.timezone).date() if settled_at else None,
        waits=waits,
        bounced=returned and not done,
        elsewhere=returned and done and "confirmed_by" in row.outcome,
        restock=tuple((line.line_id, line.quantity) for line in quote.restock),
    )


def _bank_refund(refund: StripeRefund) -> BankRefund:
    return BankRefund(refund.refund_id, refund.amount, refund.reason, refund.counts, refund.created_at)


def _exchanges(session: Session, order_id: int) -> tuple[StandingExchange, ...]:
    """The open returns of the order whose customer gets other goods instead of money."""
    return tuple(
        _exchange(session, rma)
        for rma in returns.of_order(session, order_id)
        if rma.wish is Wish.EXCHANGE and rma.status in OPEN_STATUSES
    )


def _exchange(session: Session, rma: Return) -> StandingExchange:
    assert rma.id is not None
    assert rma.number is not None
    lines = frozenset(item.line_id for item in returns.items_of(session, rma.id))
    return StandingExchange(rma.id, rma.number, lines, frozenset(rma.known_refunds))

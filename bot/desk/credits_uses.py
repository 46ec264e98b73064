"""Which orders used a store credit, what each took and what went back, read from the shop and kept."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from bot import documents
from bot.desk import Desk
from bot.desk.credits_news import Story
from bot.desk.orders_marks import changed_since_poll
from bot.gateways.credit_uses import UsingOrder
from bot.resolutions.store_credit import digest_of
from bot.rules.choice import RefundQuote
from bot.rules.credit import REFUNDED, Use, returned_share
from store import credits as records
from store import reconciliation
from store.credit_models import StoredCredit
from store.db import reading
from store.terms import Method, ResolutionStatus


def users_of(desk: Desk, credit: StoredCredit) -> Mapping[int, UsingOrder | None]:
    """Each order that used the credit as it is now, None for one that is gone.

    Orders that changed since the last question to the shop are looked through too: one of them may have used
    it without anybody having told the desk.
    """
    assert credit.id is not None
    with reading(desk.engine) as session:
        known = {use.order_id for use in records.uses_of(session, credit.id)}
    fresh = (order for order in changed_since_poll(desk) if _carries(credit, order.codes))
    wanted = sorted(known | {order.order_id for order in fresh})
    return {order_id: desk.shop.read_using_order(order_id) for order_id in wanted}


def write_uses(
    desk: Desk,
    session: Session,
    story: Story,
    users: Mapping[int, UsingOrder | None],
    now: datetime,
) -> tuple[Use, ...]:
    """Keep what each order took, and say what changed."""
    credit = story.credit
    assert credit.id is not None
    found = []
    for order_id, order in users.items():
        row = records.know_use(session, credit.id, order_id, now)
        before = Use(row.status or "gone", row.amount_minor, row.returned_minor)
        after = _use(session, credit, order, before)
        row.status, row.amount_minor, row.returned_minor = after.status, after.amount, after.returned
        row.counts, row.seen_at = after.counts, now
        row.order_number = order.number if order is not None else row.order_number
        session.add(row)
        story.tell_use(row, before, after)
        found.append(after)
    return tuple(found)


def _use(session: Session, credit: StoredCredit, order: UsingOrder | None, before: Use) -> Use:
    if order is None:
        return Use("gone", before.amount, before.returned)
    amount = _taken(credit, order)
    return Use(order.status, amount, _returned(session, order, amount))


def _taken(credit: StoredCredit, order: UsingOrder) -> int:
    """What the credit took off the order; all of it where the order is in another currency."""
    amounts = [amount for code, amount in order.taken.items() if digest_of(code) == credit.digest]
    if amounts and order.currency != credit.currency:
        return credit.decided_minor
    return sum(amount.minor for amount in amounts)


def _carries(credit: StoredCredit, codes: tuple[str, ...]) -> bool:
    return any(digest_of(code) == credit.digest for code in codes)


def _returned(session: Session, order: UsingOrder, amount: int) -> int:
    """The credit's share of the goods that were given back: through the desk, or by hand in the shop.

    Of the desk's own resolutions the units count, whether the shop shows a row for them or not: goods that
    credit paid for whole have no money to refund.
    """
    if order.status == REFUNDED:
        return amount
    units: Counter[int] = Counter()
    ours = set()
    for row in reconciliation.resolutions_of_order(session, order.order_id):
        if row.status is ResolutionStatus.DONE and row.method is not Method.EXCHANGE:
            ours.add(row.refund_id)
            for settled in documents.read(RefundQuote, row.quote).settled:
                units[settled.line_id] += settled.quantity
    money: Counter[int] = Counter()
    for refund in order.refunds:
        for line in refund.lines:
            units[line.line_id] += 0 if refund.refund_id in ours else line.quantity
            money[line.line_id] += line.gross.minor
    return returned_share(amount, order.lines, units, money)

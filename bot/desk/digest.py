"""The digest: wanted once per day and channel, whoever asks; written from what is true when it is posted."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.desk.exchange_facts import facts_of, plan_of
from bot.desk.progress import bank_of
from bot.desk.reconciliation_rows import load_difference
from bot.operations import Task
from bot.rules.case import Person
from bot.rules.finding import THOUSANDTHS
from bot.rules.policy import day_of
from bot.rules.worklist import (
    GROUPS,
    MOST,
    UNPAID_FOR,
    Fact,
    Group,
    Need,
    Numbers,
    Worklist,
    days_told,
    digest_due,
    has_digest,
    sections_of,
    span_of,
)
from store import models, reconciliation, returns
from store import worklist as lists
from store.db import reading, writing
from store.money import Money, exponent
from store.terms import Method, ResolutionStatus
from store.worklist import Found, Sum, Waiting

DIGEST = "slack.digest"
SOON = 3  # urgency: after what a person waits for


def plan_digest(desk: Desk) -> None:
    """Want today's digest once it is due, and once only, however many processes ask and however late.

    It is written down when it is due and no sooner, so that a new hour or other days count at once.
    """
    now, settings = desk.now(), desk.settings
    day = day_of(now, settings.timezone)
    due = digest_due(day, settings.digest_time, settings.zone)
    if now < due or not has_digest(day, settings.digest_days):
        return
    operation = digest_operation(desk, day, due)
    with reading(desk.engine) as session:
        if lists.planned(session, operation.key) is not None:
            return
    with writing(desk.engine) as session:
        reconciliation.plan_once(session, operation)


def digest_operation(desk: Desk, day: date, due: datetime) -> models.Operation:
    """The effect that posts the digest of ``day``. Its key is the promise that there is only one.

    The lane is its own: no card waits while the list is put together, nor one channel for another.
    """
    channel, timezone = desk.settings.slack_channel, desk.settings.timezone
    payload = {"day": day.isoformat(), "channel": channel, "timezone": timezone}
    key = f"digest/{day}/{channel}"
    lane = f"slack:digest:{channel}"
    operation = an_operation(key, DIGEST, lane, payload, now=desk.now(), urgency=SOON)
    operation.due_at = due
    return operation


def is_past(desk: Desk, task: Task) -> bool:
    """Whether the day of the digest is over where it was planned: nobody wants yesterday's list."""
    return day_of(desk.now(), task.payload["timezone"]) > date.fromisoformat(task.payload["day"])


def load_worklist(desk: Desk) -> Worklist:
    """What waits for somebody now, and the numbers since the list before; from our own database alone."""
    now = desk.now()
    today = day_of(now, desk.settings.timezone)
    with reading(desk.engine) as session:
        found = _waiting(session, today)
        unclear, (books, open_books) = lists.unclear(session, MOST), lists.differences(session, MOST)
        facts = [*_facts(found), *_unpaid(session, now), *map(_unclear, unclear.rows)]
        numbers = _numbers(desk, session, today)
    facts += [_of_the_books(desk, number) for number in books]
    counts = {Group.MONEY: unclear.count + open_books}
    for need, one in found.items():
        counts[GROUPS[need]] = counts.get(GROUPS[need], 0) + one.count
    return Worklist(today, now, sections_of(facts, counts), numbers)


def _waiting(session: Session, today: date) -> Mapping[Need, Found]:
    return {
        Need.OVERDUE: lists.overdue(session, today, MOST),
        Need.UNCLAIMED: lists.unclaimed(session, today, MOST),
        Need.ARRIVED: lists.arrived(session, today, MOST),
        Need.UNANSWERED: lists.unanswered(session, MOST),
        Need.REFUND_TODAY: lists.due(session, today, MOST),
        Need.WINDOW_TODAY: lists.windows(session, today, MOST),
    }


def _facts(found: Mapping[Need, Found]) -> Iterator[Fact]:
    for need, one in found.items():
        yield from (_fact(need, row) for row in one.rows)


def _fact(need: Need, row: Waiting, since: datetime | None = None, amount: Money | None = None) -> Fact:
    rma = row.rma
    return Fact(
        need=need,
        since=since or _since(need, rma),
        number=rma.number or "",
        name=rma.customer_name,
        amount=amount or _amount(row),
        day=rma.refund_due_by if need in (Need.OVERDUE, Need.REFUND_TODAY) else None,
        owner=Person(rma.owner_id, row.owner or rma.owner_id) if rma.owner_id else None,
        address=row.address or "",
    )


def _since(need: Need, rma: models.Return) -> datetime:
    if need is Need.UNANSWERED:
        return rma.unanswered_since or rma.opened_at
    return rma.received_at or rma.opened_at if need is Need.ARRIVED else rma.opened_at


def _amount(row: Waiting) -> Money | None:
    """What the return is about, as last kept for searches."""
    if row.amount is None:
        return None
    currency = row.rma.currency
    return Money(row.amount * 10 ** exponent(currency) // THOUSANDTHS, currency)


def _unpaid(session: Session, now: datetime) -> Iterator[Fact]:
    """Exchanges whose customers were asked for the difference long ago, or often enough."""
    for row in lists.unpaid(session, now - UNPAID_FOR):
        assert row.resolution is not None
        facts, plan = facts_of(row.resolution), plan_of(row.resolution)
        asked = facts.payments[plan.asked_before :] if plan is not None else ()
        if plan is not None and asked and asked[0].asked_at <= now - UNPAID_FOR:
            need = Need.LAPSED if _says(row, "exchange_lapsed") else Need.UNPAID
            yield _fact(need, row, asked[0].asked_at, plan.bill.owed)


def _says(row: Waiting, *names: str) -> bool:
    """Whether the card shows one of these alerts, as last drawn."""
    return any(f" {name} " in (row.alerts or "") for name in names)


def _unclear(row: Waiting) -> Fact:
    """A decision about money of which nobody knows yet what became of it."""
    resolution = row.resolution
    assert resolution is not None
    amount = Money(resolution.credit_minor or resolution.amount_minor, resolution.currency)
    return _fact(_why_unclear(row, resolution), row, resolution.decided_at, amount or None)


def _why_unclear(row: Waiting, resolution: models.Resolution) -> Need:
    bank = bank_of(resolution)
    if bank is not None and bank.returned and resolution.status is ResolutionStatus.IN_DOUBT:
        return Need.BANK_RETURNED
    return Need.LOOK if _says(row, *lists.FOR_A_PERSON) else Need.CHECKING


def _of_the_books(desk: Desk, number: int) -> Fact:
    shown = load_difference(desk, number)
    return Fact(
        need=Need.DIFFERENCE,
        since=shown.found_at,
        number=shown.return_number,
        owner=shown.owner,
        address=shown.card_address,
        difference=shown,
    )


def _numbers(desk: Desk, session: Session, today: date) -> Numbers:
    first, last = days_told(today, desk.settings.digest_days)
    start, end = span_of(first, last, desk.settings.zone)
    settled = lists.settled_between(start, end)
    sums = lists.sums(session, settled)
    kept = (exchanged(row) for row in lists.exchanges(session, settled))
    return Numbers(
        first=first,
        last=last,
        opened=lists.count_opened(session, start, end),
        settled=lists.count_settled(session, settled),
        refunded=totals(paid(one) for one in sums),
        credit=totals(credited(one) for one in sums),
        exchanged=totals(kept),
        open=sum(returns.counts_by_status(session).values()),
    )


def paid(one: Sum) -> Money:
    """What was paid back in money."""
    by_credit = one.method is Method.STORE_CREDIT
    return Money(0 if by_credit else one.amount, one.currency)


def credited(one: Sum) -> Money:
    """What was given as store credit."""
    return Money(one.credit if one.method is Method.STORE_CREDIT else 0, one.currency)


def exchanged(row: models.Resolution) -> Money:
    """What was paid for the goods that came back, as far as it stayed with the shop."""
    plan = plan_of(row)
    return plan.bill.base - plan.bill.due if plan is not None else Money.zero(row.currency)


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum for each currency, none of nothing."""
    found: dict[str, Money] = {}
    for amount in amounts:
        found[amount.currency] = found.get(amount.currency, Money.zero(amount.currency)) + amount
    return tuple(found[currency] for currency in sorted(found) if found[currency])

"""What a resolution's row keeps of an exchange: the plan as its choice, the facts as its outcome."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import documents
from bot.resolutions.collection import Seen
from bot.rules.exchange_flow import (
    ExchangeFacts,
    ExchangePlan,
    OrderState,
    PaymentRequest,
    PaymentState,
    ReplacementMade,
)
from store.models import Resolution
from store.money import Money
from store.terms import Method, ResolutionStatus


def plan_of(row: Resolution) -> ExchangePlan | None:
    """What was decided; None while nobody has decided anything but that it is an exchange."""
    return documents.read(ExchangePlan, row.choice) if row.choice else None


def facts_of(row: Resolution) -> ExchangeFacts:
    """What is known to be true."""
    return documents.read(ExchangeFacts, row.outcome)


def keep_facts(row: Resolution, facts: ExchangeFacts) -> None:
    """Write the facts down; what else the outcome tells stays."""
    row.outcome = {**row.outcome, **documents.write(facts)}


def standing(rows: Sequence[Resolution]) -> Resolution | None:
    """The exchange that holds the return's place, if one does."""
    open_ = (ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT)
    return next((row for row in rows if row.method is Method.EXCHANGE and row.status in open_), None)


def with_order(facts: ExchangeFacts, order_id: int, state: OrderState) -> ExchangeFacts:
    """The facts once the replacement order ``order_id`` stands so."""
    orders = (replace(one, state=state) if one.order_id == order_id else one for one in facts.orders)
    return replace(facts, orders=tuple(orders))


def with_new_order(facts: ExchangeFacts, made: ReplacementMade) -> ExchangeFacts:
    """The facts once ``made`` exists."""
    return replace(facts, orders=(*facts.orders, made))


def with_payment(facts: ExchangeFacts, number: int, payment: PaymentRequest) -> ExchangeFacts:
    """The facts with ``payment`` in the place of the one of that number."""
    payments = (payment if one.number == number else one for one in facts.payments)
    return replace(facts, payments=tuple(payments))


def payment_of(facts: ExchangeFacts, number: int) -> PaymentRequest:
    """The request for payment of that number."""
    return next(one for one in facts.payments if one.number == number)


def as_seen(payment: PaymentRequest, seen: Seen, now: datetime, *, over: bool) -> PaymentRequest:
    """The request as Stripe shows it. ``over``: the exchange has come to its end, so nothing is owed.

    Money that came after the request was closed, or that is not what was asked for, is a stray.
    """
    payment = replace(payment, unseen_since=None, unseen_why="", unseen_values={}, unseen_told=False)
    if seen.paid:
        if payment.paid is not None:
            return payment
        late = payment.state is PaymentState.EXPIRED or over
        return replace(
            payment,
            state=PaymentState.PAID,
            paid=seen.amount,
            paid_at=now,
            payment_intent=seen.payment_intent,
            stray=late or not seen.matches,
        )
    if seen.is_open:
        return replace(payment, state=PaymentState.OPEN)
    return replace(payment, state=PaymentState.PROMISED if seen.promised else PaymentState.EXPIRED)


def given_back(payment: PaymentRequest, amount: Money) -> PaymentRequest:
    """The request once ``amount`` more of it went back to the customer."""
    before = payment.given_back or Money.zero(amount.currency)
    return replace(payment, given_back=before + amount)

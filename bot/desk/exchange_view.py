"""What a surface shows of an exchange: the customer's wish, and how far it has come. It decides nothing."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from bot import documents
from bot.desk.exchange_facts import facts_of, plan_of
from bot.resolutions import CHECKOUT_WATCH, EXCHANGING
from bot.rules.case import (
    ExchangeDoubt,
    ExchangeLine,
    ExchangeState,
    ExchangeWish,
    StrayPayment,
    UnseenPayment,
)
from bot.rules.exchange import Swap
from bot.rules.exchange_flow import MOST_REQUESTS, ExchangeFacts, ExchangePlan, OrderState
from store import returns
from store.models import Operation, Resolution, Return
from store.terms import Method, OperationState, ResolutionStatus


def exchange_of(session: Session, rma: Return, rows: Sequence[Resolution]) -> ExchangeWish | None:
    """The exchange of a return: the newest that somebody decided on, else the customer's wish."""
    wish = documents.read(ExchangeWish, rma.exchange) if rma.exchange else None
    row = next((one for one in reversed(rows) if one.method is Method.EXCHANGE), None)
    plan = plan_of(row) if row is not None else None
    if row is None or plan is None:
        return wish
    assert rma.id is not None
    steps = [one for one in returns.operations_of(session, rma.id) if one.resolution_id == row.id]
    return _decided(wish, row, plan, [one for one in steps if one.kind in EXCHANGING - {CHECKOUT_WATCH}])


def _decided(
    wish: ExchangeWish | None, row: Resolution, plan: ExchangePlan, steps: Sequence[Operation]
) -> ExchangeWish:
    facts, bill = facts_of(row), plan.bill
    lines = tuple(_line(swap) for swap in plan.swaps)
    order, first = facts.order, lines[0]
    stuck = any(step.state is OperationState.GIVEN_UP for step in steps)
    shown = ExchangeWish(
        name=first.name,
        variant=first.variant,
        sku=first.sku,
        quantity=first.quantity,
        price=bill.price,
        difference=bill.difference,
        state=_state(row, plan, facts, steps, stuck=stuck),
        wanted=wish.wanted if wish else (),
        lines=lines,
        order_id=order.order_id if order else 0,
        order_number=order.number if order else "",
        unreserved=order is not None and not order.held and order.state is OrderState.RESERVED,
        due=bill.due,
        waived=bill.waived,
        trouble=facts.trouble,
        trouble_values=facts.trouble_values,
        claim=not plan.goods_expected,
        ending=facts.ended,
        checking=any(step.state is OperationState.IN_DOUBT for step in steps) or stuck,
        doubt=_doubt(steps),
        unseen=_unseen(facts),
        strays=tuple(
            StrayPayment(one.number, one.held, one.paid_at, one.payment_intent)
            for one in facts.payments
            if one.stray and one.held
        ),
    )
    return _with_payment(shown, facts, row.currency)


def _unseen(facts: ExchangeFacts) -> UnseenPayment | None:
    """The newest request for payment that Stripe refuses to show, if it could still be paid."""
    for one in reversed(facts.payments):
        if one.payable and one.unseen_since is not None:
            return UnseenPayment(
                one.amount, one.session_id, one.unseen_since, one.unseen_why, one.unseen_values
            )
    return None


def _doubt(steps: Sequence[Operation]) -> ExchangeDoubt | None:
    """What was asked and not answered, and when the desk looks again."""
    step = next((step for step in steps if step.state is OperationState.IN_DOUBT), None)
    if step is None:
        return None
    return ExchangeDoubt(step.kind.startswith("stripe."), step.sent_at, step.due_at)


def _with_payment(shown: ExchangeWish, facts: ExchangeFacts, currency: str) -> ExchangeWish:
    """What was asked for last, and what was paid."""
    asked = facts.payments[-1] if facts.payments else None
    paid = [one for one in facts.payments if one.paid and not one.stray]
    if asked is not None and asked.payable:
        shown = replace(shown, link=asked.url, link_sent_at=asked.asked_at, link_expires_at=asked.expires_at)
    if paid:
        collected = facts.collected(currency)
        shown = replace(
            shown,
            paid=collected,
            paid_at=paid[-1].paid_at if collected >= (shown.difference or collected) else None,
            payment=paid[-1].payment_intent,
        )
    return shown


def _state(
    row: Resolution,
    plan: ExchangePlan,
    facts: ExchangeFacts,
    steps: Sequence[Operation],
    *,
    stuck: bool,
) -> ExchangeState:
    under_way = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT)
    in_order = {
        ExchangeState.DONE: row.status is ResolutionStatus.DONE,
        ExchangeState.STUCK: stuck or bool(facts.trouble),
        ExchangeState.ENDING: facts.ended,
        ExchangeState.UNDER_WAY: any(step.state in under_way for step in steps),
        ExchangeState.AWAITING_PAYMENT: any(one.payable for one in facts.payments),
        ExchangeState.LAPSED: _has_lapsed(row, plan, facts),
    }
    return next((state for state, is_so in in_order.items() if is_so), ExchangeState.AWAITING_GOODS)


def _has_lapsed(row: Resolution, plan: ExchangePlan, facts: ExchangeFacts) -> bool:
    missing = plan.bill.owed.minor > facts.collected(row.currency).minor
    return missing and len(facts.payments) - plan.asked_before >= MOST_REQUESTS


def _line(swap: Swap) -> ExchangeLine:
    one = swap.replacement
    return ExchangeLine(
        line_id=swap.returned.line_id,
        returned=swap.returned.quantity,
        name=one.name,
        variant=one.variant,
        sku=one.sku,
        quantity=one.quantity,
        price=swap.price,
        product_id=one.product_id,
        variation_id=one.variation_id,
    )

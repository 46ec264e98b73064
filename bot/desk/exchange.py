"""What people do about an exchange: decide on it, try again, call it off, give a payment back."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from bot import customer, documents
from bot.desk import Desk
from bot.desk.access import Operator, require
from bot.desk.cases import case_of
from bot.desk.changes import Change, changing, hold_for_exchange
from bot.desk.exchange_end import end
from bot.desk.exchange_facts import facts_of, keep_facts, payment_of, plan_of, standing
from bot.desk.exchange_payloads import giving_back
from bot.desk.exchange_prices import ExchangeOffer, Pick, price_exchange, wish_for
from bot.desk.exchange_steps import asked_of, facts_without_trouble, go_on, is_busy, plan_effect, watch
from bot.desk.invitation import tell_with_link
from bot.desk.resolution import load_settling, refuse_second
from bot.errors import Blocked, InvalidInput
from bot.i18n import Words
from bot.resolutions import EXCHANGING, GIVE_BACK
from bot.rules.exchange_flow import ExchangePlan, OrderState
from bot.rules.ledger import order_remaining, remaining_units
from bot.rules.lifecycle import is_open
from store import returns
from store.models import Operation, Resolution
from store.money import total
from store.terms import Event, Method, OperationState, ResolutionStatus, ReturnStatus, Wish

__all__ = [
    "ExchangeOffer",
    "Pick",
    "call_off",
    "cancel_exchange",
    "choose_exchange",
    "give_stray_back",
    "price_exchange",
    "try_exchange_again",
    "wish_for",
]


def choose_exchange(desk: Desk, return_id: int, by: Operator, seen: int, offer: ExchangeOffer) -> str:
    """Decide on an exchange, or decide anew while nothing was sent; returns its reference.

    Raises NotAllowed, StaleCase when the return changed since the offer was made, Blocked or InvalidInput.
    """
    require(by)
    for problem in offer.problems:
        raise InvalidInput(problem, field="replacement")
    if offer.bill.owed and desk.payments is None:
        raise Blocked("The difference is charged through Stripe, and STRIPE_API_KEY is not set.")
    try:
        with changing(desk, return_id, by, seen) as change:
            _refuse_used_up(change, offer)
            row = _held(change, by)
            before, facts = plan_of(row), facts_of(row)
            _refuse_too_late(row)
            revision = 1 + (before.revision if before else 0)
            plan = ExchangePlan(revision, offer.swaps, offer.bill, len(facts.payments), not offer.claim)
            row.choice, row.operator_id, row.decided_at = documents.write(plan), by.user_id, change.now
            keep_facts(row, facts_without_trouble(facts))
            change.session.add(row)
            if change.rma.status is ReturnStatus.PENDING:
                change.advance(Event.APPROVE)
                _ask_for_the_goods(change, row, offer)
            change.note("exchange_decided", reference=row.reference, difference=offer.bill.difference.minor)
            change.tell_team(f"{row.reference}-decided-{revision}", "exchange_decided", resolution=row.id)
            go_on(change, row)
            return row.reference
    except IntegrityError as e:
        refuse_second(load_settling(desk, return_id).case)
        raise Blocked("Somebody settled this return at the same moment. The card shows what happened.") from e


def cancel_exchange(
    desk: Desk, return_id: int, by: Operator, seen: int, *, instead: Wish = Wish.REFUND
) -> None:
    """Call an exchange off. What was paid for it goes back; then money can be given back for the goods."""
    with changing(desk, return_id, by, seen) as change:
        row = standing(returns.resolutions_of(change.session, return_id))
        if row is None:
            raise Blocked("There is no exchange to call off.")
        _refuse_too_late(row)
        call_off(change, row, instead=instead)


def call_off(change: Change, row: Resolution, *, instead: Wish = Wish.REFUND) -> None:
    """End an exchange at once where nothing was done for it, else undo what was, step by step."""
    row.outcome = {**row.outcome, "instead": instead.value}
    if plan_of(row) is None:
        end(change, row)
        return
    keep_facts(row, replace(facts_without_trouble(facts_of(row)), ended=True))
    change.session.add(row)
    change.note("exchange_called_off", reference=row.reference)
    go_on(change, row)


def try_exchange_again(desk: Desk, return_id: int, by: Operator, seen: int) -> None:
    """A person looked at what was wrong: go on. What may have happened already is looked for first."""
    with changing(desk, return_id, by, seen) as change:
        row = standing(returns.resolutions_of(change.session, return_id))
        plan = plan_of(row) if row is not None else None
        if row is None or plan is None:
            raise Blocked("That is decided already. The card shows what happened.")
        facts = facts_of(row)
        keep_facts(row, facts_without_trouble(facts))
        row.choice = documents.write(replace(plan, asked_before=len(facts.payments)))
        change.session.add(row)
        change.note("exchange_again", reference=row.reference)
        for payment in facts.payments:
            if payment.payable:
                watch(change, row, asked_of(change, row, payment), timedelta())
        stuck = _stuck(change, row)
        if stuck is None:
            go_on(change, row)
        else:
            _look_again(change, stuck)


def give_stray_back(desk: Desk, return_id: int, by: Operator, number: int) -> None:
    """Give a payment back that was made too late, twice, or of another sum."""
    with changing(desk, return_id, by) as change:
        for row in returns.resolutions_of(change.session, return_id):
            if plan_of(row) is not None and _has_stray(row, number):
                payment = payment_of(facts_of(row), number)
                if is_busy(change, row, kinds=frozenset({GIVE_BACK})):
                    raise Blocked("This payment is being given back already.")
                plan_effect(change, row, GIVE_BACK, giving_back(change, row, payment, payment.held))
                change.note("stray_given_back", reference=row.reference, amount=payment.held.minor)
                return
        raise Blocked("That is decided already. The card shows what happened.")


def _held(change: Change, by: Operator) -> Resolution:
    """The exchange that holds the return's place; where the customer wished for money it takes it now."""
    rows = returns.resolutions_of(change.session, change.return_id)
    row = standing(rows)
    if row is not None:
        return row
    if any(one.method is Method.EXCHANGE and one.status is ResolutionStatus.DONE for one in rows):
        raise Blocked("The replacement is on its way already.")
    if not is_open(change.rma.status):
        raise Blocked(
            "This return is “{status}” now, so that is no longer possible.", status=change.rma.status
        )
    change.rma.wish = Wish.EXCHANGE
    hold_for_exchange(change.session, change.rma, by.user_id, change.now)
    row = standing(returns.resolutions_of(change.session, change.return_id))
    assert row is not None
    return row


def _ask_for_the_goods(change: Change, row: Resolution, offer: ExchangeOffer) -> None:
    """Tell the customer that the return is agreed, unless nothing has to come back."""
    if not offer.claim:
        words = Words(change.rma.language, change.desk.settings.timezone)
        case = case_of(change.desk, change.session, change.rma)
        tell_with_link(change, f"{row.reference}-agreed", customer.customer_text("approved", case, words))


def _refuse_used_up(change: Change, offer: ExchangeOffer) -> None:
    """What was paid back, credited or exchanged before cannot be exchanged (rule G1), whoever did it."""
    case = case_of(change.desk, change.session, change.rma)
    wanted: Counter[int] = Counter()
    for swap in offer.swaps:
        wanted[swap.returned.line_id] += swap.returned.quantity
    for line_id, units in wanted.items():
        left = remaining_units(case.order, case.settlements, line_id)
        if units > left:
            line = case.order.line(line_id)
            name = line.name if line else str(line_id)
            raise Blocked("Of “{name}” {count} can still be returned.", name=name, count=left)
    counts = total((swap.returned.paid for swap in offer.swaps), change.rma.currency)
    rest = order_remaining(case.order, case.settlements)
    if counts > rest and not case.order.replaces:
        raise Blocked(
            "What comes back counts for {counts}, but only {rest} of this order is not refunded yet.",
            counts=counts,
            rest=rest,
        )


def _refuse_too_late(row: Resolution) -> None:
    facts = facts_of(row)
    if any(one.state is OrderState.RELEASED for one in facts.orders):
        raise Blocked("The replacement is on its way already.")
    if facts.ended:
        raise Blocked("The exchange is being called off already.")


def _stuck(change: Change, row: Resolution) -> Operation | None:
    every = returns.operations_of(change.session, change.return_id)
    mine = (one for one in every if one.resolution_id == row.id and one.kind in EXCHANGING)
    return next((one for one in mine if one.state is OperationState.GIVEN_UP), None)


def _look_again(change: Change, stuck: Operation) -> None:
    """It may have happened after all: it is looked for, and goes out once more only if it is not there."""
    stuck.state, stuck.due_at, stuck.finished_at = OperationState.IN_DOUBT, change.now, None
    stuck.attempt, stuck.tries, stuck.absent_since = 1, 0, None
    change.session.add(stuck)


def _has_stray(row: Resolution, number: int) -> bool:
    return any(one.number == number and one.stray and one.held for one in facts_of(row).payments)

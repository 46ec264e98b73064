"""An exchange goes on: the next effect is planned from the facts, and the outcome of each becomes a fact."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from bot import customer, documents
from bot.desk.cases import case_of
from bot.desk.changes import BY_A_PERSON, Change, an_operation
from bot.desk.exchange_end import end, finish
from bot.desk.exchange_facts import (
    as_seen,
    facts_of,
    given_back,
    keep_facts,
    payment_of,
    plan_of,
    with_new_order,
    with_order,
    with_payment,
)
from bot.desk.exchange_payloads import asking, giving_back, replacing
from bot.desk.invitation import tell_with_link
from bot.i18n import N_, Words
from bot.operations import Outcome
from bot.resolutions import (
    CANCEL_ORDER,
    CHECKOUT,
    CHECKOUT_WATCH,
    EXCHANGING,
    EXPIRE,
    GIVE_BACK,
    RELEASE,
    REPLACE,
)
from bot.resolutions.collection import Asked, Asking, GiveBack, Seen, expires_at
from bot.resolutions.replacement import Replacing, Standing
from bot.rules.exchange_flow import (
    Effect,
    ExchangeFacts,
    ExchangePlan,
    NextStep,
    OrderState,
    PaymentRequest,
    PaymentState,
    ReplacementMade,
    next_step,
)
from store import journal, returns
from store.models import Operation, Resolution
from store.terms import Condition, OperationState, ResolutionStatus

BUSY = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT, OperationState.GIVEN_UP)
THE_GOODS = (Condition.GOOD, Condition.DAMAGED)  # anything else is not what was to come back
OVER = (ResolutionStatus.DONE, ResolutionStatus.REFUSED)
EFFECTS = EXCHANGING - {CHECKOUT_WATCH}
OFTEN, SELDOM = timedelta(minutes=1), timedelta(minutes=15)
AT_FIRST = timedelta(hours=1)  # most customers pay within the hour they are asked in
UNSEEN = N_("Stripe refuses to show whether the difference was paid.")
PROMISES_LAST = timedelta(days=14)  # the slowest ways to pay that Stripe has


def go_on(change: Change, row: Resolution, *, but: Operation | None = None) -> None:
    """Plan the effect that is next, unless another one of this exchange is under way or it waits.

    ``but`` is the operation whose outcome is being written down.
    """
    plan = plan_of(row)
    if plan is None or row.status in OVER or is_busy(change, row, but=but):
        return
    facts = facts_of(row)
    step = next_step(plan, facts, received=not plan.goods_expected or _has_come(change, plan))
    if step.effect in ACTS:
        ACTS[step.effect](change, row, plan, step)
        change.session.add(row)


def settle(change: Change, row: Resolution, operation: Operation, outcome: Outcome) -> None:
    """Write down what became of an effect, and go on from there."""
    if outcome.state is OperationState.DONE:
        HEARD[operation.kind](change, row, operation)
    elif outcome.state is OperationState.IN_DOUBT:
        return
    else:
        _trouble(change, row, operation, outcome)
    change.session.add(row)
    if outcome.state is OperationState.DONE:
        go_on(change, row, but=operation)


def watch(change: Change, row: Resolution, asked: Asked, wait: timedelta) -> None:
    """Want a look at a request for payment; one that is planned already comes sooner."""
    operation = an_operation(
        f"{row.reference}/{CHECKOUT_WATCH}/{asked.asking.number}",
        CHECKOUT_WATCH,
        f"order:{row.order_id}",
        documents.write(asked),
        now=change.now,
    )
    operation.return_id, operation.resolution_id = row.return_id, row.id
    operation.due_at = change.now + wait
    journal.plan_again(change.session, operation)


# What is done next


def _replace(change: Change, row: Resolution, plan: ExchangePlan, _step: NextStep) -> None:
    plan_effect(change, row, REPLACE, replacing(change, row, plan))


def _release(change: Change, row: Resolution, _plan_: ExchangePlan, step: NextStep) -> None:
    plan_effect(change, row, RELEASE, Standing(step.about))


def _cancel_order(change: Change, row: Resolution, _plan_: ExchangePlan, step: NextStep) -> None:
    plan_effect(change, row, CANCEL_ORDER, Standing(step.about))


def _ask_payment(change: Change, row: Resolution, _plan_: ExchangePlan, step: NextStep) -> None:
    assert step.amount is not None
    plan_effect(change, row, CHECKOUT, asking(change, row, step.about, step.amount))


def _expire(change: Change, row: Resolution, _plan_: ExchangePlan, step: NextStep) -> None:
    payment = payment_of(facts_of(row), step.about)
    plan_effect(change, row, EXPIRE, asked_of(change, row, payment))


def _give_back(change: Change, row: Resolution, _plan_: ExchangePlan, step: NextStep) -> None:
    assert step.amount is not None
    payment = payment_of(facts_of(row), step.about)
    plan_effect(change, row, GIVE_BACK, giving_back(change, row, payment, step.amount))


def _finish(change: Change, row: Resolution, plan: ExchangePlan, _step: NextStep) -> None:
    finish(change, row, plan)


def _end(change: Change, row: Resolution, _plan_: ExchangePlan, _step: NextStep) -> None:
    end(change, row)


def _lapse(change: Change, row: Resolution, _plan_: ExchangePlan, step: NextStep) -> None:
    facts = facts_of(row)
    if not facts.trouble and facts.payments:
        key = f"{row.reference}-lapsed-{len(facts.payments)}"
        change.tell_team(key, "exchange_lapsed", resolution=row.id)


ACTS: Mapping[Effect, Callable[[Change, Resolution, ExchangePlan, NextStep], None]] = {
    Effect.REPLACE: _replace,
    Effect.RELEASE: _release,
    Effect.CANCEL_ORDER: _cancel_order,
    Effect.ASK_PAYMENT: _ask_payment,
    Effect.EXPIRE: _expire,
    Effect.GIVE_BACK: _give_back,
    Effect.FINISH: _finish,
    Effect.END: _end,
    Effect.AWAIT_PERSON: _lapse,
}


# What became of it


def _made(change: Change, row: Resolution, operation: Operation) -> None:
    wanted, said = documents.read(Replacing, operation.payload), operation.evidence
    made = ReplacementMade(
        wanted.revision, said["order_id"], said["number"], held=bool(said.get("held", True))
    )
    keep_facts(row, with_new_order(facts_of(row), made))
    verb = "replacement_reserved" if made.held else "replacement_unreserved"
    change.note(verb, reference=row.reference, order=made.number)


def _released(change: Change, row: Resolution, operation: Operation) -> None:
    order_id = documents.read(Standing, operation.payload).order_id
    keep_facts(row, with_order(facts_of(row), order_id, OrderState.RELEASED))


def _called_off(change: Change, row: Resolution, operation: Operation) -> None:
    order_id = documents.read(Standing, operation.payload).order_id
    keep_facts(row, with_order(facts_of(row), order_id, OrderState.CANCELLED))
    change.note("replacement_off", reference=row.reference)
    units, number = int(operation.evidence.get("still_out", 0)), operation.evidence.get("number", order_id)
    if units:
        change.tell_team(f"still-out-{order_id}", "units_still_out", order=str(number), count=units)


def _asked(change: Change, row: Resolution, operation: Operation) -> None:
    wanted, said = documents.read(Asking, operation.payload), operation.evidence
    payment = PaymentRequest(
        number=wanted.number,
        amount=wanted.order.amount,
        session_id=said["session_id"],
        url=said["url"],
        asked_at=change.now,
        expires_at=expires_at(said),
        operation=wanted.order.operation,
    )
    facts = facts_of(row)
    keep_facts(row, replace(facts, payments=(*facts.payments, payment)))
    watch(change, row, Asked(payment.session_id, wanted), OFTEN)
    change.note("payment_asked", reference=row.reference, amount=payment.amount.minor)
    if not facts.ended:
        again = any(one.amount == payment.amount for one in facts.payments)
        kind = "exchange_pay_again" if again else "exchange_pay"
        _write(change, row, f"pay-{payment.number}", kind, payment)


def _seen(change: Change, row: Resolution, operation: Operation) -> None:
    seen = documents.read(Seen, operation.evidence["seen"])
    facts = facts_of(row)
    before = payment_of(facts, seen.number)
    now = as_seen(before, seen, change.now, over=row.status in OVER)
    facts = with_payment(facts, seen.number, now)
    keep_facts(row, facts_without_trouble(facts) if facts.trouble == UNSEEN else facts)
    if now.paid is not None and before.paid is None:
        _paid(change, row, now)
    elif operation.kind == CHECKOUT_WATCH and now.payable:
        _look_again(change, operation, now)


def _paid(change: Change, row: Resolution, payment: PaymentRequest) -> None:
    assert payment.paid is not None
    kind = "stray_payment" if payment.stray else "difference_paid"
    change.note(kind, reference=row.reference, amount=payment.paid.minor, payment=payment.payment_intent)
    change.tell_team(f"{row.reference}-paid-{payment.number}", kind, resolution=row.id, number=payment.number)
    if not payment.stray and not facts_of(row).ended:
        _write(change, row, f"paid-{payment.number}", "exchange_paid", payment)


def _look_again(change: Change, operation: Operation, payment: PaymentRequest) -> None:
    """Each minute at first, then every quarter of an hour, and right after it expires."""
    age = change.now - payment.asked_at
    if age > PROMISES_LAST:
        return
    due = change.now + (OFTEN if age < AT_FIRST else SELDOM)
    if payment.state is PaymentState.OPEN and change.now < payment.expires_at:
        due = min(due, payment.expires_at + timedelta(seconds=5))
    operation.state, operation.due_at, operation.finished_at = OperationState.DUE, due, None
    operation.sent_at, operation.tries = None, 0
    change.session.add(operation)


def _gave_back(change: Change, row: Resolution, operation: Operation) -> None:
    wanted = documents.read(GiveBack, operation.payload)
    facts = facts_of(row)
    payment = given_back(payment_of(facts, wanted.number), wanted.refund.amount)
    keep_facts(row, with_payment(facts, wanted.number, payment))
    amount = wanted.refund.amount
    change.note("payment_given_back", reference=row.reference, amount=amount.minor)
    change.tell_team(
        f"{row.reference}-back-{operation.id}", "payment_given_back", resolution=row.id, amount=amount.minor
    )
    _write(change, row, f"back-{operation.id}", "exchange_back", payment, amount=amount)


def _unseen(change: Change, row: Resolution, operation: Operation, outcome: Outcome) -> None:
    """Stripe refused to show a request that can be paid: it is looked at again, and a person is told.

    Once it must have expired a person decides; a look that succeeds later takes that back.
    """
    facts = facts_of(row)
    payment = payment_of(facts, documents.read(Asked, operation.payload).asking.number)
    if not payment.payable:
        return
    since = payment.unseen_since or change.now
    tell = change.now - since >= SELDOM and not payment.unseen_told
    payment = replace(
        payment,
        unseen_since=since,
        unseen_why=outcome.message,
        unseen_values=dict(outcome.values),
        unseen_told=tell or payment.unseen_told,
    )
    facts = with_payment(facts, payment.number, payment)
    if tell:
        key = f"{row.reference}-unseen-{payment.number}-{since:%Y%m%dT%H%M%S}"
        change.tell_team(key, "payment_unseen", resolution=row.id)
    if change.now > payment.expires_at + SELDOM and not facts.trouble:
        facts = replace(facts, trouble=UNSEEN, trouble_values={})
        change.note("exchange_stuck", reference=row.reference, why=UNSEEN, values={})
    keep_facts(row, facts)
    _look_again(change, operation, payment)


HEARD: Mapping[str, Callable[[Change, Resolution, Operation], None]] = {
    REPLACE: _made,
    RELEASE: _released,
    CANCEL_ORDER: _called_off,
    CHECKOUT: _asked,
    CHECKOUT_WATCH: _seen,
    EXPIRE: _seen,
    GIVE_BACK: _gave_back,
}


def _trouble(change: Change, row: Resolution, operation: Operation, outcome: Outcome) -> None:
    """A person decides how it goes on; whoever called it off too late learns that it was sent."""
    facts = facts_of(row)
    if operation.kind == CHECKOUT_WATCH:
        _unseen(change, row, operation, outcome)
        return
    if operation.kind == CANCEL_ORDER and facts.ended and outcome.state is OperationState.REFUSED:
        sent = documents.read(Standing, operation.payload).order_id
        facts = replace(with_order(facts, sent, OrderState.RELEASED), ended=False)
    keep_facts(row, replace(facts, trouble=outcome.message, trouble_values=dict(outcome.values)))
    change.note("exchange_stuck", reference=row.reference, why=outcome.message, values=dict(outcome.values))
    key = f"{row.reference}-stuck-{operation.id}-{change.rma.version}"
    change.tell_team(key, "exchange_stuck", resolution=row.id)


# Small things


def asked_of(change: Change, row: Resolution, payment: PaymentRequest) -> Asked:
    """The request for payment as it was made, from the journal."""
    for operation in returns.operations_of(change.session, change.return_id):
        if operation.kind == CHECKOUT and operation.resolution_id == row.id:
            wanted = documents.read(Asking, operation.payload)
            if wanted.number == payment.number and operation.state is OperationState.DONE:
                return Asked(payment.session_id, wanted)
    raise LookupError(f"{row.reference} asked for no payment {payment.number}")


def is_busy(
    change: Change, row: Resolution, *, but: Operation | None = None, kinds: frozenset[str] = EFFECTS
) -> bool:
    """Whether an effect of the exchange, other than ``but``, is under way or its outcome not known."""
    every = returns.operations_of(change.session, change.return_id)
    mine = (one for one in every if one.resolution_id == row.id and one.kind in kinds)
    return any(one.state in BUSY and (but is None or one.id != but.id) for one in mine)


def _has_come(change: Change, plan: ExchangePlan) -> bool:
    """Whether as many units came back as are exchanged. What came in place of them does not count."""
    came, wanted = units_in(change, THE_GOODS), exchanged(plan)
    return all(came[line_id] >= units for line_id, units in wanted.items())


def units_in(change: Change, conditions: Collection[Condition]) -> Counter[int]:
    """Units by line that were counted in one of ``conditions``."""
    units: Counter[int] = Counter()
    for receipt in returns.receipts_of(change.session, change.return_id):
        if receipt.condition in conditions:
            units[receipt.line_id] += receipt.quantity
    return units


def exchanged(plan: ExchangePlan) -> Counter[int]:
    """Units by line that are to come back."""
    units: Counter[int] = Counter()
    for swap in plan.swaps:
        units[swap.returned.line_id] += swap.returned.quantity
    return units


def plan_effect(change: Change, row: Resolution, kind: str, payload: Any) -> None:
    """Write one effect of an exchange down, to be carried out as decided here."""
    every = returns.operations_of(change.session, change.return_id)
    number = 1 + sum(one.resolution_id == row.id and one.kind == kind for one in every)
    change.plan(
        f"{row.reference}/{kind}/{number}",
        kind,
        f"order:{row.order_id}",
        documents.write(payload),
        urgency=BY_A_PERSON,
        resolution_id=row.id,
    )


def _write(
    change: Change, row: Resolution, key: str, kind: str, payment: PaymentRequest, **values: Any
) -> None:
    """Tell the customer, in the customer's language; a note with the way to pay has no other link."""
    words = Words(change.rma.language, change.desk.settings.timezone)
    case = case_of(change.desk, change.session, change.rma)
    said = {"amount": payment.amount, "link": payment.url, "until": payment.expires_at, **values}
    text, name = customer.exchange_text(kind, case, words, said), f"{row.reference}-{key}"
    tell = change.tell_customer if payment.url and payment.url in text else partial(tell_with_link, change)
    tell(name, text)


def facts_without_trouble(facts: ExchangeFacts) -> ExchangeFacts:
    """The facts once a person has decided how to go on."""
    return replace(facts, trouble="", trouble_values={})

"""How an exchange goes on: every fact in any order leads to one order, one payment, and nothing kept."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.exchange import ExchangeBill, Replacement, Returned, Swap
from bot.rules.exchange_flow import (
    MOST_REQUESTS,
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
from store.money import Money

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def a_plan(difference: int, revision: int = 1) -> ExchangePlan:
    swap = Swap(
        Returned(13, 7, 71, 1, euros(5000)), Replacement(8, 0, "Coat", 1, euros(max(0, 5000 + difference)))
    )
    bill = ExchangeBill(euros(5000), swap.price, euros(difference), euros(0))
    return ExchangePlan(revision, (swap,), bill)


def a_request(number: int, amount: int, **more: object) -> PaymentRequest:
    request = PaymentRequest(number, euros(amount), f"cs_{number}", "https://pay.example", NOON, NOON)
    return replace(request, **more)  # type: ignore[arg-type]


def paid(number: int, amount: int, **more: object) -> PaymentRequest:
    return a_request(number, amount, state=PaymentState.PAID, paid=euros(amount), paid_at=NOON, **more)


RESERVED = ReplacementMade(1, 900, "900")


def test_an_even_exchange_reserves_waits_for_the_goods_sends_and_is_done() -> None:
    plan, facts = a_plan(0), ExchangeFacts()
    assert next_step(plan, facts, received=False) == NextStep(Effect.REPLACE, 1)
    reserved = ExchangeFacts(orders=(RESERVED,))
    assert next_step(plan, reserved, received=False) == NextStep(Effect.AWAIT_GOODS, 900)
    assert next_step(plan, reserved, received=True) == NextStep(Effect.RELEASE, 900)
    sent = ExchangeFacts(orders=(replace(RESERVED, state=OrderState.RELEASED),))
    assert next_step(plan, sent, received=True) == NextStep(Effect.FINISH)


def test_a_dearer_one_is_never_sent_before_the_difference_is_there() -> None:
    plan, facts = a_plan(3000), ExchangeFacts(orders=(RESERVED,))
    assert next_step(plan, facts, received=True) == NextStep(Effect.ASK_PAYMENT, 1, euros(3000))
    asked = replace(facts, payments=(a_request(1, 3000),))
    assert next_step(plan, asked, received=True) == NextStep(Effect.AWAIT_PAYMENT, 1)
    promised = replace(facts, payments=(a_request(1, 3000, state=PaymentState.PROMISED),))
    assert next_step(plan, promised, received=True) == NextStep(Effect.AWAIT_PAYMENT, 1)
    settled = replace(facts, payments=(paid(1, 3000),))
    assert next_step(plan, settled, received=True) == NextStep(Effect.RELEASE, 900)


def test_a_request_that_expired_is_made_anew_until_a_person_has_to_decide() -> None:
    plan = a_plan(3000)
    gone = [a_request(number, 3000, state=PaymentState.EXPIRED) for number in range(1, MOST_REQUESTS + 1)]
    for count in range(1, MOST_REQUESTS):
        facts = ExchangeFacts(orders=(RESERVED,), payments=tuple(gone[:count]))
        assert next_step(plan, facts, received=True) == NextStep(Effect.ASK_PAYMENT, count + 1, euros(3000))
    lapsed = ExchangeFacts(orders=(RESERVED,), payments=tuple(gone))
    assert next_step(plan, lapsed, received=True) == NextStep(Effect.AWAIT_PERSON)
    again = replace(plan, asked_before=len(gone))
    assert next_step(again, lapsed, received=True).effect is Effect.ASK_PAYMENT


def test_calling_it_off_closes_the_request_then_the_order_then_gives_back_what_was_paid() -> None:
    plan = a_plan(3000)
    facts = ExchangeFacts(orders=(RESERVED,), payments=(a_request(1, 3000),), ended=True)
    assert next_step(plan, facts, received=False) == NextStep(Effect.EXPIRE, 1)
    facts = replace(facts, payments=(paid(1, 3000),))
    assert next_step(plan, facts, received=False) == NextStep(Effect.CANCEL_ORDER, 900)
    facts = replace(facts, orders=(replace(RESERVED, state=OrderState.CANCELLED),))
    assert next_step(plan, facts, received=False) == NextStep(Effect.GIVE_BACK, 1, euros(3000))
    facts = replace(facts, payments=(paid(1, 3000, given_back=euros(3000)),))
    assert next_step(plan, facts, received=False) == NextStep(Effect.END)


def test_a_cheaper_decision_after_payment_makes_a_new_order_and_gives_the_rest_back() -> None:
    plan = a_plan(1000, revision=2)
    facts = ExchangeFacts(orders=(RESERVED,), payments=(paid(1, 3000),))
    assert next_step(plan, facts, received=True) == NextStep(Effect.CANCEL_ORDER, 900)
    facts = replace(facts, orders=(replace(RESERVED, state=OrderState.CANCELLED),))
    assert next_step(plan, facts, received=True) == NextStep(Effect.GIVE_BACK, 1, euros(2000))
    facts = replace(facts, payments=(paid(1, 3000, given_back=euros(2000)),))
    assert next_step(plan, facts, received=True) == NextStep(Effect.REPLACE, 2)


def test_a_dearer_decision_after_payment_asks_only_for_what_is_missing() -> None:
    plan = a_plan(4500, revision=2)
    facts = ExchangeFacts(orders=(ReplacementMade(2, 901, "901"),), payments=(paid(1, 3000),))
    assert next_step(plan, facts, received=True) == NextStep(Effect.ASK_PAYMENT, 2, euros(1500))


def test_a_stray_payment_counts_for_nothing() -> None:
    facts = ExchangeFacts(orders=(RESERVED,), payments=(paid(1, 3000, stray=True),))
    assert next_step(a_plan(3000), facts, received=True).effect is Effect.ASK_PAYMENT
    assert next_step(a_plan(0), facts, received=True).effect is Effect.RELEASE


def test_a_promised_payment_is_waited_for_before_the_exchange_ends() -> None:
    """Only an open request can be closed; a promise may still become money."""
    facts = ExchangeFacts(payments=(a_request(1, 3000, state=PaymentState.PROMISED),), ended=True)
    assert next_step(a_plan(3000), facts, received=False) == NextStep(Effect.AWAIT_PAYMENT, 1)


@given(st.data())
def test_whatever_happens_it_comes_to_an_end_with_one_order_sent_and_the_right_sum_kept(
    data: st.DataObject,
) -> None:
    """A world that carries out each step, customers who pay or let lapse, people who change their minds."""
    plan = a_plan(data.draw(st.sampled_from([-1500, 0, 3000])))
    facts, received, minds = ExchangeFacts(), False, data.draw(st.integers(0, 3))
    for _ in range(60):
        step = next_step(plan, facts, received=received)
        if step.effect in (Effect.FINISH, Effect.END):
            break
        if step.effect is Effect.AWAIT_PERSON:
            facts = replace(facts, ended=True)
        elif step.effect is Effect.AWAIT_GOODS:
            received = True
        elif minds and data.draw(st.integers(0, 4)) == 0 and not facts.ended and _none_sent(facts):
            minds -= 1
            plan = a_plan(data.draw(st.sampled_from([-1500, 0, 1000, 4500])), plan.revision + 1)
        else:
            facts = _carried_out(data, step, facts, plan)
    sent = [one for one in facts.orders if one.state is OrderState.RELEASED]
    assert step.effect in (Effect.FINISH, Effect.END)
    assert not any(one.payable for one in facts.payments)
    assert facts.collected("EUR") == (euros(0) if step.effect is Effect.END else plan.bill.owed)
    assert len(sent) == (step.effect is Effect.FINISH)
    assert all(one.state is not OrderState.RESERVED for one in facts.orders)


def _none_sent(facts: ExchangeFacts) -> bool:
    return all(one.state is not OrderState.RELEASED for one in facts.orders)


def _carried_out(
    data: st.DataObject, step: NextStep, facts: ExchangeFacts, plan: ExchangePlan
) -> ExchangeFacts:
    payments, orders = list(facts.payments), list(facts.orders)
    match step.effect:
        case Effect.REPLACE:
            orders.append(ReplacementMade(step.about, 900 + step.about, "x"))
        case Effect.CANCEL_ORDER | Effect.RELEASE:
            off = step.effect is Effect.CANCEL_ORDER
            state = OrderState.CANCELLED if off else OrderState.RELEASED
            if not off:
                assert facts.collected("EUR") == plan.bill.owed
                assert plan.revision == next(one for one in orders if one.order_id == step.about).revision
            orders = [replace(one, state=state) if one.order_id == step.about else one for one in orders]
        case Effect.ASK_PAYMENT:
            assert step.amount is not None
            assert not any(one.payable for one in payments)
            payments.append(a_request(step.about, step.amount.minor))
        case Effect.GIVE_BACK:
            assert step.amount is not None
            one = payments[step.about - 1]
            assert step.amount <= one.held
            payments[step.about - 1] = replace(one, given_back=(one.given_back or euros(0)) + step.amount)
        case Effect.EXPIRE | Effect.AWAIT_PAYMENT:
            one = payments[step.about - 1]
            pays = data.draw(st.booleans())
            payments[step.about - 1] = (
                replace(one, state=PaymentState.PAID, paid=one.amount)
                if pays
                else replace(one, state=PaymentState.EXPIRED)
            )
    return replace(facts, payments=tuple(payments), orders=tuple(orders))

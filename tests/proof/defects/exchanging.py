"""Defects of exchanges: what is sent unpaid, made twice, believed of a payment, or kept in silence."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.gateways.stripe_checkout import CheckoutOrder, CheckoutSession
from bot.resolutions.collection import Seen
from bot.rules.exchange_flow import Effect, ExchangeFacts, ExchangePlan, NextStep, PaymentRequest
from tests.proof.defects.defect import Defect

R10 = "R10: one replacement for one exchange, sent only when it is paid"
FLOW = "tests/bot/rules/test_exchange_flow.py"
EXCHANGES = "tests/bot/desk/test_exchanges.py"
CHECKOUTS = "tests/bot/gateways/test_stripe_checkout.py"


def do_not_collect(_collect: Any, *_args: Any) -> Iterator[NextStep]:
    """What is missing is not asked for."""
    return iter(())


def look_away(_prepare: Any, *_args: Any) -> Mapping[str, Any]:
    """Nobody looks whether it is there, or whether it is in stock."""
    return {}


def leave_it_open(_undo: Any, *_args: Any) -> Iterator[NextStep]:
    """What was asked for before stays as it is."""
    return iter(())


def any_payment(_pays: Any, session: CheckoutSession, _wanted: CheckoutOrder, *, live: bool) -> bool:
    """Paid is paid, whatever was paid."""
    return session.paid


def never_stray(as_seen: Any, payment: PaymentRequest, seen: Seen, *args: Any, **more: Any) -> PaymentRequest:
    """Every payment is welcome."""
    return replace(as_seen(payment, seen, *args, **more), stray=False)


def keep_it(next_step: Any, plan: ExchangePlan, facts: ExchangeFacts, **more: Any) -> NextStep:
    """What was paid too much stays where it is."""
    step: NextStep = next_step(plan, facts, **more)
    return NextStep(Effect.END) if step.effect is Effect.GIVE_BACK else step


EXCHANGING = (
    Defect(
        "M48",
        R10,
        "The replacement goes out although the difference is not paid.",
        "Shops that ship on the customer's promise wait for the rest for ever.",
        {"bot.rules.exchange_flow:_collect": do_not_collect},
        (
            f"{FLOW}::test_a_dearer_one_is_never_sent_before_the_difference_is_there",
            f"{EXCHANGES}::test_a_dearer_article_is_paid_before_it_is_sent",
        ),
    ),
    Defect(
        "M49",
        "R10: what is out of stock is not promised",
        "Nobody looks at the shelf before the order is made.",
        "WooCommerce takes an order of five where one is left, and counts minus four.",
        {"bot.resolutions.replacement:Replacements.prepare": look_away},
        (f"{EXCHANGES}::test_what_is_gone_when_it_is_to_be_reserved_is_for_a_person_to_decide",),
    ),
    Defect(
        "M50",
        "R10: called off is called off",
        "The payment link and the reserved order outlive the exchange.",
        "Customers pay links of last week; stock stays away from the shelf.",
        {"bot.rules.exchange_flow:_undo": leave_it_open},
        (
            f"{FLOW}::test_calling_it_off_closes_the_request_then_the_order_then_gives_back_what_was_paid",
            f"{EXCHANGES}::test_calling_it_off_closes_the_payment_and_frees_the_stock_and_then_money_may_go_back",
        ),
    ),
    Defect(
        "M51",
        "R10: a payment is what was asked for, whole",
        "A session that says paid is enough, whatever its amount.",
        "Adaptive pricing and edited links take other sums than were asked for.",
        {"bot.gateways.stripe_checkout:CheckoutSession.pays": any_payment},
        (f"{CHECKOUTS}::test_another_amount_currency_or_operation_does_not_pay_for_this",),
    ),
    Defect(
        "M52",
        "R10: nothing that came too late is kept in silence",
        "A payment after its link was closed counts like any other.",
        "Banks deliver late; two sessions of one order are paid.",
        {"bot.desk.exchange_steps:as_seen": never_stray},
        (f"{EXCHANGES}::test_money_that_comes_after_the_end_is_an_incident_with_one_click_to_give_it_back",),
    ),
    Defect(
        "M53",
        "R10: what was paid for nothing goes back",
        "An exchange is called off, and the difference stays with the shop.",
        "Cancelled exchanges whose surcharge was forgotten are a standing complaint.",
        {"bot.desk.exchange_steps:next_step": keep_it},
        (f"{EXCHANGES}::test_calling_it_off_after_payment_gives_the_difference_back_first",),
    ),
)

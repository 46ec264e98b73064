"""R3: no way of giving money back on an exchange, in any of its states; the ledger is asked, not the desk."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from bot.desk.resolution import allow_one_more, confirm_done, load_settling, resolve
from bot.errors import Blocked, DeskError, InvalidInput
from bot.rules.case import ExchangeState
from bot.rules.choice import ChosenUnits, RefundChoice
from bot.sandbox import shop as shops
from store.money import Money
from store.terms import Method
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import let_pass
from tests.world import BOB

pytestmark = pytest.mark.slow  # each state is reached as people reach it, days included

WAYS = (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND)


def wished(_barter: Barter, _return_id: int) -> None:
    return


def decided(barter: Barter, return_id: int) -> None:
    barter.choose(return_id, barter.coat)


def asked(barter: Barter, return_id: int) -> None:
    decided(barter, return_id)
    barter.world.work()


def paid(barter: Barter, return_id: int) -> None:
    asked(barter, return_id)
    barter.pay()


def lapsed(barter: Barter, return_id: int) -> None:
    decided(barter, return_id)
    let_pass(barter.world, days=4)


def out_of_stock(barter: Barter, return_id: int) -> None:
    decided(barter, return_id)
    barter.world.shop.state.products[barter.coat.id].stock = 0
    barter.world.work()


def ending(barter: Barter, return_id: int) -> None:
    asked(barter, return_id)
    barter.cancel(return_id)


def done(barter: Barter, return_id: int) -> None:
    paid(barter, return_id)
    barter.arrive(return_id)
    barter.world.work()


STATES: Mapping[ExchangeState, Callable[[Barter, int], None]] = {
    ExchangeState.WISHED: wished,
    ExchangeState.UNDER_WAY: decided,
    ExchangeState.AWAITING_PAYMENT: asked,
    ExchangeState.AWAITING_GOODS: paid,
    ExchangeState.LAPSED: lapsed,
    ExchangeState.STUCK: out_of_stock,
    ExchangeState.ENDING: ending,
    ExchangeState.DONE: done,
}


def attempts(barter: Barter, return_id: int, seen: int, method: Method) -> Iterator[RefundChoice]:
    """What somebody could ask for: the usual box, another amount, a goodwill payment."""
    line = barter.world.case(return_id).items[0].line_id
    usual = RefundChoice((ChosenUnits(line, 1),), method, reference="SEPA 1", charge_anyway="I insist")
    yield usual
    yield replace(usual, custom_amount=Money(100, "EUR"))
    yield replace(usual, custom_amount=Money(100, "EUR"), goodwill=True)


def nothing_moved(barter: Barter, order: shops.Order) -> bool:
    coupons = barter.world.shop.state.coupons
    rows = [row for row in barter.world.shop.refunds(order.id) if row.amount]
    return not (coupons or rows or barter.world.paid_back(order))


def test_every_state_is_tried() -> None:
    assert set(STATES) == set(ExchangeState)


@pytest.mark.parametrize("state", STATES)
def test_no_way_to_give_money_back(barter: Barter, state: ExchangeState) -> None:
    order = barter.order()
    return_id = barter.open(order)
    first = barter.world.case(return_id).version
    STATES[state](barter, return_id)
    if state is not ExchangeState.WISHED:
        assert barter.exchange(return_id).state is state
    for method in WAYS:
        for seen in (first, barter.world.case(return_id).version):
            for choice in attempts(barter, return_id, seen, method):
                with pytest.raises(DeskError):
                    resolve(barter.world.desk, return_id, BOB, seen, choice)
    barter.world.work()
    assert nothing_moved(barter, order)


@pytest.mark.parametrize("state", [one for one in STATES if one is not ExchangeState.DONE])
def test_the_red_sentence_says_why(barter: Barter, state: ExchangeState) -> None:
    return_id = barter.open(barter.order())
    STATES[state](barter, return_id)
    case = load_settling(barter.world.desk, return_id).case
    with pytest.raises(Blocked, match="Exchange chosen: do NOT refund money"):
        resolve(barter.world.desk, return_id, BOB, case.version, RefundChoice((), Method.GATEWAY_REFUND))


@pytest.mark.parametrize("state", STATES)
def test_what_a_person_may_say_of_a_refund_in_doubt_opens_no_way(
    barter: Barter, state: ExchangeState
) -> None:
    order = barter.order()
    return_id = barter.open(order)
    STATES[state](barter, return_id)
    desk = barter.world.desk
    for row in barter.world.case(return_id).resolutions:
        with pytest.raises((Blocked, InvalidInput)):
            allow_one_more(desk, return_id, BOB, row.resolution_id)
        with pytest.raises((Blocked, InvalidInput)):
            confirm_done(desk, return_id, BOB, row.resolution_id, "seen")
    barter.world.work()
    assert nothing_moved(barter, order)

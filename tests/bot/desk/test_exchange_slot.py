"""An exchange holds the only slot of its return from the first second until somebody calls it off."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from bot.desk import decisions
from bot.desk.inspection import Arrival, receive
from bot.desk.resolution import load_settling, resolve
from bot.errors import Blocked, DeskError
from bot.rules.choice import ChosenUnits, RefundChoice
from bot.sandbox import shop as shops
from store import returns
from store.db import reading, writing
from store.models import Resolution
from store.terms import Method, ResolutionStatus, ReturnStatus, Wish
from tests.world import ALICE, BOB, World


def an_exchange(world: World) -> tuple[shops.Order, int]:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 1))
    return order, world.open(order, Wish.EXCHANGE)


def statuses(world: World, return_id: int) -> list[tuple[Method, ResolutionStatus]]:
    with reading(world.desk.engine) as session:
        rows = returns.resolutions_of(session, return_id)
        return [(row.method, row.status) for row in rows]


def pay(world: World, return_id: int, method: Method = Method.GATEWAY_REFUND) -> str:
    case = load_settling(world.desk, return_id).case
    units = (ChosenUnits(case.items[0].line_id, 1),)
    choice = RefundChoice(units=units, method=method, reference="SEPA 1", charge_anyway="yes")
    return resolve(world.desk, return_id, ALICE, case.version, choice)


def version(world: World, return_id: int) -> int:
    return world.case(return_id).version


def test_an_exchange_stands_from_the_first_second(world: World) -> None:
    _, return_id = an_exchange(world)
    assert statuses(world, return_id) == [(Method.EXCHANGE, ResolutionStatus.PLANNED)]


@pytest.mark.parametrize("end", [decisions.reject, decisions.cancel])
def test_an_exchange_that_is_called_off_lets_go_of_the_slot(world: World, end: object) -> None:
    _, return_id = an_exchange(world)
    end(world.desk, return_id, ALICE, version(world, return_id), "no longer wanted")  # type: ignore[operator]
    assert statuses(world, return_id) == [(Method.EXCHANGE, ResolutionStatus.REFUSED)]


def test_an_exchange_that_is_opened_again_holds_the_slot_again(world: World) -> None:
    order, return_id = an_exchange(world)
    decisions.cancel(world.desk, return_id, ALICE, version(world, return_id), "no")
    decisions.reopen(world.desk, return_id, BOB, version(world, return_id), "yes after all")
    assert statuses(world, return_id) == [
        (Method.EXCHANGE, ResolutionStatus.REFUSED),
        (Method.EXCHANGE, ResolutionStatus.PLANNED),
    ]
    receive(world.desk, return_id, BOB, (Arrival(world.case(return_id).items[0].line_id, 1),))
    for method in (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND):
        with pytest.raises(Blocked, match="do NOT refund"):
            pay(world, return_id, method)
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()


def test_no_money_leaves_between_calling_off_and_opening_again(world: World) -> None:
    order, return_id = an_exchange(world)
    receive(world.desk, return_id, BOB, (Arrival(world.case(return_id).items[0].line_id, 1),))
    decisions.reject(world.desk, return_id, ALICE, version(world, return_id), "no")
    with pytest.raises(DeskError):
        pay(world, return_id)
    world.work()
    assert world.case(return_id).status is ReturnStatus.REJECTED
    assert world.shop.ledger.refunds(order.id) == ()


def test_the_database_itself_refuses_a_second_resolution_beside_an_exchange(world: World) -> None:
    order, return_id = an_exchange(world)
    intruder = Resolution(
        return_id=return_id,
        order_id=order.id,
        slot=2,
        reference="RMA-1-R9",
        method=Method.GATEWAY_REFUND,
        status=ResolutionStatus.PLANNED,
        currency="EUR",
        amount_minor=3300,
        kept_minor=0,
        credit_minor=0,
        choice={},
        quote={},
        operator_id="U01ALICE",
        decided_at=world.clock(),
    )
    with pytest.raises(IntegrityError, match=r"(?i)unique"), writing(world.desk.engine) as session:
        session.add(intruder)


def test_calling_off_an_exchange_and_paying_at_the_same_moment_never_pays(world: World) -> None:
    order, return_id = an_exchange(world)
    receive(world.desk, return_id, BOB, (Arrival(world.case(return_id).items[0].line_id, 1),))
    seen = version(world, return_id)

    def press(number: int) -> None:
        try:
            if number % 2:
                decisions.reject(world.desk, return_id, BOB, seen, "no")
            else:
                pay(world, return_id)
        except DeskError:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, range(16)))
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()


def test_a_return_with_money_on_its_way_can_be_neither_refused_nor_called_off(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 1))
    return_id = world.open(order)
    receive(world.desk, return_id, BOB, (Arrival(world.case(return_id).items[0].line_id, 1),))
    pay(world, return_id)
    with pytest.raises(Blocked, match="under way"):
        decisions.reject(world.desk, return_id, BOB, version(world, return_id), "no")
    world.work()
    assert world.paid_back(order) == 3300
    assert world.case(return_id).status is ReturnStatus.RESOLVED

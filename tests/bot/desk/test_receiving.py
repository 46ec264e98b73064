"""What arrives, go by go: the goes add up, extra units are said, missing ones are not paid."""

import pytest

from bot.desk.cases import load_timeline
from bot.desk.inspection import Arrival, receive
from bot.desk.resolution import load_settling, resolve
from bot.errors import InvalidInput
from bot.rules.alert import Alert
from bot.rules.alerts import alerts
from bot.rules.proposal import default_choice
from bot.rules.receipt import is_complete
from bot.sandbox import shop as shops
from store.terms import Condition, Reason, ReturnStatus
from tests.world import ALICE, BOB, World


def a_return(world: World, quantity: int = 3, **more: object) -> tuple[shops.Order, int, int]:
    """An order, its return, and the line that comes back."""
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    order = world.order((mug, quantity))
    return_id = world.open(order, **more)  # type: ignore[arg-type]
    return order, return_id, world.case(return_id).items[0].line_id


def alert(world: World, return_id: int, name: str) -> Alert | None:
    return next((one for one in alerts(world.case(return_id)) if one.name == name), None)


def settle(world: World, return_id: int) -> None:
    case = load_settling(world.desk, return_id).case
    resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    world.work()


def test_several_goes_add_up(world: World) -> None:
    _, return_id, line = a_return(world)
    first = world.case(return_id)
    receive(world.desk, return_id, ALICE, (Arrival(line, 1),))
    received_at = world.case(return_id).received_at
    assert not is_complete(world.case(return_id).items)
    world.clock.pass_(days=2)
    receive(world.desk, return_id, BOB, (Arrival(line, 1), Arrival(line, 1, Condition.DAMAGED)))
    case = world.case(return_id)
    assert case.items[0].received == {Condition.GOOD: 2, Condition.DAMAGED: 1}
    assert is_complete(case.items)
    assert case.received_at == received_at
    assert (first.status, case.status) == (ReturnStatus.PENDING, ReturnStatus.RECEIVED)


def test_only_what_has_arrived_so_far_is_paid(world: World) -> None:
    order, return_id, line = a_return(world, reason=Reason.DEFECTIVE)
    receive(world.desk, return_id, ALICE, (Arrival(line, 1),))
    settle(world, return_id)
    assert world.paid_back(order) == 3300
    receive(world.desk, return_id, ALICE, (Arrival(line, 2),))
    assert world.case(return_id).status is ReturnStatus.RECEIVED
    settle(world, return_id)
    assert world.paid_back(order) == 9900
    assert [one.reference for one in world.case(return_id).resolutions] == ["RMA-1-R1", "RMA-1-R2"]


def test_more_than_was_announced_is_counted_said_and_not_paid(world: World) -> None:
    order, return_id, line = a_return(world, 2, reason=Reason.DEFECTIVE)
    receive(world.desk, return_id, ALICE, (Arrival(line, 3),))
    extra = alert(world, return_id, "extra_items")
    assert extra is not None
    assert extra.values == {"count": 1}
    assert load_timeline(world.desk, return_id)[-1].values == {"units": 3, "extra": 1}
    settle(world, return_id)
    assert world.paid_back(order) == 6600


def test_a_missing_unit_is_said_not_paid_and_not_put_on_the_shelf(world: World) -> None:
    mug = world.shop.add_product("Cup", "20.00", sku="CUP", stock=9)
    order = world.order((mug, 2))
    return_id = world.open(order, reason=Reason.DEFECTIVE)
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, ALICE, (Arrival(line, 1), Arrival(line, 1, Condition.MISSING)))
    missing = alert(world, return_id, "missing_items")
    assert missing is not None
    assert missing.values == {"count": 1}
    settle(world, return_id)
    assert world.paid_back(order) == 2000
    assert mug.stock == 8


def test_a_unit_that_is_not_the_shops_is_neither_paid_nor_put_on_the_shelf(world: World) -> None:
    mug = world.shop.add_product("Cup", "20.00", sku="CUP", stock=9)
    order = world.order((mug, 2))
    return_id = world.open(order, reason=Reason.DEFECTIVE)
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, ALICE, (Arrival(line, 1), Arrival(line, 1, Condition.WRONG_ITEM)))
    settle(world, return_id)
    assert world.paid_back(order) == 2000
    assert mug.stock == 8


@pytest.mark.parametrize("quantity", [0, -2])
def test_nothing_is_not_an_arrival(world: World, quantity: int) -> None:
    _, return_id, line = a_return(world)
    for arrivals in ((), (Arrival(line, quantity),)):
        with pytest.raises(InvalidInput) as told:
            receive(world.desk, return_id, ALICE, arrivals)
        assert told.value.field == "units"
    assert world.case(return_id).status is ReturnStatus.PENDING


def test_a_line_of_another_return_cannot_arrive_here(world: World) -> None:
    _, return_id, _ = a_return(world)
    _, _, foreign = a_return(world)
    with pytest.raises(InvalidInput):
        receive(world.desk, return_id, ALICE, (Arrival(foreign, 1),))
    assert world.case(return_id).items[0].received == {}


def test_a_parcel_that_comes_after_the_money_opens_the_return_again(world: World) -> None:
    order, return_id, line = a_return(world, 2, reason=Reason.DEFECTIVE)
    receive(world.desk, return_id, ALICE, (Arrival(line, 2),))
    settle(world, return_id)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    receive(world.desk, return_id, BOB, (Arrival(line, 1),))
    case = world.case(return_id)
    assert (case.status, case.closed_at) == (ReturnStatus.RECEIVED, None)
    assert default_choice(case).units == ()
    assert world.paid_back(order) == 6600

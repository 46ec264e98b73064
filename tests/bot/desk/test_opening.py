"""Opening returns: the same request once, the same unit once, whoever asks at whatever moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.desk import decisions
from bot.desk.inspection import Arrival, receive
from bot.desk.intake import NewReturn, Opened, WantedItem, open_return, returnable
from bot.desk.orders import read_order
from bot.desk.resolution import load_settling, resolve
from bot.errors import DeskError, InvalidInput, NotFound
from bot.rules.alerts import alerts
from bot.rules.order import OrderSnapshot
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from store.terms import Condition, Reason, ReturnStatus, Source, Wish
from tests.world import ALICE, BOB, World


def an_order(world: World, quantity: int = 2) -> shops.Order:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    return world.order((mug, quantity))


def a_request(order: OrderSnapshot, key: str = "form-1", quantity: int = 1) -> NewReturn:
    items = (WantedItem(order.products[0].line_id, quantity, Reason.TOO_SMALL),)
    return NewReturn(order.order_id, Source.INTAKE, key, Wish.REFUND, items)


def try_to_open(world: World, request: NewReturn) -> Opened | None:
    try:
        return open_return(world.desk, request)
    except InvalidInput:
        return None


def left(world: World, order: OrderSnapshot) -> int:
    return returnable(world.desk, order)[order.products[0].line_id]


def test_two_returns_for_the_same_last_unit_are_one(world: World) -> None:
    order = read_order(world.desk, str(an_order(world).id))
    open_return(world.desk, a_request(order, "first", 2))
    with pytest.raises(InvalidInput) as told:
        open_return(world.desk, a_request(order, "second", 1))
    assert told.value.values == {"name": "Mug, white", "count": 0}
    assert left(world, order) == 0


def test_many_at_once_for_the_same_last_unit_open_one_return(world: World) -> None:
    order = read_order(world.desk, str(an_order(world, 1).id))
    with ThreadPoolExecutor(8) as pool:
        requests = [a_request(order, f"form-{number}") for number in range(8)]
        opened = list(pool.map(lambda request: try_to_open(world, request), requests))
    assert len([one for one in opened if one is not None]) == 1
    assert left(world, order) == 0


def test_one_request_that_arrives_many_times_at_once_opens_one_return(world: World) -> None:
    order = read_order(world.desk, str(an_order(world).id))
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _n: open_return(world.desk, a_request(order)), range(8)))
    assert len({one.return_id for one in opened}) == 1
    assert [one.new for one in opened].count(True) == 1


def test_a_return_that_ended_without_money_frees_its_units(world: World) -> None:
    shop_order = an_order(world)
    order = read_order(world.desk, str(shop_order.id))
    for end in (decisions.reject, decisions.cancel):
        return_id = world.open(shop_order)
        assert left(world, order) == 0
        end(world.desk, return_id, ALICE, world.case(return_id).version, "a mistake")
        assert left(world, order) == 2


def test_settled_units_cannot_be_asked_for_again(world: World) -> None:
    shop_order = an_order(world)
    line = read_order(world.desk, str(shop_order.id)).products[0].line_id
    return_id = world.open(shop_order, units={line: 1})
    receive(world.desk, return_id, BOB, (Arrival(line, 1),))
    case = world.case(return_id)
    resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    world.work()
    order = read_order(world.desk, str(shop_order.id))
    assert left(world, order) == 1
    assert try_to_open(world, a_request(order, "both", 2)) is None
    assert try_to_open(world, a_request(order, "other", 1)) is not None


def test_units_of_a_missing_parcel_stay_taken_while_its_return_is_open(world: World) -> None:
    shop_order = an_order(world)
    return_id = world.open(shop_order)
    order = read_order(world.desk, str(shop_order.id))
    receive(world.desk, return_id, BOB, (Arrival(order.products[0].line_id, 2, Condition.MISSING),))
    assert left(world, order) == 0


def test_refunds_from_before_the_return_are_not_held_against_it(world: World) -> None:
    order = an_order(world)
    world.shop.refund_by_hand(order.id, "5.00", reason="goodwill")
    return_id = world.open(order)
    case = world.case(return_id)
    assert [str(refund.amount.decimal) for refund in case.order.refunds] == ["5.00"]
    assert case.outside_refunds == ()
    assert "refunded_elsewhere" not in [alert.name for alert in alerts(case)]


def test_a_unit_refunded_in_the_shop_cannot_come_back_again(world: World) -> None:
    order = an_order(world, 3)
    line = read_order(world.desk, str(order.id)).products[0].line_id
    rows = [
        {
            "id": line,
            "quantity": 1,
            "refund_total": "27.50",
            "refund_tax": [{"id": 1, "refund_total": "5.50"}],
        }
    ]
    world.shop.refund_by_hand(order.id, "33.00", lines=rows)
    with pytest.raises(InvalidInput) as told:
        world.open(order)
    assert told.value.values["count"] == 2
    assert world.open(order, units={line: 2})


@pytest.mark.parametrize("quantity", [0, -1, 3, 10**12])
def test_units_that_were_not_bought_are_refused(world: World, quantity: int) -> None:
    order = read_order(world.desk, str(an_order(world).id))
    with pytest.raises(InvalidInput):
        open_return(world.desk, a_request(order, quantity=quantity))
    assert left(world, order) == 2


def test_no_line_and_foreign_lines_and_lines_named_twice_are_refused(world: World) -> None:
    order = read_order(world.desk, str(an_order(world).id))
    other = read_order(world.desk, str(an_order(world).id))
    good = a_request(order)
    foreign = WantedItem(other.products[0].line_id, 1, Reason.OTHER)
    for items in ((), (foreign,), good.items * 2):
        with pytest.raises(InvalidInput):
            open_return(world.desk, replace(good, items=items))
    assert left(world, order) == 2


def test_shipping_cannot_come_back(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    order = read_order(world.desk, str(world.order((mug, 1), shipping="5.00").id))
    shipping = next(line for line in order.lines if line not in order.products)
    with pytest.raises(InvalidInput):
        open_return(
            world.desk, replace(a_request(order), items=(WantedItem(shipping.line_id, 1, Reason.OTHER),))
        )


def test_an_order_that_was_never_read_is_not_found(world: World) -> None:
    order = world.desk.shop.read_order(an_order(world).id)
    with pytest.raises(NotFound):
        open_return(world.desk, a_request(order))


def test_a_reopened_return_does_not_pay_for_units_that_another_one_asks_for(world: World) -> None:
    shop_order = an_order(world)
    first = world.open(shop_order)
    decisions.cancel(world.desk, first, ALICE, world.case(first).version, "changed their mind")
    second = world.open(shop_order)
    decisions.reopen(world.desk, first, ALICE, world.case(first).version, "changed it back")
    line = world.case(second).items[0].line_id
    for return_id in (first, second):
        receive(world.desk, return_id, BOB, (Arrival(line, 2),))
    paid = [pay(world, return_id) for return_id in (first, second)]
    world.work()
    assert paid.count(True) <= 1
    assert world.paid_back(shop_order) <= 6600


def pay(world: World, return_id: int) -> bool:
    settling = load_settling(world.desk, return_id)
    try:
        resolve(world.desk, return_id, ALICE, settling.case.version, default_choice(settling.case))
    except DeskError:
        return False
    return True


def test_the_window_a_return_was_opened_under_stays_its_own(world: World) -> None:
    return_id = world.open(an_order(world))
    before = world.case(return_id)
    world.clock.pass_(days=90)
    case = world.case(return_id)
    assert case.window_end == before.window_end
    assert case.status is ReturnStatus.PENDING
    assert "deadline_passed" in [alert.name for alert in alerts(case)]

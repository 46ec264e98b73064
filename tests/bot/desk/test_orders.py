"""What happens to an order past the desk: seen at the next look, whoever tells, and never paid twice."""

import pytest

from bot.desk import orders
from bot.desk.cases import load_timeline
from bot.desk.inspection import Arrival, receive
from bot.desk.orders import plan_poll, refresh
from bot.desk.resolution import load_settling, resolve
from bot.errors import DeskError, NotFound
from bot.rules.actions import Action, actions
from bot.rules.alert import Alert
from bot.rules.alerts import alerts
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop.life import set_status
from store import marks
from store.db import reading
from store.models import Operation
from store.terms import OperationState, Reason, ReturnStatus
from tests.world import ALICE, BOB, World


def a_return(world: World, **more: object) -> tuple[shops.Order, int]:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 2))
    return order, world.open(order, reason=Reason.DEFECTIVE, **more)  # type: ignore[arg-type]


def arrived(world: World, return_id: int) -> None:
    receive(world.desk, return_id, BOB, (Arrival(world.case(return_id).items[0].line_id, 2),))


def alert(world: World, return_id: int, name: str) -> Alert | None:
    return next((one for one in alerts(world.case(return_id)) if one.name == name), None)


def set_order(world: World, order: shops.Order, status: str) -> None:
    with world.shop.state.lock:
        set_status(world.shop.state, order, status)
        world.shop.state.touch(order)


def operation(world: World, key: str) -> Operation:
    with world.desk.engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT id FROM operations WHERE key = '{key}'").scalar_one()
    with reading(world.desk.engine) as session:
        return session.get_one(Operation, found)


def test_a_hand_refund_in_the_shop_stands_on_the_card_after_the_next_look(world: World) -> None:
    order, return_id = a_return(world)
    world.shop.refund_by_hand(order.id, "10.00", reason="goodwill", via_gateway=True)
    assert alert(world, return_id, "refunded_elsewhere") is None
    refresh(world.desk, order.id)
    told = alert(world, return_id, "refunded_elsewhere")
    assert told is not None
    assert str(told.values["amount"]) == "10.00 EUR" or told.values["amount"].minor == 1000  # type: ignore[attr-defined]
    assert [refund.amount.minor for refund in world.case(return_id).outside_refunds] == [1000]


def test_what_was_refunded_elsewhere_is_taken_off_what_can_be_paid(world: World) -> None:
    order, return_id = a_return(world)
    arrived(world, return_id)
    world.shop.refund_by_hand(order.id, "40.00", via_gateway=True)
    refresh(world.desk, order.id)
    settling = load_settling(world.desk, return_id)
    choice = default_choice(settling.case)
    assert settling.quote(choice).amount.minor == 2600
    resolve(world.desk, return_id, ALICE, settling.case.version, choice)
    world.work()
    assert world.paid_back(order) == 6600


def test_our_own_refund_is_never_taken_for_somebody_elses(world: World) -> None:
    order, return_id = a_return(world)
    arrived(world, return_id)
    case = world.case(return_id)
    resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    world.work()
    refresh(world.desk, order.id)
    assert world.case(return_id).outside_refunds == ()
    assert world.case(return_id).status is ReturnStatus.RESOLVED


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_an_order_that_was_closed_elsewhere_turns_its_return_grey_without_money_buttons(
    world: World, status: str
) -> None:
    order, return_id = a_return(world)
    arrived(world, return_id)
    set_order(world, order, status)
    refresh(world.desk, order.id)
    case = world.case(return_id)
    assert [one.name for one in alerts(case)] == ["order_closed_elsewhere"]
    assert set(actions(case)) == {
        Action.MESSAGE,
        Action.NEW_LINK,
        Action.LOCK_PAGE,
        Action.TIMELINE,
        Action.OPEN_IN_SHOP,
    }
    with pytest.raises(DeskError):
        resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()


def test_an_order_that_is_cancelled_after_the_last_look_is_still_not_refunded(world: World) -> None:
    order, return_id = a_return(world)
    arrived(world, return_id)
    case = world.case(return_id)
    resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    set_order(world, order, "refunded")
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()
    assert world.case(return_id).status is ReturnStatus.RECEIVED


def test_a_return_outlives_its_product(world: World) -> None:
    order, return_id = a_return(world)
    world.shop.state.products.clear()
    refresh(world.desk, order.id)
    item = world.case(return_id).items[0]
    assert (item.name, item.sku, item.due.minor) == ("Mug, white", "MUG-W", 6600)
    arrived(world, return_id)
    case = world.case(return_id)
    resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    world.work()
    assert world.paid_back(order) == 6600
    assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_an_order_that_is_gone_from_the_shop_leaves_what_is_known_of_it(world: World) -> None:
    order, return_id = a_return(world)
    before = world.case(return_id).order
    del world.shop.state.orders[order.id]
    with pytest.raises(NotFound):
        refresh(world.desk, order.id)
    orders.plan_refresh(world.desk, order.id)
    world.work()
    assert operation(world, f"order/{order.id}").state is OperationState.REFUSED
    assert world.case(return_id).order == before


def test_an_older_look_does_not_cover_a_newer_one(world: World) -> None:
    order, return_id = a_return(world)
    old = world.desk.shop.read_order(order.id)
    world.shop.refund_by_hand(order.id, "10.00")
    refresh(world.desk, order.id)
    orders.keep(world.desk, old)
    assert len(world.case(return_id).outside_refunds) == 1


def test_the_poll_finds_a_refund_although_nobody_told(world: World) -> None:
    order, return_id = a_return(world)
    plan_poll(world.desk)
    world.work()
    world.shop.refund_by_hand(order.id, "10.00")
    plan_poll(world.desk)
    world.work()
    assert len(world.case(return_id).outside_refunds) == 1
    assert operation(world, "poll").evidence["known"] == 1


def test_the_poll_comes_back_to_what_it_missed_while_the_shop_was_away(world: World) -> None:
    order, return_id = a_return(world)
    plan_poll(world.desk)
    world.work()
    with reading(world.desk.engine) as session:
        before = marks.read(session, orders.POLL)
    world.shop.refund_by_hand(order.id, "10.00")
    world.faults.plan("shop", Fault.LOST_BEFORE, times=200)
    plan_poll(world.desk)
    world.work()
    with reading(world.desk.engine) as session:
        assert marks.read(session, orders.POLL) == before
    world.faults.clear()
    world.clock.pass_(hours=2)
    world.work()
    assert len(world.case(return_id).outside_refunds) == 1


def test_orders_without_a_return_are_not_read(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    world.order((mug, 1))
    plan_poll(world.desk)
    world.work()
    evidence = operation(world, "poll").evidence
    assert evidence["changed"] >= 1
    assert evidence["known"] == 0


def test_a_shop_that_is_away_does_not_stop_decisions_and_the_work_is_done_later(world: World) -> None:
    order, return_id = a_return(world)
    arrived(world, return_id)
    world.faults.plan("shop", Fault.LOST_BEFORE, times=200)
    case = world.case(return_id)
    resolve(world.desk, return_id, ALICE, case.version, default_choice(case))
    world.work()
    assert [entry.verb for entry in load_timeline(world.desk, return_id)][-1] == "decided"
    world.faults.clear()
    world.clock.pass_(minutes=1)
    world.work()
    assert world.paid_back(order) == 6600

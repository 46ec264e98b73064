"""Units back on the shelf: once, on the right counter, whichever way money and goods go (K5, K6, S8)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.desk.inspection import Arrival, receive
from bot.desk.orders import refresh
from bot.desk.resolution import load_settling, resolve
from bot.errors import Blocked, DeskError, InvalidInput
from bot.rules.choice import ChosenUnits
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from store.terms import Method, Reason, ReturnStatus
from tests.world import ALICE, BOB, World


def a_return(world: World, product: shops.Product, quantity: int = 2) -> tuple[shops.Order, int]:
    """An order whose goods have all come back in good order."""
    order = world.order((product, quantity))
    return_id = world.open(order, reason=Reason.DEFECTIVE)
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, BOB, (Arrival(line, quantity),))
    return order, return_id


def settle(world: World, return_id: int, **changes: object) -> None:
    case = load_settling(world.desk, return_id).case
    choice = type(default_choice(case))(**{**vars(default_choice(case)), **changes})
    resolve(world.desk, return_id, ALICE, case.version, choice)
    world.work()


def line_of(order: shops.Order, quantity: int, total: str, tax: str) -> list[dict[str, object]]:
    line = order.of_kind("line_item")[0].id
    taxes = [{"id": 1, "refund_total": tax}]
    return [{"id": line, "quantity": quantity, "refund_total": total, "refund_tax": taxes}]


def a_mug(world: World) -> shops.Product:
    return world.shop.add_product("Mug", "30.00", sku="MUG", stock=5)


def test_a_refund_and_its_restock_are_one_row(world: World) -> None:
    mug = a_mug(world)
    order, return_id = a_return(world, mug)
    assert mug.stock == 3
    settle(world, return_id)
    assert mug.stock == 5
    assert len(world.shop.refunds(order.id)) == 1


@pytest.mark.parametrize("via_gateway", [True, False])
def test_units_of_a_refund_made_by_hand_before_are_put_back_once_without_money(
    world: World, via_gateway: bool
) -> None:
    """Rule K5: the money went first, in wp-admin, without lines; the goods come afterwards."""
    mug = a_mug(world)
    order, return_id = a_return(world, mug)
    world.shop.refund_by_hand(order.id, "59.99", via_gateway=via_gateway)
    refresh(world.desk, order.id)
    before = world.paid_back(order)
    settle(world, return_id)
    assert mug.stock == 5
    assert world.paid_back(order) - before == 1
    assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_units_the_shop_took_back_by_hand_are_neither_put_back_nor_paid_again(world: World) -> None:
    """Rule K5 the other way round. The shop's row names the units, so they count as settled (rule G1)."""
    mug = a_mug(world)
    order, return_id = a_return(world, mug)
    world.shop.refund_by_hand(order.id, "0.00", lines=line_of(order, 2, "0", "0"), restock=True)
    refresh(world.desk, order.id)
    assert default_choice(world.case(return_id)).units == ()
    units = (ChosenUnits(order.of_kind("line_item")[0].id, 2),)
    for chosen in ((), units):
        with pytest.raises(InvalidInput):
            settle(world, return_id, units=chosen, restock=True)
    assert (world.paid_back(order), mug.stock) == (0, 5)


def test_a_damaged_unit_is_paid_but_stays_off_the_shelf(world: World) -> None:
    mug = a_mug(world)
    order, return_id = a_return(world, mug)
    settle(world, return_id, restock=False)
    assert world.paid_back(order) == 6000
    assert mug.stock == 3


def test_a_variation_counted_on_its_parent_goes_back_to_the_parents_counter(world: World) -> None:
    shirt = world.shop.add_product("Shirt", "30.00", sku="SHIRT", stock=10)
    red = world.shop.add_variation(shirt, {"Colour": "red"}, sku="SHIRT-R", stock="parent")
    order, return_id = a_return(world, red)
    assert shirt.stock == 8
    settle(world, return_id)
    assert shirt.stock == 10
    assert red.stock is None
    assert world.paid_back(order) == 6000
    moves = world.case(return_id).resolutions[0].restocked
    assert [(move.sku, move.before, move.after) for move in moves] == [("SHIRT-R", 8, 10)]


def test_a_variation_with_a_counter_of_its_own_leaves_the_parents_alone(world: World) -> None:
    shirt = world.shop.add_product("Shirt", "30.00", sku="SHIRT", stock=10)
    red = world.shop.add_variation(shirt, {"Colour": "red"}, sku="SHIRT-R", stock=4)
    _, return_id = a_return(world, red)
    settle(world, return_id)
    assert (shirt.stock, red.stock) == (10, 4)


def test_what_the_shop_does_not_count_is_paid_and_said(world: World) -> None:
    poster = world.shop.add_product("Poster", "30.00", sku="POSTER")
    order, return_id = a_return(world, poster)
    assert default_choice(world.case(return_id)).restock is False
    settle(world, return_id)
    assert world.paid_back(order) == 6000
    assert poster.stock is None


def test_two_people_who_settle_at_the_same_moment_restock_once_and_the_second_hears_of_the_first(
    world: World,
) -> None:
    """Rule S8."""
    mug = a_mug(world)
    order, return_id = a_return(world, mug)
    case = load_settling(world.desk, return_id).case

    def press(person: object) -> str:
        try:
            return resolve(world.desk, return_id, person, case.version, default_choice(case))  # type: ignore[arg-type]
        except DeskError as e:
            return type(e).__name__

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(press, (ALICE, BOB)))
    world.work()
    assert sorted(said) == ["Blocked", "RMA-1-R1"]
    assert mug.stock == 5
    assert len(world.shop.ledger.refunds(order.id)) == 1
    with pytest.raises(Blocked) as told:
        settle(world, return_id)
    assert told.value.message == "Already done by {name} at {time}."
    assert told.value.values["name"] in ("Alice", "Bob")


def test_a_credit_restocks_without_a_second_row(world: World) -> None:
    mug = a_mug(world)
    order, return_id = a_return(world, mug)
    settle(world, return_id, method=Method.STORE_CREDIT)
    assert mug.stock == 5
    assert world.shop.ledger.refunds(order.id) == ()
    assert len(world.shop.refunds(order.id)) == 1

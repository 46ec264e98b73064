"""Settling a return: what the shop's ledger says afterwards is the only judge."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.desk import decisions
from bot.desk.inspection import Arrival, receive
from bot.desk.orders import refresh
from bot.desk.resolution import allow_one_more, confirm_done, load_settling, resolve
from bot.errors import Blocked, DeskError, InvalidInput, NotAllowed, StaleCase
from bot.rules.choice import RefundChoice
from bot.rules.refund import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests.world import ALICE, BOB, GUEST, World


def a_mug_order(world: World, quantity: int = 2, **more: object) -> shops.Order:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    return world.order((mug, quantity), **more)


def received(world: World, return_id: int, condition: Condition = Condition.GOOD) -> None:
    items = world.case(return_id).items
    receive(world.desk, return_id, BOB, tuple(Arrival(i.line_id, i.quantity, condition) for i in items))


def settle(world: World, return_id: int, by: object = ALICE, **changes: object) -> str:
    settling = load_settling(world.desk, return_id)
    choice = RefundChoice(**{**vars(default_choice(settling.case)), **changes})
    return resolve(world.desk, return_id, by, settling.case.version, choice)  # type: ignore[arg-type]


def test_a_gateway_refund_pays_once_restocks_and_settles_the_return(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settle(world, return_id)
    world.work()
    case = world.case(return_id)
    assert world.paid_back(order) == 6600 - 490
    assert case.status is ReturnStatus.RESOLVED
    assert case.resolutions[0].status is ResolutionStatus.DONE
    assert [(move.before, move.after) for move in case.resolutions[0].restocked] == [(3, 5)]


def test_the_reference_opens_the_reason_in_the_shop(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    reference = settle(world, return_id)
    world.work()
    assert world.desk.shop.list_refunds(order.id)[0].reason.split(" ")[0] == reference


def test_the_forecast_is_what_the_bank_pays(world: World) -> None:
    order = a_mug_order(world, 3)
    return_id = world.open(order)
    received(world, return_id)
    settling = load_settling(world.desk, return_id)
    choice = RefundChoice(**{**vars(default_choice(settling.case)), "deduct_label": True})
    quote = settling.quote(choice)
    resolve(world.desk, return_id, ALICE, settling.case.version, choice)
    world.work()
    assert world.paid_back(order) == quote.amount.minor


def test_the_second_person_is_told_who_was_first(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settling = load_settling(world.desk, return_id)
    choice = default_choice(settling.case)
    resolve(world.desk, return_id, ALICE, settling.case.version, choice)
    with pytest.raises(Blocked) as told:
        resolve(world.desk, return_id, BOB, settling.case.version, choice)
    assert told.value.values["name"] == "Alice"
    world.work()
    assert len(world.shop.ledger.refunds(order.id)) == 1


def test_many_people_at_once_refund_once(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settling = load_settling(world.desk, return_id)
    choice = default_choice(settling.case)

    def press(_n: int) -> bool:
        try:
            resolve(world.desk, return_id, ALICE, settling.case.version, choice)
        except DeskError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(press, range(16)))
    world.work()
    assert won.count(True) == 1
    assert len(world.shop.ledger.refunds(order.id)) == 1


def test_an_exchange_refuses_every_way_of_paying_money(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order, Wish.EXCHANGE)
    received(world, return_id)
    for method in (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND):
        with pytest.raises(DeskError, match="do NOT refund"):
            settle(world, return_id, method=method, reference="SEPA 1")
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()


def test_a_guest_can_decide_nothing(world: World) -> None:
    return_id = world.open(a_mug_order(world))
    case = world.case(return_id)
    choice = default_choice(case)
    for act in (
        lambda: resolve(world.desk, return_id, GUEST, case.version, choice),
        lambda: decisions.take(world.desk, return_id, GUEST),
        lambda: decisions.approve(world.desk, return_id, GUEST, case.version),
        lambda: decisions.reject(world.desk, return_id, GUEST, case.version, "no"),
        lambda: receive(world.desk, return_id, GUEST, (Arrival(1, 1),)),
        lambda: confirm_done(world.desk, return_id, GUEST, 1, "x"),
        lambda: allow_one_more(world.desk, return_id, GUEST, 1),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert world.case(return_id).version == case.version


def test_store_credit_books_without_money_and_makes_one_coupon(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order, Wish.STORE_CREDIT)
    received(world, return_id)
    settle(world, return_id, method=Method.STORE_CREDIT, deduct_label=False)
    world.work()
    coupons = list(world.shop.state.coupons.values())
    assert world.shop.ledger.refunds(order.id) == ()
    assert [(str(coupon.amount), coupon.email_restrictions) for coupon in coupons] == [
        ("69.30", ["marie@example.com"])
    ]
    assert world.desk.shop.read_order(order.id).remaining.minor == 0
    assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_the_code_of_a_credit_reaches_the_customer_and_no_table(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order, Wish.STORE_CREDIT)
    received(world, return_id)
    settle(world, return_id, method=Method.STORE_CREDIT)
    world.work()
    code = next(iter(world.shop.state.coupons.values())).code.upper()
    assert any(code in mail.text.upper() for mail in world.shop.outbox)
    with world.desk.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT payload, evidence FROM operations").all()
        outcomes = connection.exec_driver_sql("SELECT outcome FROM resolutions").all()
    assert code not in f"{kept}{outcomes}".upper()


def test_a_manual_refund_moves_no_money_and_wants_a_reference(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    with pytest.raises(InvalidInput):
        settle(world, return_id, method=Method.MANUAL_REFUND, reference=" ")
    settle(world, return_id, method=Method.MANUAL_REFUND, reference="SEPA 2026-11-23/7")
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()
    assert world.desk.shop.list_refunds(order.id)[0].paid_back is False
    assert world.case(return_id).resolutions[0].transfer_reference == "SEPA 2026-11-23/7"


def test_an_answer_lost_after_the_refund_is_not_refunded_again(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settle(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.work()
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.IN_DOUBT
    for _ in range(30):
        world.clock.pass_(minutes=1)
        world.work()
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert len(world.shop.ledger.refunds(order.id)) == 1


def test_a_request_lost_before_the_shop_saw_it_ends_with_a_person_when_no_bank_can_be_asked(
    world: World,
) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settle(world, return_id)
    world.faults.plan("shop", Fault.LOST_BEFORE, method="POST", path="/refunds$")
    for _ in range(30):
        world.work()
        world.clock.pass_(minutes=2)
    case = world.case(return_id)
    assert case.resolutions[0].needs_person
    assert world.shop.ledger.refunds(order.id) == ()
    with pytest.raises(Blocked, match="second person"):
        allow_one_more(world.desk, return_id, ALICE, case.resolutions[0].resolution_id)
    allow_one_more(world.desk, return_id, BOB, case.resolutions[0].resolution_id)
    world.work()
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert len(world.shop.ledger.refunds(order.id)) == 1


def test_a_person_who_found_the_refund_settles_it_without_another(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settle(world, return_id)
    world.faults.plan("shop", Fault.LOST_BEFORE, method="POST", path="/refunds$")
    for _ in range(30):
        world.work()
        world.clock.pass_(minutes=2)
    resolution = world.case(return_id).resolutions[0]
    confirm_done(world.desk, return_id, ALICE, resolution.resolution_id, "re_123")
    world.work()
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert world.shop.ledger.refunds(order.id) == ()


def test_a_refund_made_in_the_shop_meanwhile_stops_ours(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settle(world, return_id)
    world.shop.refund_by_hand(order.id, "10.00")
    world.work()
    case = world.case(return_id)
    assert case.resolutions[0].status is ResolutionStatus.REFUSED
    assert "meanwhile" in case.resolutions[0].why
    assert case.status is ReturnStatus.RECEIVED
    settle(world, return_id)
    assert len(world.case(return_id).resolutions) == 2


def test_a_gateway_that_declines_leaves_the_return_open_with_the_reason(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    world.shop.plan_mishap(shops.Mishap.DECLINED)
    settle(world, return_id)
    for _ in range(30):
        world.work()
        world.clock.pass_(minutes=2)
    assert world.shop.ledger.refunds(order.id) == ()
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.IN_DOUBT


def test_nothing_to_pay_calls_no_gateway_and_still_settles(world: World) -> None:
    cheap = world.shop.add_product("Postcard", "4.00", sku="CARD", stock=9)
    order = world.order((cheap, 1))
    return_id = world.open(order)
    received(world, return_id)
    settle(world, return_id, deduct_label=True, restock=True)
    world.work()
    case = world.case(return_id)
    assert world.shop.ledger.refunds(order.id) == ()
    assert case.status is ReturnStatus.RESOLVED
    assert cheap.stock == 9


def test_damaged_units_are_paid_and_not_put_back(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 2))
    return_id = world.open(order, reason=Reason.DAMAGED)
    received(world, return_id, Condition.DAMAGED)
    settle(world, return_id)
    world.work()
    assert world.paid_back(order) == 6600
    assert mug.stock == 3


def test_one_good_and_one_damaged_unit_restock_one(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 2))
    return_id = world.open(order)
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, BOB, (Arrival(line, 1), Arrival(line, 1, Condition.DAMAGED)))
    settle(world, return_id, deduct_label=False)
    world.work()
    assert world.paid_back(order) == 6600
    assert mug.stock == 4


def test_another_amount_than_the_one_that_was_confirmed_is_not_sent(world: World) -> None:
    order = a_mug_order(world)
    return_id = world.open(order)
    received(world, return_id)
    settling = load_settling(world.desk, return_id)
    choice = default_choice(settling.case)
    agreed = settling.quote(choice).amount
    world.shop.refund_by_hand(order.id, "10.00")
    refresh(world.desk, order.id)
    with pytest.raises(StaleCase):
        resolve(world.desk, return_id, ALICE, settling.case.version, choice, confirmed=agreed)
    world.work()
    assert world.shop.ledger.refunds(order.id) == ()


@pytest.mark.parametrize(("limit", "paid"), [("66.00", 6110), ("65.99", 0)])
def test_what_is_not_worth_its_way_is_refunded_and_kept_up_to_the_limit_of_the_setting(
    world: World, limit: str, paid: int
) -> None:
    settings = world.desk.settings.model_copy(update={"keep_it_limit": limit})
    world.desk = replace(world.desk, settings=settings)
    order = a_mug_order(world)
    return_id = world.open(order)
    if paid:
        settle(world, return_id, restock=False)
    else:
        with pytest.raises(InvalidInput, match="have arrived"):
            settle(world, return_id, restock=False)
    world.work()
    assert world.paid_back(order) == paid
    assert world.shop.state.products[order.lines[0].product_id].stock == 3

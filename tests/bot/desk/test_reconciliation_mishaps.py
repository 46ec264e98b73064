"""Whatever goes wrong inside a refund: a difference is told when the ledgers say so, and only then."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from bot.config import StripeRefunds
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.stripe import Stripe
from store.terms import DifferenceKind, Method, ResolutionStatus
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, with_a_bank
from tests.bot.desk.books import bookkeeper, compare_books, differences, intent, total_days
from tests.world import World

pytestmark = pytest.mark.slow

SHELF = DifferenceKind.NOT_RESTOCKED
LOST = (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.ERROR_BEFORE, Fault.ERROR_AFTER)


@dataclass(frozen=True)
class Truth:
    """What really happened to one refund, in minor units, as the two ledgers and the shop's rows tell."""

    paid: int
    booked: int
    ours: int
    on_shelf: int

    @property
    def agrees(self) -> bool:
        return self.paid == self.booked == self.ours


@contextmanager
def a_bank(world: World, way: str) -> Iterator[Stripe]:
    """A bank that is asked through the shop, or by the desk itself."""
    with with_a_bank(world, StripeRefunds.DIRECT if way == "direct" else StripeRefunds.SHOP) as stripe:
        world.journal = bookkeeper(world)
        yield stripe


def a_day_after(world: World) -> None:
    """Late payments come, faults end, and a day goes by with its rounds."""
    let_pass(world, seconds=90)
    world.faults.clear()
    world.shop.state.mishaps.clear()
    world.shop.settle_late()
    let_pass(world, hours=24)
    compare_books(world)


def truth(world: World, stripe: Stripe | None, order: shops.Order, return_id: int, stock: int) -> Truth:
    paid = stripe.refunded(intent(stripe, order)) if stripe else world.paid_back(order)
    booked = sum(int((row.amount or 0) * 100) for row in world.shop.refunds(order.id))
    done = [one for one in world.case(return_id).resolutions if one.status is ResolutionStatus.DONE]
    shelf = int(world.shop.state.products[order.lines[0].product_id].stock or 0) - stock
    return Truth(paid, booked, sum(one.amount.minor for one in done), shelf)


def judge(world: World, told: Truth, return_id: int, about: str) -> None:
    """Nothing is called different that agrees, and nothing that differs stays untold."""
    found = {row.kind for row in differences(world)}
    (one,) = world.case(return_id).resolutions
    if one.status is ResolutionStatus.IN_DOUBT:
        assert one.needs_person, about  # the return's own card asks a person, and a difference may say more
        return
    # The same amount booked in cash in the same second looks like a row that a plugin made: a person tells.
    assert bool(found - {SHELF}) is not told.agrees, f"{about}: {found} {told}"
    missing = one.status is ResolutionStatus.DONE and told.on_shelf == 0
    assert (SHELF in found) is missing, f"{about}: {found} {told}"


def a_refund(world: World, stripe: Stripe | None) -> tuple[shops.Order, int, int]:
    order = an_order(world, 4, **({"payment_method": "stripe"} if stripe else {}))
    stock = int(world.shop.state.products[order.lines[0].product_id].stock or 0)
    return_id = arrived(world, order, units={order.lines[0].id: 2})
    return order, stock, return_id


@pytest.mark.parametrize("way", ["through the shop", "direct"])
@pytest.mark.parametrize("mishap", list(Mishap))
def test_no_mishap_inside_the_shop_leads_to_a_wrong_alarm_or_to_none(
    world: World, mishap: Mishap, way: str, counts: Counter[str]
) -> None:
    counts["faults injected"] += 1
    with a_bank(world, way) as stripe:
        order, stock, return_id = a_refund(world, stripe)
        world.shop.plan_mishap(mishap, seconds=0.2 if mishap is Mishap.SLOW else 3600)
        decide(world, return_id)
        a_day_after(world)
        told = truth(world, stripe, order, return_id, stock)
        judge(world, told, return_id, f"{mishap} {way}")


@pytest.mark.parametrize("way", ["through the shop", "direct"])
@pytest.mark.parametrize("fault", LOST)
def test_no_lost_answer_leads_to_a_wrong_alarm_or_to_none(
    world: World, fault: Fault, way: str, counts: Counter[str]
) -> None:
    counts["faults injected"] += 1
    with a_bank(world, way) as stripe:
        order, stock, return_id = a_refund(world, stripe)
        world.faults.plan("shop", fault, method="POST", path="/refunds$")
        decide(world, return_id)
        a_day_after(world)
        judge(world, truth(world, stripe, order, return_id, stock), return_id, f"{fault} {way}")


@pytest.mark.parametrize("method", [Method.MANUAL_REFUND, Method.STORE_CREDIT])
@pytest.mark.parametrize(
    "mishap", [Mishap.DIES_BEFORE_ROW, Mishap.DIES_BEFORE_RESTOCK, Mishap.DIES_BEFORE_META]
)
def test_books_without_a_bank_agree_after_every_mishap_that_can_meet_them(
    world: World, mishap: Mishap, method: Method, counts: Counter[str]
) -> None:
    counts["faults injected"] += 1
    world.journal = bookkeeper(world)
    order, stock, return_id = a_refund(world, None)
    world.shop.plan_mishap(mishap)
    decide(world, return_id, method)
    a_day_after(world)
    told = truth(world, None, order, return_id, stock)
    judge(world, Truth(told.booked, told.booked, told.ours, told.on_shelf), return_id, f"{mishap} {method}")


def test_a_week_of_refunds_by_everybody_agrees_every_night(world: World) -> None:
    with a_bank(world, "through the shop") as stripe:
        for day in range(7):
            order, _stock, return_id = a_refund(world, stripe)
            decide(world, return_id)
            if day % 2:
                world.shop.refund_by_hand(order.id, "5.00", via_gateway=True)
            total_days(world)
            assert differences(world) == [], f"night {day}"

"""Store credit under everything customers and shops do at once. The shop's own records are the judge.

At every moment: one coupon per decision. Whenever the desk has just asked the shop: what the orders hold and
what the coupon still gives add up to what was decided, neither more nor less. Orders can take more in two
cases only, and then a difference says so, and by how much: the shop let two use the coupon in one moment, or
an order came to nothing and another was placed before the desk looked. The shop frees the use of a cancelled
order at once, with the balance as it was last set.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from bot.desk.credits import notice
from bot.desk.orders import plan_poll
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.life import set_status
from bot.sandbox.shop.records import Coupon, Product
from store.db import reading
from store.models import Difference
from store.terms import DifferenceKind, Method
from tests.bot.desk.bench import an_order, arrived, decide, let_pass
from tests.world import World, a_world

SEED = 20261123
EACH = 50  # rounds with one shop: its records only ever grow
PARTS = [
    pytest.param(range(25), marks=pytest.mark.slow),
    *(pytest.param(range(first, first + EACH), marks=pytest.mark.proof) for first in range(0, 2000, EACH)),
]
DECIDED = 6930  # two mugs at 33.00, and five percent on top
PRICES = ("4.99", "19.90", "33.33", "69.30", "120.00")
LIVE = ("pending", "on-hold", "processing", "completed", "refunded")  # the last holds on to nothing
FAULTS = (Fault.LOST_AFTER, Fault.LOST_BEFORE)


@dataclass
class Till:
    """One credit and everybody who does something with it."""

    world: World
    dice: random.Random
    coupon: Coupon
    goods: list[Product]
    coupons_before: int
    orders: list[shops.Order] = field(default_factory=list)
    returned: Counter[int] = field(default_factory=Counter)
    in_one_moment: bool = False
    freed_unseen: bool = False  # an order came to nothing since the desk last looked
    spent_unseen: bool = False  # and another was placed before it did

    def spend(self) -> None:
        """A customer pays with it; the webhook may or may not get through."""
        self.spent_unseen |= self.freed_unseen
        lines = [(self.dice.choice(self.goods), self.dice.choice((1, 1, 2)))]
        try:
            self.orders.append(self.world.order(*lines, coupon=self.coupon.code))
        except ShopError:
            return
        self.say(self.orders[-1])

    def spend_twice(self) -> None:
        """Two customers pay in one moment: both carts were checked before either order was counted."""
        limit = self.coupon.usage_limit or 1
        if self.coupon.usage_count >= limit or not self.coupon.amount:
            return
        self.in_one_moment = True
        self.coupon.usage_limit = limit + 1
        self.spend()
        self.spend()
        self.coupon.usage_limit = limit

    def end(self) -> None:
        """An order comes to nothing."""
        live = [order for order in self.orders if order.status in LIVE and order.id not in self.returned]
        if not live:
            return
        order = self.dice.choice(live)
        with self.world.shop.state.lock:
            set_status(self.world.shop.state, order, self.dice.choice(("cancelled", "failed", "trash")))
            self.world.shop.state.touch(order)
        self.freed_unseen = True
        self.say(order)

    def give_back(self) -> None:
        """Somebody refunds one unit in WordPress."""
        live = [order for order in self.orders if order.status in LIVE]
        if not live:
            return
        order = self.dice.choice(live)
        line = order.lines[0]
        if self.returned[order.id] >= line.quantity:
            return
        self.returned[order.id] += 1
        self.world.shop.refund_by_hand(order.id, "0.00", lines=[{"id": line.id, "quantity": 1}])
        self.say(order)

    def say(self, order: shops.Order) -> None:
        """The shop's webhook about an order, half of which get lost."""
        if self.dice.random() < 0.5:
            notice(self.world.desk, order.id, [self.coupon.code])

    def work(self) -> None:
        """The desk does what is due, at times with a shop that loses requests or answers."""
        if self.dice.random() < 0.3:
            self.world.faults.plan("shop", self.dice.choice(FAULTS), method="PUT", path="/coupons/")
        self.world.work()

    def poll(self) -> None:
        """The poll interval is over."""
        plan_poll(self.world.desk)
        let_pass(self.world, minutes=5)
        self.freed_unseen = False

    def held(self) -> int:
        """What the orders hold, by the shop's own records, in minor units."""
        return sum(self._held(order) for order in self.orders if order.status in LIVE[:-1])

    def _held(self, order: shops.Order) -> int:
        taken = sum(row.discount + row.discount_tax for row in order.coupons)
        minor, units = int(taken * 100), order.lines[0].quantity
        return minor - minor * self.returned[order.id] // units

    def left(self) -> int:
        """What the coupon still gives, as the shop would let a customer use it."""
        uses = (self.coupon.usage_limit or 10**6) - self.coupon.usage_count
        return int(self.coupon.amount * 100) * max(0, uses)

    def judge(self) -> None:
        """Nothing is spendable beyond what was decided, nothing is lost, and one coupon is there."""
        made = len(self.world.shop.state.coupons) - self.coupons_before
        assert made == 1, f"{made} coupons for one decision"
        held, left = self.held(), self.left()
        assert left == max(0, DECIDED - held), f"{held} held, {left} left"
        over = max(0, held - DECIDED)
        assert over == 0 or self.in_one_moment or self.spent_unseen
        assert overspent(self.world, self.coupon) == ([DECIDED + over] if over else [])

    def judge_safety(self) -> None:
        """Once the poll interval is over nothing can be spent beyond what was decided."""
        assert self.left() <= max(0, DECIDED - self.held())

    def judge_meanwhile(self) -> None:
        """Between two looks of the desk, too, no order alone can take more than is there."""
        if not self.in_one_moment and not any(order.status not in LIVE for order in self.orders):
            assert self.held() <= DECIDED
            assert self.held() + self.left() <= DECIDED


def overspent(world: World, coupon: Coupon) -> list[int]:
    """What the orders took, by the difference about this credit, if one is open."""
    key = f"{DifferenceKind.CREDIT_OVERSPENT}/{coupon.description}"
    is_open = (Difference.key == key, col(Difference.settled_at).is_(None))
    with reading(world.desk.engine) as session:
        found = session.exec(select(Difference).where(*is_open)).all()
    assert all(one.ours_minor == DECIDED for one in found)
    return [one.shop_minor or 0 for one in found]


def a_till(world: World, dice: random.Random) -> Till:
    """A new decision, its coupon, and a shop window."""
    before = len(world.shop.state.coupons)
    return_id = arrived(world, an_order(world))
    decide(world, return_id, Method.STORE_CREDIT)
    if dice.random() < 0.3:
        world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/coupons$")
    let_pass(world, minutes=30)
    goods = [product for product in world.shop.state.products.values() if product.name == "Poster"]
    goods = goods or [world.shop.add_product("Poster", price) for price in PRICES]
    coupon = list(world.shop.state.coupons.values())[-1]
    assert int(coupon.amount * 100) == DECIDED
    return Till(world, dice, coupon, goods, before)


def play(till: Till, counts: Counter[str]) -> None:
    """A few things happen in any order, the desk works now and then, and the poll finds the rest."""
    deeds = (till.spend, till.spend, till.spend, till.end, till.give_back, till.work, till.poll)
    rare = (*deeds, till.spend_twice)
    for _ in range(till.dice.randint(5, 14)):
        till.dice.choice(rare if till.dice.random() < 0.3 else deeds)()
        till.judge_meanwhile()
    till.poll()
    till.judge_safety()
    till.world.clock.pass_(minutes=65)  # what was thrown into the bin unseen shows at the next look
    till.poll()
    till.poll()
    till.judge()
    counts["schedules run"] += 1
    counts["operations carried out"] += len(till.orders)


@pytest.mark.parametrize("rounds", PARTS, ids=str)
def test_no_more_can_be_spent_than_was_decided_and_nothing_is_lost(
    engine: Engine, counts: Counter[str], rounds: range
) -> None:
    with a_world(engine) as world:
        world.shop.state.clock = world.clock
        for number in rounds:
            seed = f"{SEED}-{number}"
            try:
                play(a_till(world, random.Random(seed)), counts)
            except AssertionError as e:
                counts["violations"] += 1
                raise AssertionError(f"seed {seed}: {e}") from e

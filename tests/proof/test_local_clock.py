"""Clocks that are wrong, that jump in the middle of an operation, or that disagree: no money moves for it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.config import StripeRefunds
from bot.desk.performers import shop_performers
from bot.journal import Journal
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from store.terms import Method, ResolutionStatus, ReturnStatus
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, next_moment, told, with_a_bank
from tests.bot.desk.deaths import Deed, a_day
from tests.world import Clock, World, a_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AWRY = {
    "an hour ahead": HOUR,
    "an hour behind": -HOUR,
    "a day ahead": DAY,
    "a day behind": -DAY,
    "in 2038, after the end of 32 bits": datetime(2038, 2, 1).astimezone() - datetime.now().astimezone(),
    "in 2107, after the end of 32 bits without a sign": timedelta(days=365.25 * 81),
}
JUMPS = {name: AWRY[name] for name in ("an hour ahead", "an hour behind", "a day ahead", "a day behind")}
METHODS = {
    "refund": Method.GATEWAY_REFUND,
    "refund with a bank to ask": Method.GATEWAY_REFUND,
    "refund through Stripe": Method.GATEWAY_REFUND,
    "credit": Method.STORE_CREDIT,
    "manual": Method.MANUAL_REFUND,
}
BANKS = {"refund with a bank to ask": StripeRefunds.SHOP, "refund through Stripe": StripeRefunds.DIRECT}
WORST = {"refund with a bank to ask": Mishap.PAID_LATE, "refund through Stripe": None}
ANSWERS = (Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.ERROR_AFTER, Fault.HTML_AFTER, Fault.TIMEOUT_AFTER)
MISHAPS = (Mishap.PAID_LATE, Mishap.DIES_AFTER_MONEY, Mishap.DIES_BEFORE_MONEY, Mishap.HAND_REFUND)


@dataclass
class Jumping(Clock):
    """The real time until it is looked at the ``at``-th time; from then on ``by`` more."""

    ahead: timedelta = timedelta()
    at: int = 0
    by: timedelta = timedelta()
    looked: int = 0

    def __call__(self) -> datetime:
        self.looked += 1
        if self.looked == self.at:
            self.ahead += self.by
        return super().__call__()

    def jump(self, at: int, by: timedelta) -> None:
        """Jump ``by`` at the ``at``-th look from now on."""
        self.looked, self.at, self.by = 0, at, by


@dataclass(frozen=True)
class Honest(Journal):
    """A worker after each of whose steps the desk may not have said what the ledger denies (R5)."""

    look: list[Callable[[], None]] = field(default_factory=list)

    def run_due(self) -> bool:
        worked = super().run_due()
        for look in self.look:
            look()
        return worked


@pytest.fixture
def clock() -> Jumping:
    return Jumping()


@pytest.fixture
def world(engine: object, clock: Jumping) -> Iterator[World]:
    with a_world(engine) as world:  # type: ignore[arg-type]
        world.clock = clock
        world.desk = replace(world.desk, clock=clock)
        world.journal = Honest(world.desk.engine, clock, shop_performers(world.desk))
        yield world


def a_deed(world: World, name: str, stack: ExitStack) -> Deed:
    """A decision of a kind, judged by the ledger that moves its money, at every step of the worker."""
    stripe = stack.enter_context(with_a_bank(world, BANKS[name])) if name in BANKS else None
    deed = Deed(world, name, METHODS[name], stripe)
    world.journal = Honest(world.desk.engine, world.clock, shop_performers(world.desk), look=[honest(deed)])
    return deed


def honest(deed: Deed) -> Callable[[], None]:
    """A look at a deed: done only if the ledger says so, refused only if it does not, paid at most once."""

    def look() -> None:
        rows = deed.world.case(deed.return_id).resolutions
        paid = moved(deed)
        assert paid in (0, deed.amount), "paid twice"
        if not rows or deed.method is not Method.GATEWAY_REFUND:
            return
        assert rows[0].status is not ResolutionStatus.DONE or paid == deed.amount, "called done"
        assert rows[0].status is not ResolutionStatus.REFUSED or not paid, "called refused"

    return look


def moved(deed: Deed) -> int:
    """What the bank really paid back."""
    if deed.stripe is None:
        return deed.world.paid_back(deed.order)
    return deed.stripe.refunded(deed.stripe.get(deed.order.transaction_id)["payment_intent"])


def spoil(deed: Deed, fault: Fault | Mishap | None) -> None:
    """Let the next refund meet a fault."""
    if isinstance(fault, Mishap):
        deed.world.shop.plan_mishap(fault, seconds=10_000 if fault is Mishap.PAID_LATE else 0)
    elif fault is not None:
        path = "/notes$" if deed.name == "refund through Stripe" else "/refunds$"
        deed.world.faults.plan("shop", fault, method="POST", path=path, seconds=0)


def faults_of(name: str) -> tuple[Fault | Mishap | None, ...]:
    """What may go wrong with a kind of decision: in the shop's gateway only where the gateway is asked."""
    return (None, *ANSWERS, *(MISHAPS if name in ("refund", "refund with a bank to ask") else ()))


@pytest.mark.parametrize("awry", ["a day ahead", "a day behind", "in 2038, after the end of 32 bits"])
def test_a_lost_answer_under_a_clock_that_is_wrong(world: World, clock: Jumping, awry: str) -> None:
    clock.ahead = AWRY[awry]
    with ExitStack() as stack:
        deed = a_deed(world, "refund", stack)
        deed.decide()
        spoil(deed, Fault.LOST_AFTER)
        a_day(deed, awry)
    assert moved(deed) == 6600


@pytest.mark.slow
@pytest.mark.sqlite_first
@pytest.mark.parametrize("awry", AWRY)
@pytest.mark.parametrize("name", METHODS)
def test_every_single_fault_under_a_clock_that_is_wrong(
    world: World, clock: Jumping, name: str, awry: str, counts: Counter[str]
) -> None:
    clock.ahead = AWRY[awry]
    with ExitStack() as stack:
        deed = a_deed(world, name, stack)
        for fault in faults_of(name):
            deed.decide()
            spoil(deed, fault)
            a_day(deed, f"{awry}, {fault}")
            counts["faults injected"] += 1


STRIDE = 61
THOROUGH = [
    pytest.param(STRIDE, marks=pytest.mark.slow, id="some moments"),
    pytest.param(3, marks=pytest.mark.proof, id="every third moment"),
]


@pytest.mark.parametrize("stride", THOROUGH)
@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("name", METHODS)
def test_a_clock_that_jumps_at_any_look_at_it(
    *, world: World, clock: Jumping, name: str, jump: str, stride: int, counts: Counter[str]
) -> None:
    """From the decision on, with an answer that is lost, and with a bank that pays some minutes late: the
    quiet period may not be jumped over. A day that is lived again needs time to end.
    """
    with ExitStack() as stack:
        deed = a_deed(world, name, stack)
        at = 1
        while clock.looked >= clock.at:
            deed.decide()
            spoil(deed, WORST.get(name, Fault.LOST_AFTER))
            clock.jump(at, JUMPS[jump])
            live(world, timedelta(minutes=6))
            world.shop.settle_late()
            world.shop.state.mishaps.clear()  # for one that is sent later, a bank this late would be too late
            left = clock.looked < clock.at
            clock.jump(0, timedelta())
            let_pass(world, hours=30)
            a_day(deed, f"{jump} at look {at}")
            counts["faults injected"] += 1
            at += stride
            if left:
                break
        assert at > stride


def live(world: World, span: timedelta) -> None:
    """Work from one due moment to the next for as long as people live, whatever the clock shows."""
    world.work()
    while (following := next_moment(world)) is not None:
        step = max(following - world.clock(), timedelta()) + timedelta(seconds=1)
        span -= step
        if span < timedelta():
            return
        world.clock.ahead += step
        world.work()


@pytest.mark.parametrize("apart", [timedelta(minutes=10), timedelta(minutes=-10)], ids=["ahead", "behind"])
def test_two_workers_whose_clocks_are_ten_minutes_apart(
    world: World, clock: Jumping, apart: timedelta
) -> None:
    """The other one sweeps while the first waits for the bank: to its clock the first one's lease is over.

    The second answer is lost after the money moved, the third before; without a bank to ask, nobody can prove
    that, so a person is asked.
    """
    other_clock = Jumping(ahead=apart)
    other = Journal(world.desk.engine, other_clock, shop_performers(replace(world.desk, clock=other_clock)))
    pays = world.shop.gateways["testpay"]
    world.shop.gateways["testpay"] = Meanwhile(pays, other.run_all)
    orders = [an_order(world) for _ in range(3)]
    returns = [arrived(world, order) for order in orders]
    for number, return_id in enumerate(returns):
        decide(world, return_id)
        if number:
            fault = (Fault.LOST_AFTER, Fault.LOST_BEFORE)[number - 1]
            world.faults.plan("shop", fault, method="POST", path="/refunds$")
        world.journal.run_due()
        other.run_all()
    for _ in range(30):
        other_clock.pass_(minutes=2)
        let_pass(world, minutes=2)
        other.run_all()
    assert [len(world.shop.ledger.refunds(order.id)) for order in orders] == [1, 1, 0]
    for return_id in returns:
        done = world.case(return_id).status is ReturnStatus.RESOLVED
        assert done or "needs_person" in told(world, return_id)


@dataclass
class Meanwhile:
    """A way to pay during whose refunds something else happens."""

    inner: shops.Gateway
    happens: Callable[[], object]
    id: str = "testpay"
    title: str = "Test"
    supports_refunds: bool = True

    def charge(self, order: shops.Order) -> str:
        return self.inner.charge(order)

    def refund(self, order: shops.Order, amount: str, reason: str) -> None:
        self.happens()
        self.inner.refund(order, amount, reason)
        self.happens()

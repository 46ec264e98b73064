"""The worker while the database takes nothing: it neither dies, nor spins, nor sends; then it goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, Engine, event

from bot.sandbox import shop as shops
from bot.worker import beat, run
from store.terms import Method, ReturnStatus
from tests.bot.desk.bench import a_worker, an_order, arrived, decide
from tests.proof.local_faults import held_by_somebody
from tests.world import World, a_world

THREADS = 4


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine) as world:
        yield world


@contextmanager
def at_work(world: World) -> Iterator[list[threading.Thread]]:
    """A worker's threads, as a process runs them."""
    stop, wake = threading.Event(), threading.Event()
    threads = [threading.Thread(target=run, args=(world.journal, stop, wake, 0.05)) for _ in range(THREADS)]
    threads.append(threading.Thread(target=beat, args=(world.journal, stop)))
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def counted(engine: Engine) -> Iterator[list[float]]:
    """When a transaction was begun, each."""
    begun: list[float] = []

    def note(_connection: Connection) -> None:
        begun.append(time.monotonic())

    event.listen(engine, "begin", note)
    yield begun
    event.remove(engine, "begin", note)


def until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_a_lock_stops_the_work_and_the_work_goes_on_when_it_is_gone(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    world.work()
    decide(world, return_id)
    with counted(world.desk.engine) as begun, held_by_somebody(world.desk.engine), at_work(world) as threads:
        time.sleep(2)
        assert all(thread.is_alive() for thread in threads)
        assert world.paid_back(order) == 0
        assert len(begun) < 30 * THREADS, "it spins"
    with at_work(world):
        until(lambda: world.case(return_id).status is ReturnStatus.RESOLVED)
    assert world.paid_back(order) == 6600


@pytest.mark.slow
def test_a_lock_that_comes_while_the_shop_is_asked_costs_no_second_refund(world: World) -> None:
    """The send was committed and the outcome cannot be written: it is looked for, not sent again."""
    order = an_order(world)
    return_id = arrived(world, order)
    world.work()
    decide(world, return_id)
    asked, answer = threading.Event(), threading.Event()

    pays = world.shop.gateways["testpay"]

    def pay_and_wait(order: shops.Order, amount: str, reason: str) -> None:
        pays.refund(order, amount, reason)
        asked.set()
        answer.wait(20)

    world.shop.gateways["testpay"] = Slow(pays, pay_and_wait)
    with at_work(world):
        assert asked.wait(10)
        with held_by_somebody(world.desk.engine):
            answer.set()
            time.sleep(4)
            assert world.paid_back(order) == 6600
    world.clock.pass_(minutes=2)
    a_worker(world).run_all()
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert len(world.shop.ledger.refunds(order.id)) == 1


@dataclass
class Slow:
    """A way to pay whose refunds take as long as a test wants."""

    inner: shops.Gateway
    refund: Callable[[shops.Order, str, str], None]
    id: str = "testpay"
    title: str = "Test"
    supports_refunds: bool = True

    def charge(self, order: shops.Order) -> str:
        return self.inner.charge(order)


@pytest.mark.slow
@pytest.mark.parametrize("method", [Method.GATEWAY_REFUND, Method.STORE_CREDIT])
def test_half_a_minute_of_locks_in_the_middle_of_the_work(world: World, method: Method) -> None:
    orders = [an_order(world) for _ in range(4)]
    returns = [arrived(world, order) for order in orders]
    world.work()
    for return_id in returns:
        decide(world, return_id, method)
    with at_work(world):
        for _ in range(6):
            with held_by_somebody(world.desk.engine):
                time.sleep(2.6)
            time.sleep(0.3)
    world.clock.pass_(minutes=2)
    for _ in range(20):
        world.clock.pass_(minutes=5)
        a_worker(world).run_all()
    assert [world.case(one).status for one in returns] == [ReturnStatus.RESOLVED] * len(returns)
    paid = 6600 if method is Method.GATEWAY_REFUND else 0
    assert [world.paid_back(order) for order in orders] == [paid] * len(orders)

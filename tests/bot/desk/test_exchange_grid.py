"""The fault grid of an exchange: every answer lost or spoiled, every death, for each request that matters.

The sandbox's shop and Stripe judge: one order at most, sent only when it is paid, nothing paid twice, and
nothing kept in silence.
"""

import logging
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.sandbox.faults import Fault
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import with_a_bank
from tests.bot.desk.trades import Trade, until_it_lives
from tests.world import World

REQUESTS = {
    "order": ("shop", "POST", "/orders$"),
    "release": ("shop", "PUT", "/orders/[0-9]+$"),
    "request for payment": ("stripe", "POST", "/checkout/sessions$"),
    "look at the payment": ("stripe", "GET", "/checkout/sessions/"),
}
SLICE = 9  # CI takes each ninth fault at each request, another one at each


@pytest.fixture
def trade(world: World, caplog: pytest.LogCaptureFixture) -> Iterator[Trade]:
    caplog.set_level(logging.ERROR)
    with with_a_bank(world) as stripe:
        yield Trade(Barter(world, stripe))


def meet(trade: Trade, request: str, faults: list[Fault], counts: Counter[str], times: int) -> None:
    service, method, path = REQUESTS[request]
    for fault in faults:
        trade.decide()
        trade.barter.world.faults.plan(service, fault, method=method, path=path, times=times, seconds=0)
        counts["faults injected"] += times
        trade.live()
        trade.check(f"{request} {fault} {times} times")


@pytest.mark.slow
@pytest.mark.parametrize("request_", REQUESTS)
def test_some_answers_are_lost_or_spoiled(trade: Trade, counts: Counter[str], request_: str) -> None:
    first = list(REQUESTS).index(request_) * 2
    meet(trade, request_, list(Fault)[first::SLICE], counts, times=1)


@pytest.mark.proof
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("request_", REQUESTS)
def test_every_answer_is_lost_or_spoiled(
    trade: Trade, counts: Counter[str], request_: str, times: int
) -> None:
    meet(trade, request_, list(Fault), counts, times=times)


@pytest.mark.proof
def test_wherever_the_worker_dies(trade: Trade) -> None:
    assert until_it_lives(trade) > 10

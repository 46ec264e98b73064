"""The fault grid: every way of settling, meeting every mishap, every lost answer and every death.

The sandbox's ledger judges: at most one payment, at most one coupon, units back once or not at all; and after
a day without faults every decision is done, refused, or waits for a person who was told.
"""

import logging
from collections.abc import Iterator

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from store.terms import Method
from tests.bot.desk.bench import with_a_bank
from tests.bot.desk.deaths import Deed, a_day, until_it_lives
from tests.world import World

DEEDS = {
    "refund": Method.GATEWAY_REFUND,
    "refund with a bank to ask": Method.GATEWAY_REFUND,
    "credit": Method.STORE_CREDIT,
    "manual": Method.MANUAL_REFUND,
    "restock": Method.GATEWAY_REFUND,
}
WRITES = {"refund row": "/refunds$", "coupon": "/coupons$", "note": "/notes$"}
WITHOUT_THE_GATEWAY = (
    Mishap.DIES_BEFORE_ROW,
    Mishap.DIES_BEFORE_RESTOCK,
    Mishap.DIES_BEFORE_META,
    Mishap.HAND_REFUND,
)
ONCE_OR_TWICE = pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.proof)])


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest, world: World, caplog: pytest.LogCaptureFixture) -> Iterator[Deed]:
    caplog.set_level(logging.ERROR)
    if request.param == "refund with a bank to ask":
        with with_a_bank(world) as stripe:
            yield Deed(world, request.param, DEEDS[request.param], stripe)
    else:
        yield Deed(world, request.param, DEEDS[request.param])


def writes(deed: Deed) -> dict[str, str]:
    """The requests of this deed that change something; the note is the same after all of them."""
    names = {"credit": ("refund row", "coupon"), "refund": ("refund row", "note")}
    return {name: WRITES[name] for name in names.get(deed.name, ("refund row",))}


def mishaps(deed: Deed) -> list[Mishap]:
    """What can happen inside the shop: most of it only where the gateway is asked for money."""
    return list(Mishap) if deed.name.startswith("refund") else list(WITHOUT_THE_GATEWAY)


def plan_fault(world: World, fault: Fault, method: str, path: str, times: int = 1) -> None:
    world.faults.plan("shop", fault, method=method, path=path, times=times, seconds=0)


def plan_mishap(world: World, mishap: Mishap, times: int = 1) -> None:
    world.shop.plan_mishap(mishap, seconds=10_000 if mishap is Mishap.PAID_LATE else 0, times=times)


@pytest.mark.slow
@ONCE_OR_TWICE
def test_whatever_goes_wrong_inside_the_shop(deed: Deed, times: int) -> None:
    for mishap in mishaps(deed):
        deed.decide()
        plan_mishap(deed.world, mishap, times)
        a_day(deed, f"{mishap} {times} times")


@pytest.mark.slow
@ONCE_OR_TWICE
def test_whatever_becomes_of_the_answer_to_a_write(deed: Deed, times: int) -> None:
    for name, path in writes(deed).items():
        for fault in Fault:
            deed.decide()
            plan_fault(deed.world, fault, "POST", path, times)
            a_day(deed, f"{name} {fault} {times} times")


@pytest.mark.slow
def test_wherever_the_worker_dies(deed: Deed) -> None:
    assert until_it_lives(deed) > 10

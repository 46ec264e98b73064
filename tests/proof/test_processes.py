"""Workers are killed and frozen at every point; the ledgers of the sandbox tell whether money moved once.

With the seed the same traps are laid again; what the machine makes of them in between is its own affair.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import StripeRefunds
from tests.proof.processes.office import an_office
from tests.proof.processes.points import AT_WORK, Point, Trap
from tests.proof.processes.storms import Storm
from tests.proof.processes.ward import Ward

SEED = 20261123
KILLS = {1: 80, 8: 200}  # by the size of the crew, for each database and each way of refunding: 1,120 in all
FREEZES = 5  # times eight processes, for each database and each way of refunding
DIRECT = pytest.mark.parametrize("storm", [StripeRefunds.DIRECT], ids=str, indirect=True)
THROUGH_THE_SHOP = pytest.mark.parametrize("storm", [StripeRefunds.SHOP], ids=str, indirect=True)
EITHER = pytest.mark.parametrize("storm", list(StripeRefunds), ids=str, indirect=True)


@pytest.fixture
def storm(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, counts: Counter[str]
) -> Iterator[Storm]:
    with an_office(database_url, SEED, stripe_refunds=request.param) as office:
        ward = Ward(office.settings, str(tmp_path / "victims.log"), counts)
        yield Storm(office, ward)
        ward.end()


@DIRECT
@pytest.mark.slow
def test_a_worker_killed_at_any_point_pays_each_decision_once(storm: Storm) -> None:
    for point in AT_WORK:
        storm.kill_at(point)
    storm.calm()
    storm.judge(SEED)


@THROUGH_THE_SHOP
@pytest.mark.slow
def test_a_worker_frozen_at_any_point_pays_each_decision_once_when_it_wakes(storm: Storm) -> None:
    everywhere = (*AT_WORK, *[Point.P5_SENDING] * 3)
    storm.freeze([Trap(point, sign=signal.SIGSTOP) for point in everywhere])
    storm.calm()
    storm.judge(SEED)


@EITHER
@pytest.mark.proof
@pytest.mark.parametrize("crew", [1, 8], ids=["one process", "eight processes"])
def test_workers_killed_again_and_again_pay_each_decision_once(storm: Storm, crew: int) -> None:
    storm.crew = crew
    storm.kill(KILLS[crew])
    storm.calm()
    storm.judge(SEED)


@EITHER
@pytest.mark.proof
def test_workers_frozen_again_and_again_pay_each_decision_once(storm: Storm) -> None:
    for _ in range(FREEZES):
        storm.freeze([storm.any_trap(signal.SIGSTOP) for _ in range(8)])
    storm.calm()
    storm.judge(SEED)

"""Workers are killed and frozen at every point; the ledgers of the sandbox tell whether money moved once."""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import StripeRefunds
from tests.proof.processes.office import an_office
from tests.proof.processes.points import AT_WORK, Trap
from tests.proof.processes.storms import Storm
from tests.proof.processes.ward import Ward

SEED = 20261123
CREWS = pytest.mark.parametrize("crew", [1, 8], ids=["one process", "eight processes"])


@pytest.fixture(params=list(StripeRefunds), ids=str)
def storm(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, counts: Counter[str]
) -> Iterator[Storm]:
    with an_office(database_url, SEED, stripe_refunds=request.param) as office:
        ward = Ward(office.settings, str(tmp_path / "victims.log"), counts)
        yield Storm(office, ward)
        ward.end()


@pytest.mark.slow
@CREWS
def test_a_worker_killed_at_any_point_pays_each_decision_once(storm: Storm, crew: int) -> None:
    storm.crew = crew
    for point in AT_WORK:
        storm.kill_at(point)
    storm.calm()
    storm.judge(SEED)


@pytest.mark.slow
def test_a_worker_frozen_at_any_point_pays_each_decision_once_when_it_wakes(storm: Storm) -> None:
    storm.freeze([Trap(point, sign=signal.SIGSTOP) for point in AT_WORK])
    storm.calm()
    storm.judge(SEED)


@pytest.mark.proof
@CREWS
def test_workers_killed_again_and_again_pay_each_decision_once(storm: Storm, crew: int) -> None:
    storm.crew = crew
    storm.kill(48)
    storm.calm()
    storm.judge(SEED)

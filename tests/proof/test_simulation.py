"""The desk under a seeded scheduler: every single trouble of every deed, wherever it can strike.

A failure prints its seed, its troubles and what everybody did. The sandbox's ledgers are the judge.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from bot.errors import DeskError
from store.terms import ResolutionStatus
from tests.proof.simulation.deeds import DEEDS, Deed
from tests.proof.simulation.labs import Labs, open_labs
from tests.proof.simulation.schedule import Schedule
from tests.proof.simulation.singles import AT_CALLS, AT_POINTS, AT_WRITES, once_each
from tests.proof.simulation.troubles import Death, Spoiled, Trouble

EVERYWHERE = {**AT_POINTS, **AT_CALLS, **AT_WRITES}
SIMPLE = (
    "refund",
    "refund with a bank to ask",
    "refund through Stripe",
    "credit",
    "manual",
    "restock",
)
MOST = 2000  # no deed has more points than this


@pytest.fixture
def labs(counts: Counter[str]) -> Iterator[Labs]:
    with open_labs(counts) as labs:
        yield labs


def everywhere(labs: Labs, deed: Deed, make: Callable[[int], Trouble], step: int = 1, first: int = 1) -> int:
    """Let a trouble strike at every ``step``-th place from ``first`` on, until there is no such place."""
    for number in range(first, MOST, step):
        trouble = make(number)
        labs.run(Schedule(deed, [trouble], seed=f"{number}"))
        if not trouble.met:
            return number
    raise AssertionError(f"{deed.name} does not come to an end")


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_deed_that_meets_no_trouble_is_done(labs: Labs, deed: Deed) -> None:
    labs.run(Schedule(deed, [], seed="0"))
    run = labs.last
    assert run is not None
    assert all(claim.status is ResolutionStatus.DONE for claim in run.oracle.claims())
    assert not any(isinstance(said, DeskError) for case in run.cases for said in case.told)


def test_some_deaths_and_some_lost_answers_of_a_refund(labs: Labs) -> None:
    for point in (8, 17, 22, 31):
        labs.run(Schedule(DEEDS["refund"], [Death(point=point)], seed="0"))
    labs.run(Schedule(DEEDS["refund"], [Spoiled(call=1, writes=True)], seed="0"))


def test_one_seed_makes_one_story(labs: Labs) -> None:
    stories = []
    for _ in range(2):
        labs.run(Schedule(DEEDS["credit"], [Death(point=20)], seed="7", stay=0.5))
        assert labs.last is not None
        stories.append(labs.last.scheduler.story())
    assert stories[0] == stories[1]


@pytest.mark.slow
@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_slice_of_all_single_troubles(labs: Labs, deed: Deed) -> None:
    for number, make in list(enumerate(EVERYWHERE.values()))[list(DEEDS.values()).index(deed) % 4 :: 4]:
        everywhere(labs, deed, make, step=29, first=1 + number % 29)
    for trouble in list(once_each())[::7]:
        labs.run(Schedule(deed, [trouble], seed="0"))


@pytest.mark.proof
@pytest.mark.parametrize("kind", EVERYWHERE)
@pytest.mark.parametrize("deed", SIMPLE)
def test_every_single_trouble_wherever_it_can_strike(labs: Labs, deed: str, kind: str) -> None:
    assert everywhere(labs, DEEDS[deed], EVERYWHERE[kind]) > 1


@pytest.mark.proof
@pytest.mark.parametrize("kind", EVERYWHERE)
@pytest.mark.parametrize("deed", [name for name in DEEDS if name not in SIMPLE])
def test_every_single_trouble_at_every_fifth_place_of_what_is_made_of_these(
    labs: Labs, deed: str, kind: str
) -> None:
    first = 1 + list(EVERYWHERE).index(kind) % 5
    assert everywhere(labs, DEEDS[deed], EVERYWHERE[kind], step=5, first=first) >= first


@pytest.mark.proof
@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_every_accident_inside_the_shop_and_every_wrong_clock(labs: Labs, deed: Deed) -> None:
    for trouble in once_each():
        labs.run(Schedule(deed, [trouble], seed="0"))


@pytest.mark.proof
@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_second_death_at_every_step_of_the_recovery_from_a_first(labs: Labs, deed: Deed) -> None:
    """The first comes when the answer to the first write is on its way: it is lost with the worker."""
    first = answered(labs, deed)
    for point in range(first + 1, MOST):
        again = Death(point=point)
        labs.run(Schedule(deed, [Death(point=first), again], seed=f"{point}"))
        if not again.met:
            return
    raise AssertionError(f"{deed.name} does not come to an end")


def answered(labs: Labs, deed: Deed) -> int:
    """The number of the point at which the first write is answered."""
    labs.run(Schedule(deed, [], seed="0"))
    assert labs.last is not None
    steps = [step.what for step in labs.last.scheduler.trace if step.who != "world"]
    return next(number for number, what in enumerate(steps, 1) if re.match("answer .* POST", what))

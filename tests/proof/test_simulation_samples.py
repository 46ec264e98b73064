"""Pairs of troubles and long runs, drawn by seeds: what no list of single troubles would come upon.

``PROOF_SEED`` repeats one schedule by the seed its failure printed; ``PROOF_SAMPLE`` draws other ones.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.proof.simulation.labs import Labs, open_labs
from tests.proof.simulation.long import Long, LongRun
from tests.proof.simulation.samples import Pair

SAMPLE = os.environ.get("PROOF_SAMPLE", "1")
SEED = os.environ.get("PROOF_SEED", "")

PAIRS, PARTS = 20_000, 200  # in parts, so that processes can share them
OPERATIONS, SHARES = 100_000, 150
WAYS = ("", "shop", "direct")


@pytest.fixture
def labs(counts: Counter[str]) -> Iterator[Labs]:
    with open_labs(counts) as labs:
        yield labs


def some_pairs(labs: Labs, part: str, number: int) -> None:
    """So many pairs of troubles; each is drawn by a seed of its own."""
    for one in range(number):
        labs.run(Pair(f"{SAMPLE}-{part}-{one}").schedule())


def some_operations(labs: Labs, part: str, way: str, number: int) -> None:
    """Long runs until so many operations were carried out."""
    done = run = 0
    while done < number:
        done += labs.run(Long(f"long-{SAMPLE}-{part}-{run}", way).schedule(), LongRun)
        run += 1


def test_a_few_pairs_of_troubles(labs: Labs) -> None:
    some_pairs(labs, "few", 4)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_slice_of_the_pairs(labs: Labs, part: int) -> None:
    some_pairs(labs, f"slice-{part}", 60)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_slice_of_the_long_runs(labs: Labs, way: str) -> None:
    some_operations(labs, "slice", way, 200)


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_pairs_of_troubles(labs: Labs, part: int) -> None:
    some_pairs(labs, str(part), PAIRS // PARTS)


@pytest.mark.proof
@pytest.mark.parametrize("part", range(SHARES))
def test_long_runs_in_which_anything_goes_wrong(labs: Labs, part: int) -> None:
    some_operations(labs, str(part), WAYS[part % len(WAYS)], -(-OPERATIONS // SHARES))


@pytest.mark.proof
@pytest.mark.skipif(not SEED, reason="PROOF_SEED names no schedule to repeat")
@pytest.mark.parametrize("way", WAYS)
def test_the_schedule_of_a_seed(labs: Labs, way: str) -> None:
    if SEED.startswith("long-"):
        labs.run(Long(SEED, way).schedule(), LongRun)
    else:
        labs.run(Pair(SEED).schedule())

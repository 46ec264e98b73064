"""The arithmetic by which the benchmarks judge: a mistake here would be believed."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle

import pytest

from tests.bench.goals import Goal, Reached, compared, markdown
from tests.bench.knocking import Answer, Planned, open_loop
from tests.bench.rounds import Pair, Rounds, in_turn, middle
from tests.bench.table import Spread


def rounds(*pairs: tuple[float, float]) -> Rounds:
    return Rounds([Pair(ours, base, base) for ours, base in pairs])


@pytest.mark.parametrize(("values", "expected"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([7], 7)])
def test_the_median_stands_in_the_middle(values: list[float], expected: float) -> None:
    assert middle(values) == expected


def test_the_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians() -> None:
    found = rounds((10, 1), (2, 2), (30, 10))

    assert found.ratio == 3
    assert (found.best, found.worst) == (1, 10)


def test_a_percentile_is_never_better_than_what_was_measured() -> None:
    assert Spread(list(range(1, 101))).at(0.99) == 100
    assert Spread(list(range(1, 1001))).at(0.99) == 991


@pytest.mark.parametrize(("last", "void"), [(119.0, False), (121.0, True)])
def test_rounds_are_void_when_the_baseline_itself_varies_by_a_fifth(last: float, void: bool) -> None:
    assert rounds((1, 100), (1, 100), (1, last)).is_void is void


def test_void_rounds_are_repeated_twice_and_then_said_to_be_void() -> None:
    values = cycle([1.0, 2.0])
    asked: list[float] = []

    def restless() -> list[float]:
        asked.append(next(values))
        return asked[-1:]

    assert in_turn(lambda: [1.0], restless, rounds=2).is_void
    assert len(asked) == 3 * 2


def test_each_of_the_two_begins_every_other_time() -> None:
    asked: list[str] = []

    def named(name: str) -> list[float]:
        asked.append(name)
        return [1.0]

    in_turn(lambda: named("ours"), lambda: named("base"), rounds=2)

    assert asked == ["ours", "base", "base", "ours"]


def test_a_steady_baseline_is_measured_once() -> None:
    values: Iterator[float] = iter([5.0] * 5)

    found = in_turn(lambda: [10.0], lambda: [next(values)])

    assert (found.ratio, found.is_void) == (2, False)


@pytest.mark.parametrize(
    ("number", "level"),
    [(1.1, Reached.MOONSHOT), (1.5, Reached.STRONG), (2.9, Reached.BASIC), (3.1, Reached.NOTHING)],
)
def test_a_goal_is_reached_up_to_its_bound(number: float, level: Reached) -> None:
    assert Goal("G2", "flat", 3, 1.5, 1.15).reached(number) is level


def test_what_is_wrong_or_void_reaches_nothing_in_the_table() -> None:
    goal, good = Goal("G2", "flat", 3, 1.5, 1.15), rounds((1, 1))

    assert compared(goal, good).verdict == "moonshot"
    assert compared(goal, good, wrong="two lost").verdict == "WRONG: two lost"
    assert compared(goal, rounds((1, 1), (1, 2))).verdict.startswith("void")
    assert "| WRONG: two lost |" in markdown([compared(goal, good, wrong="two lost")])


def test_a_stall_counts_for_everybody_who_stood_in_it() -> None:
    alone = threading.Lock()

    def slow() -> Answer:
        with alone:
            time.sleep(0.05)
        return Answer(200, b"", 50.0)

    spans = [kept.milliseconds for kept in open_loop([Planned(0.0, slow) for _ in range(3)])]

    assert sorted(spans)[-1] >= 150.0


def test_answers_come_in_the_order_of_the_plan() -> None:
    plan = [Planned(at, partial(Answer, status, b"", 0.0)) for at, status in ((0.02, 1), (0.0, 2), (0.01, 3))]

    assert [kept.answer.status for kept in open_loop(plan)] == [1, 2, 3]

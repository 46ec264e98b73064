"""Two things measured in turn, so that what else the machine does happens to both; when not to believe it.

A ratio is ours divided by the baseline: less is better. Where more is better, the caller turns it round.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.table import Spread, say

ROUNDS = 5
TRIES = 3
STEADY = 1.2  # how much the baseline's own median may vary between rounds

Measured = Sequence[float]


@dataclass(frozen=True)
class Pair:
    """One round: what was measured of ours and of the baseline, and the baseline's own median."""

    ours: float
    base: float
    steadiness: float

    @property
    def ratio(self) -> float:
        return self.ours / self.base


@dataclass(frozen=True)
class Rounds:
    """All rounds of one comparison."""

    pairs: Sequence[Pair]

    @property
    def ratios(self) -> list[float]:
        return sorted(pair.ratio for pair in self.pairs)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return middle(self.ratios)

    @property
    def best(self) -> float:
        return self.ratios[0]

    @property
    def worst(self) -> float:
        return self.ratios[-1]

    @property
    def ours(self) -> float:
        """The median of what was measured of ours."""
        return middle([pair.ours for pair in self.pairs])

    @property
    def base(self) -> float:
        """The median of what was measured of the baseline."""
        return middle([pair.base for pair in self.pairs])

    @property
    def unrest(self) -> float:
        """How much the baseline's own median varied: the largest divided by the smallest."""
        medians = [pair.steadiness for pair in self.pairs]
        return max(medians) / min(medians)

    @property
    def is_void(self) -> bool:
        """Whether the machine was too restless for these rounds to say anything."""
        return self.unrest > STEADY


def middle(values: Sequence[float]) -> float:
    """The median; of an even number the mean of the two in the middle."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def in_turn(
    ours: Callable[[], Measured], base: Callable[[], Measured], *, share: float = 0.99, rounds: int = ROUNDS
) -> Rounds:
    """Measure both in turn, beginning with each of them every other time; again, at most twice, while void.

    Compared is the value that ``share`` of a round's measurements do not exceed. The last try counts, and
    says of itself whether it is void.
    """
    for _ in range(TRIES):
        found = Rounds([_pair(ours, base, share, number) for number in range(rounds)])
        if not found.is_void:
            break
        say(f"(void: the baseline's median varied by {found.unrest:.2f})")
    return found


def _pair(ours: Callable[[], Measured], base: Callable[[], Measured], share: float, number: int) -> Pair:
    if number % 2:
        floor = Spread(base())
        mine = Spread(ours())
    else:
        mine = Spread(ours())
        floor = Spread(base())
    return Pair(mine.at(share), floor.at(share), floor.p50)

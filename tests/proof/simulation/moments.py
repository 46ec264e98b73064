"""Virtual time, and processes as their clocks show it: skewed, jumping, frozen or asleep. Knows no desk."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONOTONIC_BEGINNING = 10_000.0


@dataclass(eq=False)
class Time:
    """The true time, in seconds since the beginning. Only the scheduler lets it pass."""

    seconds: float = 0.0

    def now(self) -> datetime:
        """The true moment, in UTC."""
        return moment(self.seconds)


@dataclass(eq=False)
class Process:
    """One process of the desk, or one browser of a person: what dies and freezes together.

    ``skew`` is how far its wall clock is ahead, in seconds. ``slept`` is how long its monotonic clock stood
    still, as it does while a machine is suspended. Until ``frozen_until`` nothing of it runs.
    """

    name: str
    time: Time
    skew: float = 0.0
    slept: float = 0.0
    frozen_until: float = 0.0
    dead: bool = False
    claims: dict[str, float] = field(default_factory=dict)

    def clock(self) -> datetime:
        """What its wall clock shows, in UTC."""
        return moment(self.time.seconds + self.skew)

    def monotonic(self) -> float:
        """Its monotonic clock, in seconds."""
        return MONOTONIC_BEGINNING + self.time.seconds - self.slept

    def true(self, shown: datetime) -> float:
        """The true second at which its wall clock will show ``shown``."""
        return (shown - BEGINNING).total_seconds() - self.skew


def moment(seconds: float) -> datetime:
    """The moment so many seconds after the beginning."""
    return BEGINNING + timedelta(seconds=seconds)

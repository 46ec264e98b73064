"""The times the journal keeps: how long it waits, looks and trusts. Knows nothing of operations."""

from dataclasses import dataclass
from datetime import timedelta

SENDS = 2  # one send, and at most one automatic repeat after proof that nothing happened


@dataclass(frozen=True)
class Pace:
    """All in one place, because they belong together; only a harness that has no time changes more than one.

    ``quiet``: how long something that was sent may still take effect; nothing missing is believed before.
    ``agreement``: two looks that find nothing lie at least this far apart. ``looks``: seconds from one look
    to the next. ``fresh``: seconds between the commit of "sending" and the first byte; older is not sent.
    ``lease``: how long a claim outlives its worker, which renews it while it lives. ``held``: seconds a claim
    is renewed at most, above the longest time any performer takes. ``sweep``: seconds between two looks for
    what a dead worker left. ``longest_wait``: seconds to the next try, whatever the other side asks for.
    """

    quiet: timedelta = timedelta(minutes=15)
    agreement: timedelta = timedelta(seconds=60)
    looks: tuple[float, ...] = (5, 20, 60, 120, 300, 600, 900)
    fresh: float = 10.0
    lease: timedelta = timedelta(seconds=45)
    held: float = 600.0
    sweep: float = 5.0
    longest_wait: float = 900.0

    def until_look(self, looked: int) -> timedelta:
        """From a look to the next, after ``looked`` of them."""
        return timedelta(seconds=self.looks[min(looked, len(self.looks) - 1)])

    @property
    def looks_in_quiet(self) -> int:
        """How many looks are due before the quiet period ends."""
        waited, looked = timedelta(), 0
        while waited < self.quiet:
            waited += self.until_look(looked)
            looked += 1
        return looked

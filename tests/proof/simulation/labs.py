"""Labs kept over many schedules, one for each way of paying back, and the counts of what was run in them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.proof.simulation.lab import Lab
from tests.proof.simulation.schedule import Run, Schedule, carry_out

SCHEDULES_PER_LAB = 200  # what the gateways remember of a shop's settings lasts for ten real minutes
FINISHED = "SELECT count(*) FROM operations WHERE state IN ('done', 'refused', 'given_up')"


class Labs:
    """Runs schedules one after the other, each from the same first moment."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts, self.labs, self.used = counts, dict[str, Lab](), Counter[str]()
        self.last: Run | None = None

    def run(self, schedule: Schedule, kind: type[Run] = Run) -> int:
        """Run one schedule and count it; how many operations it carried out. Raises Broken with its story."""
        self.last = run = carry_out(self._lab(schedule.deed.way), schedule, kind)
        finished: int = run.lab.database.rows(FINISHED)[0][0]
        self.counts["schedules run"] += 1
        self.counts["faults injected"] += sum(trouble.strikes for trouble in run.schedule.troubles)
        self.counts["operations carried out"] += finished
        return finished

    def close(self) -> None:
        """Leave nothing behind."""
        for lab in self.labs.values():
            lab.close()

    def _lab(self, way: str) -> Lab:
        self.used[way] += 1
        if self.used[way] % SCHEDULES_PER_LAB == 0 and way in self.labs:
            self.labs.pop(way).close()
        if way not in self.labs:
            self.labs[way] = Lab(way)
        return self.labs[way]


@contextmanager
def open_labs(counts: Counter[str]) -> Iterator[Labs]:
    """Labs for one test."""
    labs = Labs(counts)
    try:
        yield labs
    finally:
        labs.close()

"""The desk's own worker and heartbeat, made to wait in virtual time. Nothing of them is rewritten here."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil

from bot.journal import Journal
from bot.worker import BEATS, beat, run
from tests.proof.simulation.database import Database
from tests.proof.simulation.moments import MONOTONIC_BEGINNING, Process
from tests.proof.simulation.scheduler import NEVER, Scheduler

MOMENT = 0.01  # seconds after which something that is due at a moment is surely due
PAUSE = 0.2  # seconds between two questions of a worker that found nothing

WAITING = """
SELECT due_at FROM operations WHERE state IN ('due', 'in_doubt') AND kind IN ({kinds})
UNION ALL SELECT until FROM lane_pauses
UNION ALL SELECT lease_until FROM operations WHERE state = 'running'
"""


class Waiting(threading.Event):
    """An event nobody sets: whoever waits for it waits in virtual time."""

    def __init__(self, wait: Callable[[float], None]) -> None:
        super().__init__()
        self._wait = wait

    def wait(self, timeout: float | None = None) -> bool:
        """Let the time pass. False: the event was not set."""
        self._wait(timeout or 0.0)
        return False


class Work:
    """One worker thread of a process: ``bot.worker.run``, which sleeps while nothing can be due for it."""

    def __init__(self, scheduler: Scheduler, database: Database, process: Process, journal: Journal) -> None:
        self.scheduler, self.database = scheduler, database
        self.process, self.journal = process, journal
        self.kinds = ", ".join(f"'{kind}'" for kind in journal.performers)
        self.seen: tuple[int, float] | None = None
        self.rested: tuple[int, float] | None = None
        self.moment = 0.0

    def __call__(self) -> None:
        """Work until the process dies."""
        run(self.journal, Waiting(self.scheduler.sleep), Waiting(lambda _: self._rest()))

    def _rest(self) -> None:
        """Rest until something can be due. What became due while the worker asked is asked for again."""
        went = self._now()
        again, self.rested = went != self.rested, went
        self.seen, self.moment = went, self._next(changed=again) + (PAUSE if again else 0.0)
        self.scheduler.wait(lambda: self._ready(went))

    def _ready(self, went: tuple[int, float]) -> float:
        now = self._now()
        if now != self.seen:
            self.seen, self.moment = now, self._next(changed=now != went)
        return self.moment

    def _now(self) -> tuple[int, float]:
        return self.database.version(), self.process.skew

    def _next(self, *, changed: bool) -> float:
        """The true second at which this worker could find something to do."""
        rows = self.database.rows(WAITING.format(kinds=self.kinds))
        true = [self.process.true(_moment(row[0])) for row in rows]
        now = self.scheduler.time.seconds
        if any(second <= now for second in true):
            if changed:
                return now
            if self._left():
                return now + self.journal.pace.sweep
        return min((second + MOMENT for second in true if second > now), default=NEVER)

    def _left(self) -> bool:
        """Whether a lease ran out that nobody took over yet."""
        rows = self.database.rows("SELECT lease_until FROM operations WHERE state = 'running'")
        return any(self.process.true(_moment(row[0])) <= self.scheduler.time.seconds for row in rows)


class Heart:
    """The heartbeat of a process: ``bot.worker.beat``, which sleeps while the process holds no claim."""

    def __init__(self, scheduler: Scheduler, process: Process, journal: Journal) -> None:
        self.scheduler, self.process, self.journal = scheduler, process, journal
        self.interval = journal.pace.lease.total_seconds() / BEATS

    def __call__(self) -> None:
        """Beat until the process dies."""
        beat(self.journal, Waiting(self._wait))

    def _wait(self, timeout: float) -> None:
        began = self.scheduler.time.seconds
        self.scheduler.wait(lambda: self._next(began, timeout))

    def _next(self, began: float, timeout: float) -> float:
        held = self.journal.held
        if not held:
            return NEVER
        claimed = min(held.values()) - MONOTONIC_BEGINNING + self.process.slept
        return began + max(1, ceil((claimed - began) / timeout)) * timeout


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

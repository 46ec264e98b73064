"""How processes come to harm: one after the other or eight at once, killed or frozen, until all is quiet."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.resolutions import LATE_BOOK
from store.models import Operation
from tests.proof.processes.judge import complaints
from tests.proof.processes.observers import MONEY
from tests.proof.processes.office import Office
from tests.proof.processes.points import AT_WORK, Point, Trap
from tests.proof.processes.victim import PACE, work
from tests.proof.processes.ward import Ward

DEATH_SECONDS = 1.2  # a trap that has not sprung by then is not waited for
QUIET_SECONDS = 240.0  # longer than the longest way to an end, on a machine that is busy otherwise
AWAKE_SECONDS = 0.5  # what a woken worker may still do with what it held, it does at once
NTH = 4
FROZEN_SECONDS = 1.5 * PACE.lease.total_seconds()
STALL_SECONDS = 3.0  # nobody gets on: somebody who is frozen holds the database
HELPERS = 2  # workers without a trap, who recover what the others left, at once
PLUGIN_TIME = timedelta(minutes=11)  # longer than the desk waits for the shop to book what the bank paid


@dataclass
class Storm:
    """An office whose workers do not live long; ``crew`` of them are at work at a time."""

    office: Office
    ward: Ward
    crew: int = 1

    def kill(self, count: int) -> None:
        """Let ``count`` workers die, at points of the dice's choice."""
        for _ in range(-(-count // self.crew)):
            self.round([self.any_trap() for _ in range(self.crew)])

    def kill_at(self, point: Point) -> None:
        """Let workers die until one has died at ``point``."""
        before = self.ward.sprung[point]
        while self.ward.sprung[point] == before:
            self.round([Trap(point)] * self.crew)

    def round(self, traps: list[Trap]) -> None:
        """Start a worker for each trap, with enough to do, and bury all of them."""
        if self.office.untouched() < 3 * self.crew:
            self.office.plant(4 * self.crew)
        victims = self.ward.start(work, *traps)
        self.ward.until(victims, seconds=DEATH_SECONDS)
        self.ward.strike(victims)
        self.ward.bury()

    def freeze(self, traps: list[Trap]) -> None:
        """Freeze a worker for each trap, let others recover what they held, and wake them after that."""
        self.office.plant(len(traps) + 4)
        victims = self.ward.start(work, *traps)
        self.ward.until(victims, seconds=DEATH_SECONDS)
        others = self.ward.start(work, *[None] * HELPERS)
        self.await_quiet(_presses)
        for one in self.ward.frozen():
            one.wake()
        time.sleep(AWAKE_SECONDS)
        self.await_quiet(_presses)
        for one in (*victims, *others):
            one.kill()
        self.ward.bury()

    def calm(self) -> None:
        """Let workers without a trap finish what is left; books that wait for the shop's plugin come last."""
        self.work_off(_presses)
        if self.office.unfinished():
            self.ward.ahead += PLUGIN_TIME
            self.work_off(lambda _one: True)

    def work_off(self, matters: Callable[[Operation], bool]) -> None:
        """Let workers without a trap do what matters."""
        workers = self.ward.start(work, *[None] * HELPERS)
        self.await_quiet(matters)
        for one in workers:
            one.kill()
        self.ward.bury()

    def await_quiet(self, matters: Callable[[Operation], bool]) -> None:
        """Until nothing that matters is left to do for any decision."""
        end = time.monotonic() + QUIET_SECONDS
        news = (time.monotonic(), "")
        while left := [one for one in self.office.unfinished() if matters(one)]:
            if time.monotonic() > end:
                raise AssertionError("\n".join(["never quiet:", *map(self.office.trail, left)]))
            self.ward.notice()
            picture = repr([(one.id, one.state, one.attempt, one.tries) for one in left])
            news = news if picture == news[1] else (time.monotonic(), picture)
            self._wake_early(stalled=time.monotonic() - news[0] > STALL_SECONDS)
            time.sleep(0.1)

    def _wake_early(self, *, stalled: bool) -> None:
        """Wake those who cannot stay frozen until the others are done.

        One that froze inside a transaction keeps everybody waiting, also where only another thread of it was
        in one. Half a request is given up by every shop's server long before the quiet period ends.
        """
        for victim in self.ward.frozen():
            assert victim.sprung is not None
            hinders = victim.sprung.locked or victim.sprung.point is Point.P6_HALF_SENT
            if stalled or (hinders and victim.frozen_for > FROZEN_SECONDS):
                victim.wake()

    def judge(self, seed: int) -> None:
        """Compare with the ledgers; a broken promise names the seed that repeats it."""
        broken = complaints(self.office)
        assert not broken, f"seed {seed}: {broken}"

    def any_trap(self, sign: int = signal.SIGKILL) -> Trap:
        """A trap at a point of the dice's choice."""
        dice = self.office.dice
        return Trap(dice.choice(AT_WORK), dice.randint(1, NTH), sign)


def is_money(operation: Operation) -> bool:
    """Whether it is money that is to be moved, or what belongs to it, now."""
    return operation.kind in MONEY - {LATE_BOOK}


def _presses(operation: Operation) -> bool:
    """Whether it is to be done at once: books that the shop's plugin may still write are not."""
    return operation.kind != LATE_BOOK

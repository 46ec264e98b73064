"""How processes come to harm: one after the other or eight at once, killed or frozen, until all is quiet."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.resolutions import LATE_BOOK
from store.models import Operation
from tests.proof.processes.judge import complaints
from tests.proof.processes.office import Office
from tests.proof.processes.points import AT_WORK, Point, Trap
from tests.proof.processes.victim import PACE, work
from tests.proof.processes.ward import Victim, Ward

DEATH_SECONDS = 1.5  # a trap that has not sprung by then is not waited for
QUIET_SECONDS = 60.0  # the longest way to an end: two quiet periods, and a slow machine
AWAKE_SECONDS = 0.5  # what a woken worker may still do with what it held, it does at once
NTH = 4
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
            self.round([self._any_trap() for _ in range(self.crew)])

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
        """Freeze a worker for each trap, let others recover what they held, and wake them."""
        self.office.plant(2 * len(traps))
        victims = self.ward.start(work, *traps)
        self.ward.until(victims, seconds=DEATH_SECONDS)
        early = [one for one in victims if one.frozen and _wakes_early(one)]
        time.sleep(1.5 * PACE.lease.total_seconds())
        for one in early:
            one.wake()
        others = self.ward.start(work, *[None] * self.crew)
        self.await_quiet(_presses)
        for one in victims:
            if one.frozen:
                one.wake()
        time.sleep(AWAKE_SECONDS)
        self.await_quiet(_presses)
        for one in (*victims, *others):
            one.kill()
        self.ward.bury()

    def calm(self) -> None:
        """Let workers without a trap finish what is left; books that wait for the shop's plugin come last."""
        self._work(_presses)
        if self.office.unfinished():
            self.ward.ahead += PLUGIN_TIME
            self._work(lambda _one: True)

    def _work(self, matters: Callable[[Operation], bool]) -> None:
        workers = self.ward.start(work, *[None] * self.crew)
        self.await_quiet(matters)
        for one in workers:
            one.kill()
        self.ward.bury()

    def await_quiet(self, matters: Callable[[Operation], bool]) -> None:
        """Until nothing that matters is left to do for any decision."""
        end = time.monotonic() + QUIET_SECONDS
        while left := [one for one in self.office.unfinished() if matters(one)]:
            if time.monotonic() > end:
                raise AssertionError("\n".join(["never quiet:", *map(self.office.trail, left)]))
            time.sleep(0.1)

    def judge(self, seed: int) -> None:
        """Compare with the ledgers; a broken promise names the seed that repeats it."""
        broken = complaints(self.office)
        assert not broken, f"seed {seed}: {broken}"

    def _any_trap(self, sign: int = signal.SIGKILL) -> Trap:
        dice = self.office.dice
        return Trap(dice.choice(AT_WORK), dice.randint(1, NTH), sign)


def _presses(operation: Operation) -> bool:
    """Whether it is to be done at once: books that the shop's plugin may still write are not."""
    return operation.kind != LATE_BOOK


def _wakes_early(victim: Victim) -> bool:
    """Whether it cannot stay frozen until the others are done.

    One that froze inside a transaction keeps everybody waiting; half a request is given up by every shop's
    server long before the quiet period ends, so it may not go on after it.
    """
    sprung = victim.sprung
    return sprung is not None and (sprung.locked or sprung.point is Point.P6_HALF_SENT)

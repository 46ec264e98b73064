"""Starts victims, sees them die or freeze, wakes the frozen. It knows processes and nothing of the desk."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from typing import Any

from tests.proof.processes.points import Point, Sprung, Trap
from tests.proof.processes.victim import Orders

# One process reads all the code once; victims are forked from it, each a process of its own within 20 ms.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.proof.processes.victim", "tests.proof.processes.racer"])
START_SECONDS = 60.0


@dataclass
class Victim:
    """One child process. ``sprung`` is the report of its trap, once that came."""

    process: Any
    report: Connection
    trap: Trap | None
    url: str = ""
    sprung: Sprung | None = None
    sprung_at: float = 0.0

    @property
    def frozen_for(self) -> float:
        """Seconds since its trap sprang."""
        return time.monotonic() - self.sprung_at

    @property
    def gone(self) -> bool:
        """Whether it is dead."""
        return not self.process.is_alive()

    def kill(self) -> None:
        """Let it die now, wherever it is."""
        self.process.kill()
        self.process.join()

    def wake(self) -> None:
        """Let it go on from where it froze."""
        os.kill(self.process.pid, signal.SIGCONT)
        self.sprung = None

    def hear(self) -> Sprung | None:
        """Its last report, once: at which point its trap sprang. None when there is no news."""
        try:
            said = self.report.recv() if self.report.poll() else None
        except (EOFError, OSError):
            return None
        self.sprung = said if isinstance(said, Sprung) else self.sprung
        return self.sprung if said is not None else None


@dataclass
class Ward:
    """All child processes of one test, and the count of what befell them."""

    settings: dict[str, Any]
    log: str
    counts: Counter[str]
    ahead: timedelta = timedelta()
    victims: list[Victim] = field(default_factory=list)
    sprung: Counter[Point] = field(default_factory=Counter)

    def start(self, run: Callable[[Orders], None], *traps: Trap | None) -> list[Victim]:
        """One process for each trap, all at once; they are at work when this returns."""
        begun = [self._begin(run, trap) for trap in traps]
        for victim in begun:
            self._await_readiness(victim)
        self.victims.extend(begun)
        return begun

    def _begin(self, run: Callable[[Orders], None], trap: Trap | None) -> Victim:
        here, there = PROCESSES.Pipe(duplex=False)
        orders = Orders(self.settings, trap, there, self.log, self.ahead)
        process = PROCESSES.Process(target=run, args=(orders,), daemon=True)
        process.start()
        there.close()
        return Victim(process, here, trap)

    def _await_readiness(self, victim: Victim) -> None:
        assert victim.report.poll(START_SECONDS), "a child process did not start"
        said = victim.report.recv()
        victim.url = str(said)

    def until(self, victims: list[Victim], *, seconds: float) -> None:
        """Wait until the trap of every one of them has sprung, or the time is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            waiting = [one for one in victims if one.sprung is None]
            if not waiting:
                return
            wait([one.report for one in waiting], timeout=left)
            for one in waiting:
                self._note(one)

    def _note(self, victim: Victim) -> None:
        sprung = victim.hear()
        if sprung is None:
            assert victim.sprung or not victim.gone, f"a process ended by itself: see {self.log}"
            return
        assert victim.trap is not None
        victim.sprung_at = time.monotonic()
        self.sprung[sprung.point] += 1
        if victim.trap.sign == signal.SIGKILL:
            victim.process.join()
            self.counts["processes killed"] += 1
        else:
            self.counts["processes frozen"] += 1

    def notice(self) -> None:
        """See whose trap has sprung meanwhile."""
        for victim in self.victims:
            self._note(victim)

    def frozen(self) -> list[Victim]:
        """Those who stand still at their point, alive."""
        return [one for one in self.victims if one.sprung is not None and not one.gone]

    def strike(self, victims: list[Victim]) -> None:
        """Kill those whose trap has not sprung, wherever they are."""
        for victim in victims:
            self._note(victim)
            if victim.sprung is None:
                victim.kill()
                self.counts["processes killed"] += 1

    def bury(self) -> None:
        """Forget the dead."""
        for one in [one for one in self.victims if one.gone]:
            one.process.close()
            one.report.close()
            self.victims.remove(one)

    def end(self) -> None:
        """Leave no process behind."""
        for victim in self.victims:
            victim.kill()
        self.bury()

"""The points at which a process may die or freeze, and the trap that waits at one of them."""

import signal
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.connection import Connection


class Point(StrEnum):
    """Moments in the life of a click, in order. The first three are passed at the doors, the rest at work."""

    P0_RECEIVED = "P0 request received, nothing stored"
    P1_STORED = "P1 delivery stored, not acknowledged"
    P2_ACKED = "P2 acknowledged, not claimed"
    P3_CLAIMING = "P3 inside the claim's transaction"
    P4_CLAIMED = "P4 claim committed"
    P5_SENDING = "P5 sending committed, no byte sent"
    P6_HALF_SENT = "P6 half of the request sent"
    P7_APPLIED = "P7 the other side has answered, nothing read"
    P8_ANSWERED = "P8 answer read, result not committed"
    P9_SETTLED = "P9 result committed, cards and notes still to come"
    P10_TOLD = "P10 Slack or the customer told, not marked"
    P11_RECOVERING = "P11 while recovering"


AT_THE_DOOR = (Point.P0_RECEIVED, Point.P1_STORED, Point.P2_ACKED)
AT_WORK = tuple(point for point in Point if point not in AT_THE_DOOR)


@dataclass(frozen=True)
class Trap:
    """Die (SIGKILL) or freeze (SIGSTOP) when ``point`` is passed for the ``nth`` time in this process."""

    point: Point
    nth: int = 1
    sign: int = signal.SIGKILL


@dataclass(frozen=True)
class Sprung:
    """What a process reports in its last moment. ``locked``: it holds a transaction of the database."""

    point: Point
    locked: bool


@dataclass
class Snare:
    """Counts the passes of the trap's point over all threads, and springs once."""

    trap: Trap | None
    report: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)
    passes: int = 0

    def waits_at(self, point: Point) -> bool:
        """Whether a pass of ``point`` means anything."""
        return self.trap is not None and self.trap.point is point and self.passes < self.trap.nth

    def kills_at(self, point: Point) -> bool:
        """Whether the next pass of ``point`` is the process's last moment."""
        last = self.trap is not None and self.passes == self.trap.nth - 1
        return last and self.waits_at(point) and self.trap is not None and self.trap.sign == signal.SIGKILL

    def passed(self, point: Point, *, locked: bool = False) -> None:
        """A thread is at ``point`` now."""
        if not self.waits_at(point):
            return
        with self.lock:
            self.passes += 1
            if self.trap is None or self.passes != self.trap.nth:
                return
            self.report.send(Sprung(point, locked))
            # Told to this very thread, so that it does not take one step more before the process stops.
            signal.pthread_kill(threading.get_ident(), self.trap.sign)

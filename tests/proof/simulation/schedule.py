"""One schedule: a deed, its troubles and a seed; run to the end and judged on the way."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.desk.access import Operator
from store.terms import Method
from tests.proof.simulation.bank import LATEST_PAYMENT, Bank
from tests.proof.simulation.deeds import Case, Deed, prepare
from tests.proof.simulation.endings import judge_ending
from tests.proof.simulation.lab import Lab
from tests.proof.simulation.moments import Process
from tests.proof.simulation.oracle import Oracle, Violation
from tests.proof.simulation.scheduler import NEVER, Actor, Scheduler
from tests.proof.simulation.traces import QUIET, Traces
from tests.proof.simulation.troubles import CLICKS_AGAIN, RESTART, Jump, Skew, Trouble
from tests.proof.simulation.wire import ARRIVES_LATE, NO_CONNECTION, Call
from tests.world import ALICE

HOUR = 3600.0

# Seconds that a request may be held up between the guard and the wire, with the shop and its bank on top.
LONG_GAP, SHORT_GAP = QUIET - 2 * LATEST_PAYMENT, 60.0


class Broken(AssertionError):
    """A schedule broke a promise: which, under which seed, and what led there."""


@dataclass(frozen=True)
class Schedule:
    """What to run. ``stay`` 1 lets whoever runs go on until it must wait: then each point has its number."""

    deed: Deed
    troubles: Sequence[Trouble]
    seed: str
    stay: float = 1.0
    workers: int = 2

    def __str__(self) -> str:
        troubles = "; ".join(str(trouble) for trouble in self.troubles) or "no trouble"
        return f"PROOF_SEED={self.seed!r}: {self.deed.name}; {troubles}"


@dataclass(eq=False)
class Run:
    """A schedule under way: what troubles may use."""

    lab: Lab
    schedule: Schedule
    cases: list[Case] = field(default_factory=list)
    points: int = 0
    mails: int = 1
    clicks: dict[Process, Callable[[], None]] = field(default_factory=dict)
    version: int = -1
    clocks_lie: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.schedule.seed)
        self.scheduler: Scheduler = self.lab.begin(self.random, self.schedule.stay)
        self.oracle, self.traces = Oracle(self.lab, self.cases), Traces(self.lab)
        self.bank = Bank(self.lab, self.scheduler, Random(self.schedule.seed))
        self.before: dict[Actor, str] = {}

    def __call__(self) -> None:
        """Run to the end. Raises Violation."""
        self.cases += prepare(self.lab, self.schedule.deed, 1)
        self._start()
        for case in self.cases:
            self.click(case, ALICE, None)
        self.scheduler.run(2 * HOUR)
        self._stop_troubles()
        self.scheduler.run(28 * HOUR)
        self._judge()

    def _start(self) -> None:
        for trouble in self.schedule.troubles:
            trouble.begin(self)
        self.scheduler.on_point = self._at_point
        self.lab.wires.on_call = self._at_call
        for number in range(self.schedule.workers):
            self.lab.start_worker(f"worker {number + 1}")

    def _judge(self) -> None:
        self.oracle.compare()
        judge_ending(self.oracle, self.cases, mails=self.mails)

    # What troubles do

    def click(self, case: Case, by: Operator, method: Method | None) -> None:
        """Somebody clicks; their browser is a process of its own."""
        actor = self.lab.start_person(by.name, lambda: case.click(by, method))
        self.clicks[actor.process] = lambda: self.click(case, by, method)

    def kill(self, process: Process) -> None:
        """End a process; a worker is started again, a person clicks again."""
        process.dead = True
        now = self.scheduler.time.seconds
        seat = next((seat for seat in self.lab.seats.values() if seat.process is process), None)
        if seat is not None:
            self.scheduler.at(now + RESTART, f"starts {seat.name}", lambda: self._restart(seat.name))
            return
        if process in self.clicks:
            self.scheduler.at(now + CLICKS_AGAIN, f"{process.name} clicks again", self.clicks[process])

    def longest_freeze(self, actor: Actor, point: str) -> float:
        """How long a process may stand still here, in seconds.

        Between the guard's last look at the claim and the first byte of a write without a key there is a gap
        of microseconds that no client can close: what is on its way cannot be recalled. Within the quiet
        period it is covered all the same, because nobody repeats the write before.
        """
        if not point.startswith("calls shop POST") or self.before.get(actor) != "begins":
            return NEVER
        lies = self.clocks_lie or any(isinstance(one, Jump | Skew) for one in self.schedule.troubles)
        return SHORT_GAP if lies else LONG_GAP

    def freeze(self, process: Process, seconds: float, *, asleep: bool) -> None:
        """Let a process stand still."""
        self.mails += 1
        process.frozen_until = self.scheduler.time.seconds + seconds
        process.slept += seconds if asleep else 0.0

    def touch(self) -> None:
        """Somebody writes something on the order in wp-admin."""
        for case in self.cases:
            self.lab.shop.state.touch(case.order)

    # What happens by itself

    def _restart(self, seat: str) -> None:
        self.lab.start_worker(seat)

    def _at_point(self, actor: Actor, point: str) -> None:
        self.points += 1
        self._judge_call(actor, point)
        self._watch(actor, point)
        for trouble in self.schedule.troubles:
            trouble.at_point(self, actor, point)
        self.before[actor] = point

    def _judge_call(self, actor: Actor, point: str) -> None:
        if point.startswith("calls") and self.lab.database.in_transaction:
            raise Violation(f"{actor.name} {point} inside a transaction")

    def _watch(self, _actor: Actor, _point: str) -> None:
        self.bank.act()
        version = self.lab.database.version()
        if version != self.version:
            self.version = version
            self.traces.look()
        self.oracle.look(version)

    def _at_call(self, call: Call) -> None:
        for trouble in self.schedule.troubles:
            trouble.at_call(self, call)
        if call.fault == ARRIVES_LATE and call.path.endswith("/notes"):
            self.mails += 1
        if call.fault != NO_CONNECTION:
            self.traces.send(call)

    def _stop_troubles(self) -> None:
        self.lab.wires.on_call = self.traces.send
        self.lab.shop.state.mishaps.clear()
        self.scheduler.on_point = self._watch
        self.bank.settle()


def carry_out(lab: Lab, schedule: Schedule, kind: type[Run] = Run) -> Run:
    """Run one schedule in a rewound lab. Raises Broken with its seed and its story."""
    lab.rewind()
    errors = Errors()
    run = kind(lab, schedule)
    try:
        run()
        if errors.records:
            raise Violation(f"the desk logged an error: {errors.records[0].getMessage()}")
    except (Violation, AssertionError) as broken:
        raise Broken(f"{broken}\n{run.schedule}\n{run.scheduler.story()}") from broken
    finally:
        run.scheduler.end()
        errors.close()
    return run


class Errors(logging.Handler):
    """Listens for what the desk logs as its own mistakes."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []
        logging.getLogger("bot").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)

    def close(self) -> None:
        """Stop listening."""
        logging.getLogger("bot").removeHandler(self)
        super().close()

"""What can go wrong, each at one point of a run: deaths, freezes, clocks, answers, accidents, people."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.life import remaining
from store.terms import Method
from tests.proof.simulation.scheduler import Actor
from tests.proof.simulation.wire import Call
from tests.world import ALICE, BOB

if TYPE_CHECKING:
    from tests.proof.simulation.schedule import Run

RESTART = 3.0  # seconds after which a supervisor starts a dead process again
CLICKS_AGAIN = 30.0  # seconds after which a person whose click was lost clicks again


@dataclass(eq=False)
class Trouble:
    """One thing that goes wrong once; ``met`` when it has."""

    met: bool = False

    @property
    def strikes(self) -> int:
        """How often it struck."""
        return int(self.met)

    def begin(self, run: "Run") -> None:
        """Before anybody does anything."""

    def at_point(self, run: "Run", actor: Actor, point: str) -> None:
        """At each point; ``run.points`` counts them."""

    def at_call(self, run: "Run", call: Call) -> None:
        """Before each request leaves; ``call.number`` counts them."""


@dataclass(eq=False)
class Death(Trouble):
    """The process that reaches the point dies there; a supervisor starts another, a person clicks again."""

    point: int = 1

    def at_point(self, run: "Run", actor: Actor, point: str) -> None:
        """Kill."""
        if run.points == self.point:
            self.met = True
            run.kill(actor.process)

    def __str__(self) -> str:
        return f"death at point {self.point}"


@dataclass(eq=False)
class Freeze(Trouble):
    """The process that reaches the point stands still for ``seconds``, longer than every lease.

    ``asleep``: the whole machine was suspended, so that the monotonic clock stood still as well.
    """

    point: int = 1
    seconds: float = 1800.0
    asleep: bool = False

    def at_point(self, run: "Run", actor: Actor, point: str) -> None:
        """Freeze, as long as a client can do anything about it."""
        if self.met or run.points < self.point or point == "commits":  # one that holds the database stops all
            return
        self.met = True
        seconds = min(self.seconds, run.longest_freeze(actor, point))
        run.freeze(actor.process, seconds, asleep=self.asleep)

    def __str__(self) -> str:
        return f"{'sleep' if self.asleep else 'freeze'} of {self.seconds:.0f} s at point {self.point}"


@dataclass(eq=False)
class Jump(Trouble):
    """The wall clock of the process that reaches the point is set ``seconds`` ahead, or every clock is."""

    point: int = 1
    seconds: float = 3600.0
    everywhere: bool = False

    def at_point(self, run: "Run", actor: Actor, point: str) -> None:
        """Jump."""
        if run.points == self.point:
            self.met = run.traces.clocks_lie = True
            for process in run.lab.processes if self.everywhere else [actor.process]:
                process.skew += self.seconds

    def __str__(self) -> str:
        return f"clock {self.seconds:+.0f} s at point {self.point}{' everywhere' if self.everywhere else ''}"


@dataclass(eq=False)
class Skew(Trouble):
    """One worker's clock is wrong from the start."""

    seat: str = "worker 2"
    seconds: float = 600.0

    def begin(self, run: "Run") -> None:
        """Set the clock before the worker starts."""
        self.met = run.traces.clocks_lie = True
        run.lab.seats[self.seat].process.skew = self.seconds

    def __str__(self) -> str:
        return f"clock of {self.seat} {self.seconds:+.0f} s off"


@dataclass(eq=False)
class Spoiled(Trouble):
    """From the ``call``-th request on, or the ``call``-th write, ``times`` answers are spoiled."""

    call: int = 1
    fault: Fault | str = Fault.LOST_AFTER
    times: int = 1
    seconds: float = 70.0
    writes: bool = False
    count: int = 0

    def at_call(self, run: "Run", call: Call) -> None:
        """Spoil the answer."""
        if self.writes and not call.writes:
            return
        self.count += 1
        if self.call <= self.count < self.call + self.times and call.fault is None:
            self.met = True
            call.fault, call.seconds = self.fault, self.seconds

    def __str__(self) -> str:
        what = "write" if self.writes else "call"
        return f"{self.fault} at {what} {self.call}, {self.times} times"


@dataclass(eq=False)
class Accident(Trouble):
    """Something goes wrong inside the shop, at the first ``times`` refunds it is asked for."""

    mishap: Mishap = Mishap.DIES_AFTER_MONEY
    times: int = 1

    def begin(self, run: "Run") -> None:
        """Plan it; what is paid late is paid when the run says so."""
        seconds = 10_000 if self.mishap is Mishap.PAID_LATE else 0
        run.lab.shop.plan_mishap(self.mishap, seconds=seconds, times=self.times)
        self.met = True

    def __str__(self) -> str:
        return f"{self.mishap}, {self.times} times"


@dataclass(eq=False)
class Intrusion(Trouble):
    """Somebody else does something at the point: ``deed`` names it."""

    point: int = 1
    what: str = "clicks again"

    def at_point(self, run: "Run", actor: Actor, point: str) -> None:
        """Let it happen."""
        if run.points == self.point:
            self.met = True
            INTRUSIONS[self.what](run)

    def __str__(self) -> str:
        return f"somebody {self.what} at point {self.point}"


def _by_hand(run: "Run", *, via_gateway: bool, part: bool) -> None:
    """Somebody refunds in wp-admin what is left, or a third of it; where nothing is left the shop says so."""
    order = run.cases[0].order
    left = Decimal(remaining(run.lab.shop.state, order))
    amount = (left / 3 if part else left).quantize(Decimal("0.01"))
    if not amount:
        return
    unseen = run.lab.pays_unseen(order)
    try:
        run.lab.shop.refund_by_hand(order.id, str(amount), via_gateway=via_gateway)
    except ShopError:
        run.scheduler.note("world", "the shop refuses a refund by hand")
        return
    if via_gateway and unseen:
        run.lab.paid_blindly += int(amount * 100)


INTRUSIONS: dict[str, Callable[["Run"], None]] = {
    "clicks again": lambda run: run.click(run.cases[0], ALICE, None),
    "decides the same": lambda run: run.click(run.cases[0], BOB, None),
    "decides otherwise": lambda run: run.click(run.cases[0], BOB, Method.MANUAL_REFUND),
    "gives credit": lambda run: run.click(run.cases[0], BOB, Method.STORE_CREDIT),
    "refunds in wp-admin": lambda run: _by_hand(run, via_gateway=True, part=False),
    "refunds a part in wp-admin": lambda run: _by_hand(run, via_gateway=True, part=True),
    "books in wp-admin": lambda run: _by_hand(run, via_gateway=False, part=False),
    "books a part in wp-admin": lambda run: _by_hand(run, via_gateway=False, part=True),
    "touches the order": lambda run: run.touch(),
}

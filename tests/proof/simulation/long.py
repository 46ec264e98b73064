"""Long runs: many returns of one shop in one world, three workers, and anything may go wrong at any time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from bot.desk.decisions import message
from bot.desk.orders import plan_refresh
from bot.desk.resolution import allow_one_more, confirm_done
from bot.errors import DeskError
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.shop.mishaps import Plan
from store.terms import Method, ResolutionStatus
from tests.proof.simulation.deeds import DEEDS, Case, Deed, of_number, prepare
from tests.proof.simulation.endings import told_of
from tests.proof.simulation.lab import Lab
from tests.proof.simulation.oracle import Claim
from tests.proof.simulation.schedule import HOUR, Run, Schedule
from tests.proof.simulation.scheduler import Actor
from tests.proof.simulation.singles import FAULTS, JUMPS
from tests.proof.simulation.troubles import Trouble
from tests.proof.simulation.wire import Call
from tests.world import ALICE, BOB

DECISIONS = 25  # orders in one run
TROUBLED = 12 * HOUR  # seconds in which things go wrong
MEAN_POINTS, MEAN_CALLS = (
    150,
    25,
)  # how many pass on average between two deaths, and between two spoiled answers
HINTS = 4  # webhooks of the shop for each order: each lets a worker read the order again in its lane
MANY_MAILS = 99  # standing still and arriving late happen often here; singles and pairs count exactly
LOOKS = 1800.0  # seconds after which somebody looks at what needs a person


@dataclass(eq=False)
class Weather(Trouble):
    """Everything that can go wrong, at random, for as long as the run is troubled. ``strikes`` counts it."""

    random: Random = field(default_factory=Random)
    clocks: bool = False
    struck: int = 0

    @property
    def strikes(self) -> int:
        """How often anything went wrong."""
        return self.struck

    def at_point(self, run: Run, actor: Actor, point: str) -> None:
        """Now and then a process dies, stands still, or gets another time."""
        if self.random.random() * MEAN_POINTS > 1:
            return
        self.struck += 1
        what = self.random.random()
        if what < 0.5 or point == "commits":
            run.kill(actor.process)
        elif what < 0.8 or not self.clocks:
            seconds = self.random.choice((60.0, 600.0, 1800.0, 7200.0))
            longest = run.longest_freeze(actor, point)
            run.freeze(actor.process, min(seconds, longest), asleep=self.random.random() < 0.3)
        else:
            run.traces.clocks_lie = True
            actor.process.skew += self.random.choice(tuple(JUMPS.values()))

    def at_call(self, run: Run, call: Call) -> None:
        """Now and then an answer is spoiled, or something goes wrong inside the shop."""
        if self.random.random() * MEAN_CALLS > 1:
            return
        self.struck += 1
        if (
            call.path.endswith("/refunds")
            and call.writes
            and call.service == "shop"
            and self.random.random() < 0.6
        ):
            mishap = self.random.choice(list(Mishap))
            seconds = 10_000 if mishap is Mishap.PAID_LATE else 0
            run.lab.shop.state.mishaps.plan(Plan(mishap, seconds=seconds))
            return
        fault: Fault | str = self.random.choice(FAULTS)
        call.fault, call.seconds = fault, self.random.choice((2.0, 70.0))

    def __str__(self) -> str:
        return f"anything, {self.strikes} times"


@dataclass(frozen=True)
class Long:
    """A long run drawn by one seed."""

    seed: str
    way: str

    def schedule(self) -> Schedule:
        """What the seed says. The deed stands for the way alone: every return of the run draws its own."""
        deed = next(deed for deed in DEEDS.values() if deed.way == self.way)
        return Schedule(deed, [], self.seed, stay=0.8, workers=3)


class LongRun(Run):
    """Many decisions in one world."""

    def __init__(self, lab: Lab, schedule: Schedule) -> None:
        super().__init__(lab, schedule)
        self.mails = MANY_MAILS
        self.weather = Weather(random=Random(f"{schedule.seed} weather"), clocks=self.random.random() < 0.3)
        self.clocks_lie = self.weather.clocks
        self.schedule = replace(schedule, troubles=[self.weather])

    def __call__(self) -> None:
        """Run to the end. Raises Violation."""
        for number in range(DECISIONS):
            self.cases += prepare(self.lab, self._deed(), number + 1)
        self._start()
        for case in self.cases:
            self._plan_clicks(case)
        self._plan_look()
        self.scheduler.run(TROUBLED)
        self._stop_troubles()
        self.scheduler.run(TROUBLED + 26 * HOUR)
        self._judge()

    def _deed(self) -> Deed:
        able = [deed for deed in DEEDS.values() if deed.way in ("", self.lab.way)]
        return self.random.choice(able)

    def _plan_clicks(self, case: Case) -> None:
        """One click, sometimes a second one by the same or by another person."""
        at = self.random.uniform(0, TROUBLED / 2)
        self.scheduler.at(at, f"a click on {case.number}", lambda: self.click(case, ALICE, None))
        for _ in range(HINTS):
            self._at_any_time(f"the shop says that {case.number} changed", lambda: self._hint(case))
        self._at_any_time(f"somebody writes about {case.number}", lambda: self._write(case))
        if self.random.random() < 0.3:
            by, method = self.random.choice(((ALICE, None), (BOB, None), (BOB, Method.MANUAL_REFUND)))
            later = at + self.random.choice((0.1, 3.0, 600.0))
            self.scheduler.at(later, f"another click on {case.number}", lambda: self.click(case, by, method))

    def _at_any_time(self, what: str, happen: Callable[[], None]) -> None:
        self.scheduler.at(self.random.uniform(0, TROUBLED), what, happen)

    def _hint(self, case: Case) -> None:
        self.lab.start_person("webhook", lambda: plan_refresh(self.lab.desk, case.order.id))

    def _write(self, case: Case) -> None:
        self.lab.start_person(
            BOB.name, lambda: message(self.lab.desk, case.return_id, BOB, "We look into it.")
        )

    def _plan_look(self) -> None:
        self.scheduler.at(self.scheduler.time.seconds + LOOKS, "somebody looks", self._look)

    def _look(self) -> None:
        """Somebody looks into what needs a person, and says what the ledger shows."""
        for claim in self.oracle.claims():
            if claim.status is ResolutionStatus.IN_DOUBT and "needs_person" in told_of(
                self.lab, claim.return_id
            ):
                self.lab.start_person(BOB.name, self._answer(claim))
        self._plan_look()

    def _answer(self, claim: Claim) -> "Answer":
        case = of_number(self.cases, claim.return_id)
        return Answer(self.lab, case, claim, happened=self._happened(case, claim))

    def _happened(self, case: Case, claim: Claim) -> bool:
        if claim.method is Method.STORE_CREDIT:
            return bool(self.oracle.coupons(claim.reference))
        if claim.method is Method.MANUAL_REFUND:
            return bool(self.oracle.rows(case, claim.reference))
        return any(one.reference == claim.reference and not one.returned for one in self.oracle.payments())


@dataclass(eq=False)
class Answer:
    """A person presses one of the two buttons: it happened, or once more."""

    lab: Lab
    case: Case
    claim: Claim
    happened: bool

    def __call__(self) -> None:
        """Press; what the desk refuses, the person reads."""
        number = self.lab.database.rows(
            "SELECT id FROM resolutions WHERE reference = ?", self.claim.reference
        )
        try:
            if self.happened:
                confirm_done(self.lab.desk, self.case.return_id, BOB, number[0][0], "seen in the ledger")
            else:
                allow_one_more(self.lab.desk, self.case.return_id, BOB, number[0][0])
        except DeskError as no:
            self.case.told.append(no)

"""A seeded scheduler: actors run in threads, one at a time, and hand the baton on where something is shared.

It knows nothing of the desk. An actor that holds the baton runs until it reaches a point; there the scheduler
may kill or freeze its process, let time pass, or let somebody else go on.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.proof.simulation.moments import Process, Time

NEVER = float("inf")
STUCK = 200_000  # points within one run; more is an actor that turns in circles


class Died(BaseException):
    """The process is gone. No ``except Exception`` of the desk may notice."""


def _taken() -> threading.Lock:
    """A lock that is held from the start: whoever waits for it waits until it is handed over."""
    lock = threading.Lock()
    lock.acquire()
    return lock


class HarnessMistake(BaseException):
    """The harness itself went wrong."""


@dataclass(frozen=True)
class Step:
    """One line of the trace."""

    at: float
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:12.3f}  {self.who:<14} {self.what}"


@dataclass(eq=False)
class Actor:
    """One thread of one process. ``ready_at`` tells the true second from which it can go on."""

    name: str
    process: Process
    body: Callable[[], None]
    ready_at: Callable[[], float] = lambda: 0.0
    baton: threading.Lock = field(default_factory=_taken)
    thread: threading.Thread | None = None
    over: bool = False
    error: BaseException | None = None


@dataclass(eq=False)
class Scheduler:
    """Who goes on. ``stay`` is the chance that whoever runs goes on running at a point.

    ``on_point`` is called with the actor and the name of each point, by the actor itself, before anything
    is decided; it may plan deaths and freezes, and raise what ends the run.
    """

    time: Time
    random: Random
    stay: float = 1.0
    tick: float = 0.001
    on_point: Callable[[Actor, str], None] = lambda actor, point: None
    actors: list[Actor] = field(default_factory=list)
    trace: list[Step] = field(default_factory=list)
    events: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)
    current: Actor | None = None
    until: float = 0.0
    main: threading.Lock = field(default_factory=_taken)
    failure: BaseException | None = None
    ending: bool = False

    # What actors call

    def reach(self, point: str, *, alone: bool = False) -> None:
        """A point where others may go on, unless ``alone``. Raises Died when the actor's process is gone."""
        actor = self.current
        if actor is None or actor.thread is not threading.current_thread():
            return
        self._die_if_dead(actor)
        self.time.seconds += self.tick
        self.note(actor.name, point)
        self._tell(actor, point)
        self._die_if_dead(actor)
        if not alone:
            self._hand_on(actor)

    def wait(self, ready_at: Callable[[], float]) -> None:
        """Let others go on until the true second ``ready_at()``, asked anew whenever somebody is chosen."""
        actor = self.current
        assert actor is not None
        self._die_if_dead(actor)
        actor.ready_at = ready_at
        self._hand_on(actor)
        actor.ready_at = lambda: 0.0

    def sleep(self, seconds: float) -> None:
        """Let time pass for the actor that calls."""
        end = self.time.seconds + seconds
        if self.current is None:
            self.time.seconds = end
        else:
            self.wait(lambda: end)

    # What a harness calls

    def add(self, name: str, process: Process, body: Callable[[], None]) -> Actor:
        """An actor that begins when it is chosen."""
        actor = Actor(name, process, body)
        self.actors.append(actor)
        return actor

    def at(self, second: float, what: str, event: Callable[[], None]) -> None:
        """Let something happen at a true second; it must not reach a point."""
        self.events.append((second, what, event))
        self.events.sort(key=lambda planned: planned[0])

    def run(self, until: float) -> None:
        """Let the actors go on until the true second ``until``. Raises what ended the run."""
        self.until = until
        self._choose_next(None)
        self.main.acquire()
        self.time.seconds = max(self.time.seconds, until)
        if self.failure is not None:
            raise self.failure

    def end(self) -> None:
        """End every actor where it stands."""
        self.ending = True
        for actor in self.actors:
            actor.process.dead = True
        for actor in self.actors:
            if actor.thread is not None and not actor.over:
                self.current = actor
                actor.baton.release()
                actor.thread.join()
        self.current = None

    def note(self, who: str, what: str) -> None:
        """Write a line of the trace."""
        self.trace.append(Step(self.time.seconds, who, what))
        if len(self.trace) > STUCK:
            raise AssertionError("the run does not come to an end")

    def story(self, last: int = 400) -> str:
        """The end of the trace as text."""
        return "\n".join(str(step) for step in self.trace[-last:])

    # The baton

    def _tell(self, actor: Actor, point: str) -> None:
        try:
            self.on_point(actor, point)
        except Exception as mistake:
            raise HarnessMistake(repr(mistake)) from mistake  # the desk must not take it for one of its own

    def _die_if_dead(self, actor: Actor) -> None:
        if actor.process.dead:
            raise Died

    def _hand_on(self, actor: Actor) -> None:
        if self._choose_next(actor) is not actor:
            actor.baton.acquire()
        self._die_if_dead(actor)

    def _choose_next(self, asking: Actor | None) -> Actor | None:
        """Give the baton to whoever goes on; to the main thread when nobody does before ``until``."""
        try:
            chosen = self._next(asking)
        except BaseException as error:
            self.failure = self.failure or error
            chosen = None
        self.current = chosen
        if chosen is None:
            self.main.release()
        elif chosen is not asking:
            self._start_or_wake(chosen)
        return chosen

    def _next(self, asking: Actor | None) -> Actor | None:
        if self.failure is not None:
            return None
        while True:
            able = [
                actor for actor in self.actors if not actor.over and self._ready(actor) <= self.time.seconds
            ]
            if able and asking in able and self.random.random() < self.stay:
                return asking
            if able:
                return able[0] if self.stay >= 1 else self.random.choice(able)
            if not self._let_time_pass():
                return None

    def _ready(self, actor: Actor) -> float:
        process = actor.process
        if process.dead:
            return 0.0 if actor.thread is not None else NEVER
        return max(actor.ready_at(), process.frozen_until)

    def _let_time_pass(self) -> bool:
        """Go to the next second at which anything happens; False when that is after the end."""
        following = min((self._ready(actor) for actor in self.actors if not actor.over), default=NEVER)
        event = self.events[0][0] if self.events else NEVER
        if min(following, event) > self.until:
            return False
        self.time.seconds = max(self.time.seconds, min(following, event))
        if event <= following:
            _, what, happen = self.events.pop(0)
            self.note("world", what)
            happen()
        return True

    def _start_or_wake(self, actor: Actor) -> None:
        if actor.thread is not None:
            actor.baton.release()
            return
        actor.thread = threading.Thread(target=self._live, args=(actor,), name=actor.name, daemon=True)
        actor.thread.start()

    def _live(self, actor: Actor) -> None:
        try:
            self._die_if_dead(actor)
            actor.body()
        except Died:
            pass
        except BaseException as error:
            actor.error = error
            self.failure = self.failure or error
        actor.over = True
        if not self.ending:
            self._choose_next(None)

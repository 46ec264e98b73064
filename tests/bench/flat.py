"""Whether acts take as long with a million returns as with a thousand (G2), and how a desk starts (G11).

Two whole desks stand side by side on one core, one of each size, and are asked in turn.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from blocks.card import return_card
from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.desk.cases import load_case
from tests.bench.goals import Figure, Goal, compared
from tests.bench.knocking import Answer, command, press, submit
from tests.bench.looking import timed
from tests.bench.population import STAFF
from tests.bench.rounds import ROUNDS, Rounds, in_turn
from tests.bench.searching import drawn
from tests.bench.staging import START_SECONDS, Stage

TIMES = 100  # of each act in a round
WARM = 10
G2 = Goal("G2", "{act}: p99 with {big:,} returns, and with {small:,}", 3, 1.5, 1.15)
G11 = Goal("G11", "SIGKILL, start, first click acknowledged: {big:,} returns, and {small:,}", None, None, 1.5)
SAYING = Mapping[str, Callable[["Counter"], tuple[str, dict[str, Any]]]]


@dataclass
class Counter:
    """One of the two desks, and the returns that are acted on there."""

    stage: Stage
    size: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        rows = self.stage.rows("SELECT id FROM returns WHERE status = 'pending' AND owner_id IS NULL")
        self.fresh = [number for (number,) in rows]
        self.chance.shuffle(self.fresh)
        self.fresh = self.fresh[:2000]
        self.deck: list[int] = []
        self.known = drawn(self.size, 200, 1)

    def next(self) -> int:
        """A return nobody has touched. When there are none left, all are put back as they were."""
        if not self.deck:
            self.put_back()
            self.deck = list(self.fresh)
        return self.deck.pop()

    def put_back(self) -> None:
        """What nobody did in life: the returns are as new again."""
        marks = ", ".join("?" * len(self.fresh))
        again = "UPDATE returns SET owner_id = NULL, status = 'pending', version = 1"
        with closing(sqlite3.connect(self.stage.database, timeout=30)) as connection, connection:
            connection.execute(f"{again} WHERE id IN ({marks})", self.fresh)

    def say(self, kind: str, payload: Mapping[str, Any]) -> Answer:
        """Deliver it. Anything but an acknowledgement ends the run."""
        answer = self.stage.door.slack(kind, payload)
        if not answer.is_good or b"went wrong" in answer.body:
            raise SystemExit(f"not acknowledged: {answer}")
        return answer

    @property
    def staff(self) -> str:
        return self.chance.choice(STAFF)

    def search(self, kind: str) -> tuple[str, dict[str, Any]]:
        """Somebody looks for one of the returns that are there."""
        one = self.chance.choice(self.known)
        known = {"number": f"RMA-{one.number}", "name": f"{one.who.name} {one.sku}", "e-mail": one.who.email}
        return command(known[kind], self.staff)


ACTS: SAYING = {
    "take": lambda at: press("take", f"{at.next()}:1", at.staff),
    "approve": lambda at: submit("approve", f"{at.next()}:1", {}, at.staff),
    "open the refund box": lambda at: press("refund_box", f"{at.next()}:1", at.staff),
    "open the message box": lambda at: press("message", f"{at.next()}:1", at.staff),
    "send a message": lambda at: submit("message", f"{at.next()}:1", {"text": "On its way."}, at.staff),
    "search a number": lambda at: at.search("number"),
    "search an e-mail": lambda at: at.search("e-mail"),
    "search a name and a SKU": lambda at: at.search("name"),
    "list what is open": lambda at: command("", at.staff),
    "list what is new": lambda at: command("pending", at.staff),
}


def flatness(big: Counter, small: Counter, *, rounds: int = ROUNDS, times: int = TIMES) -> Iterator[Figure]:
    """G2, act by act; the last row is the worst of all."""
    found = {name: _acted(name, big, small, rounds, times) for name in ACTS}
    found["draw a card"] = _drawn(big, small, rounds, times)
    sizes = {"big": big.size, "small": small.size}
    for name, one in found.items():
        yield compared(_goal(G2, act=name, **sizes), one)
    worst = max(found.values(), key=lambda one: one.ratio)
    yield compared(_goal(G2, act="the worst of all of these", **sizes), worst)


def _acted(name: str, big: Counter, small: Counter, rounds: int, times: int) -> Rounds:
    def some(counter: Counter, count: int) -> list[float]:
        return [counter.say(*ACTS[name](counter)).milliseconds for _ in range(count)]

    some(big, WARM)
    some(small, WARM)
    return in_turn(partial(some, big, times), partial(some, small, times), rounds=rounds)


def _drawn(big: Counter, small: Counter, rounds: int, times: int) -> Rounds:
    """The card of a return, from the database to the blocks; in this process."""
    desks = [open_desk(Settings(**counter.stage.settings)) for counter in (big, small)]

    def some(desk: Desk, counter: Counter) -> list[float]:
        return [timed(partial(_draw, desk, counter.next())) for _ in range(times)]

    (mine, hers), counters = desks, (big, small)
    found = in_turn(partial(some, mine, counters[0]), partial(some, hers, counters[1]), rounds=rounds)
    for desk in desks:
        desk.shop.close()
        desk.engine.dispose()
    return found


def _draw(desk: Desk, return_id: int) -> object:
    return return_card(load_case(desk, return_id), desk.words)


def starting(big: Counter, small: Counter, *, rounds: int = ROUNDS) -> Figure:
    """G11: neither desk runs when this begins, nor when it ends."""
    found = in_turn(partial(_started, big), partial(_started, small), share=0.5, rounds=rounds)
    about = _goal(G11, big=big.size, small=small.size)
    seconds = max(pair.ours for pair in found.pairs) / 1000
    figure = compared(about, found)
    reached = about.reached(found.ratio) or Goal("", "", 10, 3).reached(seconds)
    return Figure(**{**vars(figure), "reached": reached})


def _started(counter: Counter) -> list[float]:
    """Milliseconds from the start of a killed desk to its first acknowledgement; it is killed at the end."""
    begun = time.perf_counter()
    with counter.stage.serving("--with-worker", wait=False) as child:
        while not counter.stage.door.slack(*press("take", f"{counter.next()}:1", counter.staff)).is_good:
            if time.perf_counter() - begun > START_SECONDS:
                raise SystemExit("the desk does not start")
            time.sleep(0.005)
        took = (time.perf_counter() - begun) * 1000
        for _ in range(20):
            counter.say(*press("take", f"{counter.next()}:1", counter.staff))
        child.kill()
    return [took]


def _goal(goal: Goal, **values: Any) -> Goal:
    return Goal(goal.name, goal.about.format(**values), goal.basic, goal.strong, goal.moonshot)

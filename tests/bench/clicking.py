"""Fifty people at work while customers ask for returns: clicks acknowledged (G1, G8), cards made true (G6).

The load is open: every click has its moment, and what it waits for those before it counts. The floor is
clicked by the same plan, in turn, while the desk rests.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

from tests.bench.goals import Figure, Goal, Reached, compared, measured
from tests.bench.knocking import Answer, Door, Kept, Planned, command, open_loop, press, submit, wish
from tests.bench.population import STAFF, person
from tests.bench.rounds import Rounds, in_turn
from tests.bench.staging import Stage
from tests.bench.table import Spread, say

THINK = 5.0  # seconds between two clicks of one person, twice as often as in a busy hour
HOUR = 10_000  # returns that customers ask for
REST = 120.0  # seconds to work off what was planned
WORST = 3_000.0  # milliseconds until Slack shows an error
G1 = Goal("G1", "click to acknowledgement, 50 people, returns coming in; p99", 5, 2, 1.3)
G1_BARE = Goal("G1", "the same against Bolt without its naps; p99")
G6 = Goal("G6", "click to the card's true picture leaving; p99, as a multiple of G1's", None, 10, 3)
SOON = 500.0  # milliseconds within which a card has to be true, however slow clicks are
G8 = Goal("G8", "10,000 returns in an hour, asked for at that pace: none lost, clicks as in G1", 5, 2, 1.3)


@dataclass
class Crowd:
    """Fifty people at a desk, and what they did there."""

    stage: Stage
    seed: int = 1
    taken: dict[int, str] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    kept: list[Kept] = field(default_factory=list)
    asked: list[Kept] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        fresh = "status = 'pending' AND owner_id IS NULL AND source = 'portal'"
        deck = self.stage.rows(f"SELECT id, version FROM returns WHERE {fresh}")
        self.chance.shuffle(deck)
        self.deck = iter(deck)
        self.orders: Iterator[tuple[int, int]] = iter(())

    def clicks(self, seconds: float, door: Door | None = None) -> list[Planned]:
        """What everybody does in so many seconds; at another ``door`` it is always the same button."""
        plan, at = [], 0.0
        while (at := at + self.chance.expovariate(len(STAFF) / THINK)) < seconds:
            act = self.deed() if door is None else partial(door.slack, *press("take", "1:1", STAFF[0]))
            plan.append(Planned(at, act))
        return plan

    def deed(self) -> Callable[[], Answer]:
        """What one person does next."""
        user, (number, version) = self.chance.choice(STAFF), next(self.deck)
        value = f"{number}:{version}"
        kind = self.chance.choices(("take", "search", "box", "write", "send"), (40, 20, 15, 10, 15))[0]
        if kind == "search":
            said = command(self._sought(), user)
        elif kind == "take":
            said = self._take(number, value, user)
        elif kind == "send":
            said = self._send(number, value, user)
        else:
            said = press("refund_box" if kind == "box" else "message", value, user)
        return partial(self.stage.door.slack, *said)

    def _sought(self) -> str:
        who = person(self.chance.randrange(1000))
        return self.chance.choice((f"RMA-{self.chance.randrange(1000)}", who.name, who.email, "pending", ""))

    def _take(self, number: int, value: str, user: str) -> tuple[str, dict[str, Any]]:
        self.taken[number] = user
        return press("take", value, user)

    def _send(self, number: int, value: str, user: str) -> tuple[str, dict[str, Any]]:
        text = f"Your parcel is on its way, line {next(self.numbers)}."
        self.written[text] = number
        return submit("message", value, {"text": text}, user)

    def customers(self, seconds: float, per_second: float) -> list[Planned]:
        """What customers ask for meanwhile."""
        orders = self.stage.ask("orders", count=int(seconds * per_second) + 1)
        return [Planned(at / per_second, partial(self._ask, *order)) for at, order in enumerate(orders)]

    def _ask(self, order: int, line: int) -> Answer:
        secret = self.stage.settings["intake_secret"]
        return self.stage.door.knock("/api/v1/returns", *wish(secret, order, line, f"bench-{order}"))

    def work(self, seconds: float, per_second: float) -> list[float]:
        """Work for a while with customers asking; milliseconds of every click."""
        clicks, customers = self.clicks(seconds), self.customers(seconds, per_second)
        both = open_loop([*clicks, *customers])
        clicked = both[: len(clicks)]
        self.kept += clicked
        self.asked += both[len(clicks) :]
        rest(self.stage)
        return [one.milliseconds for one in clicked]

    def wrong(self) -> str:
        """What is not as it has to be after all that, in words; empty when all is well."""
        missed = sum(not one.answer.is_good for one in self.kept)
        unheard = sum(not one.answer.is_good for one in self.asked)
        owners = dict(self.stage.rows("SELECT id, owner_id FROM returns WHERE owner_id IS NOT NULL"))
        lost = sum(owners.get(number) != user for number, user in self.taken.items())
        lines = {row[0] for row in self.stage.rows("SELECT body FROM messages WHERE body LIKE '%, line %'")}
        unsaid = len(set(self.written) - lines)
        opened = self.stage.rows("SELECT count(*) FROM returns WHERE source_key LIKE 'bench-%'")[0][0]
        gone = len(self.asked) - unheard - opened
        false = self._false_cards()
        found = {
            "clicks not acknowledged": missed,
            "customers not answered": unheard,
            "returns not taken": lost,
            "messages lost": unsaid,
            "returns lost": gone,
            "cards not true": false,
        }
        return ", ".join(f"{number} {what}" for what, number in found.items() if number)

    def _false_cards(self) -> int:
        """Cards that do not name the owner who took the return."""
        shown = self.stage.ask("shown")
        return sum(user not in shown.get(card_of(number), user) for number, user in self.taken.items())


def card_of(number: int) -> str:
    """The message that shows a return of the population."""
    return f"1700000000.{number:06d}"


def rest(stage: Stage, seconds: float = REST) -> float:
    """Until the worker has nothing more to do, at most so long; how long it took."""
    begun, quiet = time.monotonic(), 0
    due = "SELECT count(*) FROM operations WHERE state IN ('due', 'running') AND due_at <= datetime('now')"
    while time.monotonic() < begun + seconds and quiet < 2:
        time.sleep(0.5)
        quiet = 0 if stage.rows(due)[0][0] else quiet + 1
    return time.monotonic() - begun


def clicking(stage: Stage, floor: Door, bare: Door, *, seconds: float, rounds: int) -> Sequence[Figure]:
    """G1 and G8, and the clicks that missed Slack's three seconds."""
    crowd = Crowd(stage)
    crowd.work(5.0, HOUR / 3600)
    crowd.kept.clear()
    work = partial(crowd.work, seconds, HOUR / 3600)
    napping = in_turn(work, partial(at_floor, crowd, floor, seconds), rounds=rounds)
    awake = Spread(at_floor(crowd, bare, seconds))
    return [*_figures(crowd, napping, awake.at(0.99))]


def at_floor(crowd: Crowd, floor: Door, seconds: float) -> list[float]:
    """The same people at the empty application."""
    return [one.milliseconds for one in open_loop(crowd.clicks(seconds, floor))]


def _figures(crowd: Crowd, found: Rounds, bare: float) -> Iterator[Figure]:
    wrong, clicks = crowd.wrong(), Spread([one.milliseconds for one in crowd.kept])
    late = sum(one.milliseconds > WORST for one in crowd.kept)
    say(f"{len(clicks.values)} clicks, p50 {clicks.p50:.1f} ms, the slowest {clicks.most:.0f} ms")
    yield compared(G1, found, wrong=wrong)
    ratio = f"{found.ours / bare:.1f} times {bare:.2g} ms"
    yield measured(G1_BARE, 0, f"{found.ours:.3g} ms", base=ratio)
    yield measured(
        Goal("G1", f"of {len(clicks.values):,} clicks over 3 s; the slowest", 1, 1, 0),
        late,
        f"{late}; {clicks.most:.0f} ms",
        wrong=wrong,
    )
    yield compared(G8, found, wrong=wrong)


def cards(stage: Stage, p99: float, *, clicks: int) -> Sequence[Figure]:
    """G6: one click after another, slowly enough for Slack, and when the call with the new picture left."""
    rest(stage)
    stage.ask("forget")
    crowd, begun = Crowd(stage, seed=2), {}
    for _ in range(clicks):
        number, version = next(crowd.deck)
        begun[card_of(number)] = time.monotonic()
        stage.door.slack(*press("take", f"{number}:{version}", STAFF[number % 50]))
        time.sleep(1.1 + crowd.chance.random() / 3)
    rest(stage)
    calls = {ts: at for at, ts in reversed(stage.ask("calls", method="chat.update"))}
    spans = [(calls[ts] - at) * 1000 for ts, at in begun.items() if ts in calls]
    lost = len(begun) - len(spans)
    spread = Spread(spans or [float("inf")])
    shown = f"{spread.at(0.99):.0f} ms (p50 {spread.p50:.0f})"
    wrong = f"{lost} cards not drawn" if lost else ""
    figure = measured(G6, spread.at(0.99) / p99, shown, base=f"G1: {p99:.3g} ms", wrong=wrong)
    reached = max(figure.reached or 0, Reached.BASIC) if spread.at(0.99) <= SOON else Reached.NOTHING
    return [replace(figure, reached=Reached(reached), ratio=f"{spread.at(0.99) / p99:.3g}")]

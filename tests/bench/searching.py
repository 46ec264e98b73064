"""How long a search takes among a million returns, and whether what was wanted is among the first five.

Each query is what somebody may have at hand of one return that was drawn by lot. The baseline of the same run
is a look at every row, as a search without an index has to take it. ``python -m tests.bench.searching FILE``.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import TypeVar

from sqlalchemy import Engine, text

from blocks.lists import list_message
from bot.config import Settings
from bot.desk import Desk, lists
from bot.i18n import Words
from store.db import open_engine
from tests.bench.population import invent
from tests.bench.population_rows import Invented
from tests.bench.table import Spread, say, show
from tests.world import Clock

ASKED: dict[str, Callable[[Invented], str]] = {
    "return number": lambda one: f"RMA-{one.number}",
    "order number": lambda one: f"#{one.order_id}",
    "e-mail and SKU": lambda one: f"{one.who.email} {one.sku}",
    "part of an e-mail": lambda one: one.who.email.partition("@")[0].partition(".")[2] + " " + one.sku[-4:],
    "tracking number": lambda one: one.tracking or f"{one.order_id}",
    "part of a tracking number": lambda one: one.tracking[3:11] if one.tracking else str(one.order_id),
    "name and SKU": lambda one: f"{one.who.name} {one.sku}",
    "name without accents, and goods": lambda one: f"{one.who.name.casefold()} {one.name}",
    "telephone": lambda one: f"0{one.who.phone[3:]} {one.sku}",
}
T = TypeVar("T")
WORDS = Words("en")
FIRST = 5
SCANS = 5


def a_desk(engine: Engine) -> Desk:
    """A desk that only looks into its database."""
    return Desk(engine=engine, settings=Settings(), shop=None, payments=None, clock=Clock())  # type: ignore[arg-type]


def timed(deed: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds it took, and what it gave."""
    started = time.perf_counter()
    result = deed()
    return (time.perf_counter() - started) * 1000, result


def scan(engine: Engine, needle: str) -> None:
    """Look for a word in every row."""
    with engine.execution_options(reading=True).connect() as connection:
        query = text("SELECT return_id FROM search_entries WHERE words LIKE :needle ORDER BY 1 DESC LIMIT 10")
        connection.execute(query, {"needle": f"%{needle}%"}).all()


def main() -> None:
    """Ask, and say how long it took and how often the wanted return was among the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    engine = open_engine(given.database)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM returns")).scalar_one()
    wanted = drawn(count, given.queries, given.seed)
    asked = [ask(a_desk(engine), kind, one) for kind, one in zip(cycle(ASKED), wanted, strict=False)]
    scans = [timed(partial(scan, engine, one.who.name.casefold()))[0] for one in wanted[:SCANS]]
    report(f"{count:,} returns, milliseconds", asked, Spread(scans).p50)


@dataclass(frozen=True)
class Asked:
    """One search: how it was asked, its milliseconds, and whether the wanted return came among the first."""

    kind: str
    span: float
    hit: bool


def drawn(count: int, queries: int, seed: int) -> list[Invented]:
    """Returns of a population of ``count`` made with ``seed``, drawn by lot."""
    numbers = set(random.Random(seed).sample(range(1, count + 1), min(queries, count)))
    return [one for one in invent(count, seed) if one.number in numbers]


def ask(desk: Desk, kind: str, wanted: Invented) -> Asked:
    """Search for one return, up to the answer as it is handed to Slack."""
    query = ASKED[kind](wanted)

    def answer() -> list[int]:
        page = lists.page(desk, query, "U1")
        list_message(page, query, WORDS, desk.now())
        return [line.return_id for line in page.lines]

    span, numbers = timed(answer)
    return Asked(kind, span, wanted.number in numbers[:FIRST])


def report(title: str, asked: Sequence[Asked], scanned: float) -> None:
    """Print what came of it."""
    head = ["asked by", "times", "p50", "p99", "among the first five"]
    kinds = [(kind, [one for one in asked if one.kind == kind]) for kind in ASKED]
    show(title, head, [_row(kind, some) for kind, some in kinds if some] + [_row("all", asked)])
    ratio = scanned / Spread([one.span for one in asked]).p50
    say(f"a look at every row, once: {scanned:.0f} ms, {ratio:.0f} times as long")


def _row(kind: str, asked: Sequence[Asked]) -> list[str]:
    spread, hits = Spread([one.span for one in asked]), sum(one.hit for one in asked)
    numbers = (f"{spread.p50:.1f}", f"{spread.at(0.99):.1f}", f"{100 * hits / len(asked):.1f} %")
    return [kind, str(len(asked)), *numbers]


if __name__ == "__main__":
    main()

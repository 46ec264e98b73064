"""Lists and searches among a million: against the shop's own search (G3) and against bare statements (G4).

Measured up to the bytes that Slack would be answered with. Both of a pair are asked in turn.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from blocks.lists import list_message
from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.lists import SIZE, page
from bot.i18n import Words
from handlers.slack.click import Click
from handlers.slack.commands import returns
from tests.bench.goals import Figure, Goal, compared, measured
from tests.bench.population import STAFF
from tests.bench.population_rows import Invented
from tests.bench.rounds import ROUNDS, Pair, Rounds, in_turn
from tests.bench.searching import ASKED, FIRST, WORDS
from tests.bench.shop_search import ShopDatabase
from tests.bench.table import Spread

SEARCHES, SHOP_SEARCHES, PAGES = 90, 3, 60  # of each round
G3 = Goal(
    "G3",
    "search among 1M returns, answer ready; p50, the shop's search among {orders:,} orders",
    1 / 50,
    1 / 300,
    1e-3,
)
G3_SLOW = Goal("G3", "the same; p99 against the shop's median", 1 / 50, 1 / 300, 1e-3)
G3_FOUND = Goal(
    "G3", "the wanted return is not among the first five, of {asked:,} searches", 0.01, 0.01, 0.01
)
G4_FIRST = Goal("G4", "first page of {number:,} new returns, with their exact number; p50", 10, 4, 2)
G4_LAST = Goal("G4", "last page of the same; p50", 10, 4, 2)
G4_FLAT = Goal("G4", "last page against first page; p50", 1.2, 1.2, 1.2)


def answer(desk: Desk, text: str) -> bytes:
    """What Slack is answered with when somebody types /returns and ``text``."""
    body = {"command": "/returns", "text": text, "channel_id": "C01RETURNS", "trigger_id": "1"}
    somebody = Operator(STAFF[0], "Agent 1")
    click = Click(desk, somebody, Words("en", "Europe/Paris"), body, WebClient(), 0)
    return json.dumps(returns(click)).encode()


def timed(deed: Callable[[], Any]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    deed()
    return (time.perf_counter() - started) * 1000


def searching(
    desk: Desk, number: int, wanted: Sequence[Invented], shop: ShopDatabase, rounds: int = ROUNDS
) -> Iterator[Figure]:
    """G3. What is looked for in the shop is the like: a number, a name, an address, an article."""
    asked = [(ASKED[kind](one), one) for kind, one in zip(cycle(ASKED), wanted, strict=False)]
    supply = cycle(asked)
    theirs = cycle([text for one in wanted[:30] for text in (one.who.email, one.who.name, str(one.order_id))])
    spans: list[float] = []

    def ours() -> list[float]:
        round_ = [timed(partial(answer, desk, text)) for text, _ in islice(supply, SEARCHES)]
        spans.extend(round_)
        return round_

    def base() -> list[float]:
        return [shop.search(text)[0] for text in islice(theirs, SHOP_SEARCHES)]

    ours()
    spans.clear()
    found = in_turn(ours, base, share=0.5, rounds=rounds)
    lost = sum(not is_found(desk, text, one) for text, one in asked)
    yield compared(_said(G3, orders=shop.orders, number=number), found)
    most = Spread(spans).at(0.99)
    yield compared(G3_SLOW, Rounds([Pair(most, pair.base, pair.base) for pair in found.pairs]))
    share = lost / len(asked)
    yield measured(_said(G3_FOUND, asked=len(asked)), share, f"{100 * share:.2f} %")


def is_found(desk: Desk, text: str, wanted: Invented) -> bool:
    """Whether the return is among the first five."""
    return wanted.number in [line.return_id for line in page(desk, text, STAFF[0]).lines[:FIRST]]


def paging(desk: Desk, database: Path, rounds: int = ROUNDS) -> Iterator[Figure]:
    """G4, against the bare statements for ids, lines and number (B4)."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as bare:
        number = bare.execute("SELECT count(*) FROM returns WHERE status = 'pending'").fetchone()[0]
        last = _last_cursor(bare, number)
        first_page, last_page = (partial(listed, desk, cursor) for cursor in ("", last))
        _check(desk, last, number)
        bottom = int(last[1:].partition(".")[0])
        for goal, ours, before in ((G4_FIRST, first_page, 10**9), (G4_LAST, last_page, bottom)):
            raw = partial(statements, bare, before)
            yield compared(_said(goal, number=number), _in_turn(ours, raw, rounds))
        yield compared(G4_FLAT, _in_turn(last_page, first_page, rounds))


def _in_turn(ours: Callable[[], object], base: Callable[[], object], rounds: int) -> Rounds:
    def some(deed: Callable[[], object]) -> list[float]:
        return [timed(deed) for _ in range(PAGES)]

    return in_turn(partial(some, ours), partial(some, base), share=0.5, rounds=rounds)


def listed(desk: Desk, cursor: str) -> bytes:
    """One page of what is new, as bytes."""
    message = list_message(page(desk, "pending", STAFF[0], cursor), "pending", WORDS, desk.now())
    return json.dumps(message).encode()


def statements(bare: sqlite3.Connection, before: int) -> None:
    """What the database alone takes for ids, lines and an exact number."""
    ids = [
        row[0]
        for row in bare.execute(
            "SELECT id FROM returns WHERE status = 'pending' AND id < ? ORDER BY id DESC LIMIT 11", (before,)
        )
    ]
    marks = ", ".join("?" * len(ids))
    bare.execute(
        "SELECT r.*, o.number, e.*, c.permalink FROM returns r JOIN orders o ON o.order_id = r.order_id "
        "LEFT JOIN search_entries e ON e.return_id = r.id LEFT JOIN cards c ON c.return_id = r.id "
        f"WHERE r.id IN ({marks}) ORDER BY r.id DESC",
        ids,
    ).fetchall()
    bare.execute("SELECT count(*) FROM returns WHERE status = 'pending'").fetchone()


def _last_cursor(bare: sqlite3.Connection, number: int) -> str:
    """Where the last page begins: below the eleventh from the end."""
    query = "SELECT id FROM returns WHERE status = 'pending' ORDER BY id LIMIT 1 OFFSET ?"
    before = bare.execute(query, (SIZE,)).fetchone()[0]
    return f"o{before}.{number - SIZE + 1}"


def _check(desk: Desk, last: str, number: int) -> None:
    shown = page(desk, "pending", STAFF[0], last)
    if (shown.count.number, shown.count.is_exact, len(shown.lines), shown.older) != (number, True, SIZE, ""):
        raise SystemExit("the last page is not the last page")


def _said(goal: Goal, **values: Any) -> Goal:
    return Goal(goal.name, goal.about.format(**values), goal.basic, goal.strong, goal.moonshot)

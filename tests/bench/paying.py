"""How many refunds the journal carries through in a second (G5), and what the disk alone allows (B4).

Each is claimed, marked as sending, sent to a shop that answers at once, and settled. The shop's own ledger is
asked at the end.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.desk.access import Operator
from bot.desk.inspection import Arrival, receive
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.desk.resolution import load_settling, resolve
from bot.rules.proposal import default_choice
from store.db import SQLITE_PRAGMAS
from store.terms import Method, Reason, Source, Wish
from tests.bench.goals import Figure, Goal, compared
from tests.bench.population import STAFF
from tests.bench.rounds import Pair, Rounds
from tests.bench.staging import Stage

COMMITS = 4  # of a refund: the wish, the claim, "sending" before the first byte, the outcome
G5 = Goal("G5", "refunds carried through; ours and what {commits} commits each allow", None, 4, 1 / 0.6)
PRICE = 6600
DONE = """SELECT count(*) FROM resolutions JOIN returns ON returns.id = resolutions.return_id
WHERE returns.source = 'intake' AND resolutions.status = 'done'"""
PATIENCE = 180.0  # seconds
AGENT = Operator(STAFF[0], "Agent 1")


def paying(stage: Stage, *, refunds: int, rounds: int) -> Figure:
    """G5. The worker is started for each round, with all refunds of it decided and waiting."""
    pairs: list[Pair] = []
    orders: list[int] = []
    with _a_desk(stage) as desk:
        for _ in range(rounds):
            placed = [order for order, _line in stage.ask("orders", count=refunds, by="paypal")]
            orders += placed
            for order in placed:
                _decide(desk, order)
            raw = _raw(stage.folder / f"raw-{len(pairs)}.db", refunds)
            pairs.append(Pair(_carried(stage, refunds), raw, raw))
    found = Rounds(pairs)
    paid = stage.ask("paid")
    wrong = sum(paid.get(str(order)) != [PRICE] for order in orders)
    figure = compared(replace(G5, about=G5.about.format(commits=COMMITS)), found)
    said = f"{wrong} of {len(orders)} not paid once" if wrong else ""
    reached = figure.reached or Goal("", "", 1000 / 20).reached(found.ours)
    ours, base = f"{1000 / found.ours:.0f}/s", f"{1000 / found.base:.0f}/s"
    return replace(figure, ours=ours, base=base, wrong=said, reached=reached)


@contextmanager
def _a_desk(stage: Stage) -> Iterator[Desk]:
    desk = open_desk(Settings(**stage.settings))
    yield desk
    desk.shop.close()
    desk.engine.dispose()


def _decide(desk: Desk, order: int) -> None:
    """A return that has arrived, whole, and somebody's word that it is to be paid back."""
    line = read_order(desk, str(order)).products[0].line_id
    items = (WantedItem(line, 2, Reason.TOO_SMALL),)
    rma = open_return(desk, NewReturn(order, Source.INTAKE, f"pay-{order}", Wish.REFUND, items)).return_id
    receive(desk, rma, AGENT, (Arrival(line, 2),))
    case = load_settling(desk, rma).case
    choice = replace(default_choice(case), method=Method.GATEWAY_REFUND, deduct_label=False)
    resolve(desk, rma, AGENT, case.version, choice)


def _carried(stage: Stage, refunds: int) -> float:
    """Milliseconds for each refund, from the worker's first outcome to its last."""
    before = stage.rows(DONE)[0][0]
    with stage.working():
        first, end = _await(stage, before + 1), time.perf_counter() + PATIENCE
        while (seen := stage.rows(DONE)[0][0] - before) < refunds and time.perf_counter() < end:
            time.sleep(0.02)
        took = time.perf_counter() - first
        return took / max(int(seen) - 1, 1) * 1000


def _await(stage: Stage, number: int) -> float:
    end = time.perf_counter() + PATIENCE
    while stage.rows(DONE)[0][0] < number and time.perf_counter() < end:
        time.sleep(0.005)
    return time.perf_counter()


def _raw(path: Path, refunds: int) -> float:
    """Milliseconds that the commits of one refund take by themselves: a row each, on the same disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        for pragma in SQLITE_PRAGMAS:
            bare.execute(pragma)
        bare.execute("CREATE TABLE steps (id INTEGER PRIMARY KEY, key TEXT UNIQUE, state TEXT)")
        started = time.perf_counter()
        for number in range(refunds):
            for step in range(COMMITS):
                bare.execute("BEGIN IMMEDIATE")
                bare.execute("INSERT INTO steps (key, state) VALUES (?, 'due')", (f"{number}/{step}",))
                bare.execute("COMMIT")
        return (time.perf_counter() - started) / refunds * 1000

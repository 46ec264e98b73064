"""How fast clicks are acknowledged while the shop hangs, against the same clicks while it answers at once.

Two desks in one process, one of each kind, are clicked in turn, so that both have the same noise around them.
The second one's shop is asked for more refunds than its worker has threads, and each takes ``seconds``.
"""

import argparse
import copy
import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.server import Sandbox
from bot.sandbox.shop import Mishap, Order
from bot.sandbox.story import Story
from bot.sandbox.story.people import ALICE, BOB, CHLOE
from handlers.work import THREADS
from store.db import migrate, open_engine
from tests.bench.table import Spread, say, show
from tests.wire.conftest import Office, at_work

REFUNDS = THREADS + 2
CARDS = 8
AT_ONCE, ROUNDS = 50, 4
WARM = 5
AFTERWARDS, LONGEST = 5.0, 300.0  # seconds


@dataclass
class Run:
    """A desk, the clicks on it, and what they took in milliseconds."""

    name: str
    office: Office
    presses: list[dict[str, Any]]
    refunded: list[Order]
    quiet: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    missed: int = 0
    moments: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def click(self, number: int) -> float:
        """One person takes over a return from another; how long the acknowledgement took."""
        payload = copy.deepcopy(self.presses[number % len(self.presses)])
        payload["user"]["id"] = (ALICE, BOB, CHLOE)[number % 3]
        payload["actions"][0]["action_ts"] = f"{next(self.moments)}.0"
        answer = self.office.slack.post.deliver("interactive", payload)
        self.missed += not answer.acked
        return answer.milliseconds

    def all_at_once(self) -> None:
        """Fifty people click in the same moment."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self.together.extend(pool.map(self.click, range(AT_ONCE)))

    def paid(self, order: Order) -> list[int]:
        """Every payment back for an order, by the shop's own ledger."""
        return [entry.amount_minor for entry in self.office.shop.ledger.refunds(order.id)]

    def settled(self) -> bool:
        """Wait until everything was paid and the worker had time to do it again, and see that it did not."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and not all(self.paid(order) for order in self.refunded):
            time.sleep(0.2)
        time.sleep(AFTERWARDS)
        return all(len(self.paid(order)) == 1 for order in self.refunded)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=70.0, help="how long the slow shop takes per refund")
    seconds = parser.parse_args().seconds
    with ExitStack() as stack:
        instant = stack.enter_context(a_run("instant shop", 0.0))
        slow = stack.enter_context(a_run(f"shop takes {seconds:g} s", seconds))
        runs = (instant, slow)
        _click_in_turn(runs, time.monotonic() + seconds * 0.8)
        hanging = sum(not slow.paid(order) for order in slow.refunded)
        for turn in range(ROUNDS):
            for run in runs if turn % 2 else reversed(runs):
                run.all_at_once()
                time.sleep(2)
        say(f"{hanging} of {REFUNDS} refunds of the slow shop were still waiting, {THREADS} of them asked")
        good = [run.settled() and not run.missed for run in runs]
        _print(runs)
    say(
        "each refund stands once in its shop's ledger, every click was acknowledged" if all(good) else "WRONG"
    )
    raise SystemExit(not all(good))


def _click_in_turn(runs: tuple[Run, ...], end: float) -> None:
    number = 0
    while time.monotonic() < end or number < 40:
        for run in runs if number % 2 else reversed(runs):
            took = run.click(number)
            if number >= WARM:
                run.quiet.append(took)
        number += 1
        time.sleep(0.1)


def _print(runs: tuple[Run, ...]) -> None:
    head = ["acknowledgement, ms", "clicks", "p50", "p95", "most"]
    for title, part in (("one click after another", "quiet"), (f"{AT_ONCE} in the same moment", "together")):
        spreads = [Spread(getattr(run, part)) for run in runs]
        rows = [
            [run.name, str(len(one.values)), f"{one.p50:.1f}", f"{one.p95:.1f}", f"{one.most:.1f}"]
            for run, one in zip(runs, spreads, strict=True)
        ]
        base, slow = spreads
        ratios = [f"{slow.p50 / base.p50:.2f}", f"{slow.p95 / base.p95:.2f}", f"{slow.most / base.most:.2f}"]
        show(title, head, [*rows, ["ratio", "", *ratios]])


@contextmanager
def a_run(name: str, seconds: float) -> Iterator[Run]:
    """A desk at work whose shop takes ``seconds`` for a refund, with refunds already on their way."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        engine = open_engine(os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/desk.db")
        migrate(engine)
        sandbox = stack.enter_context(Sandbox(seed=lambda _sandbox: Story()))
        for office in at_work(sandbox, engine):
            mug = office.shop.add_product("Mug, white", "33.00", stock=1000)
            presses = [a_press(office, office.order((mug, 1))) for _ in range(CARDS)]
            office.shop.plan_mishap(Mishap.SLOW, seconds=seconds, times=REFUNDS)
            orders = [office.order((mug, 2)) for _ in range(REFUNDS)]
            for order in orders:
                refund(office, order)
            yield Run(name, office, presses, orders)


def a_press(office: Office, order: Order) -> dict[str, Any]:
    """What Slack sends when somebody presses Take on the card of a return of the order."""
    card = office.card(office.open(order))
    answer = office.slack.click(ALICE, card, "take").answer
    if answer is None:
        raise SystemExit("Slack sent nothing")
    return answer.payload


def refund(office: Office, order: Order) -> None:
    """Let Alice pay back the whole order, from Received to the last button."""
    number = office.open(order)
    office.receive(number)
    office.slack.click(ALICE, office.card(number), "refund_box")
    office.slack.submit(ALICE)
    if office.slack.submit(ALICE).view is not None:
        raise SystemExit("the refund was not decided")


if __name__ == "__main__":
    main()

"""What goes on beside clicks: webhooks (G9), the digest (G12), and memory over a long day (G13)."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

from blocks.digest import digest
from bot.desk import Desk
from bot.desk.digest import load_worklist
from tests.bench.flat import Counter
from tests.bench.goals import Figure, Goal, compared, measured
from tests.bench.knocking import Door, command, exchange, press, webhook
from tests.bench.looking import timed
from tests.bench.rounds import Pair, Rounds, in_turn, middle
from tests.bench.staging import SECRET, Child, Stage

LINES = 8  # connections that the shop's webhooks come over
G9 = Goal("G9", "webhooks taken per second, durably; and by the floor, which forgets them", -100, -400, -1000)
G12 = Goal("G12", "digest of the day with {number:,} returns, written; ms", 10_000, 1_000, 50)
G12_CLICKS = Goal("G12", "a click's p99 while digests are written, and while none is", None, None, 1.1)
G13 = Goal("G13", "memory of its own after {clicks:,} clicks, with {big:,} returns; MB", 1_000, 300, 200)
G13_RATIO = Goal("G13", "the same against {small:,} returns", None, None, 1.5)
G13_SLOPE = Goal("G13", "growth, MB in 100,000 clicks", None, None, 1)
MEGABYTE = 1e6


def hooks(stage: Stage, floor: Door, *, seconds: float, rounds: int) -> Figure:
    """G9: as many as eight connections can bring, of orders the desk knows. Each leaves a row, once."""
    orders = [row[0] for row in stage.rows("SELECT order_id FROM orders ORDER BY order_id DESC LIMIT 500")]
    numbers = count(time.time_ns())
    secret = stage.settings["woocommerce_webhook_secret"]
    begun, heard = _deliveries(stage), 0
    pairs = []
    for number in range(rounds):
        rates = {}
        for door, key in ((stage.door, secret), (floor, SECRET))[:: -1 if number % 2 else 1]:
            rates[key] = _rate(door, key, orders, numbers, seconds)
            heard += int(rates[key] * seconds + 0.5) if door == stage.door else 0
        pairs.append(Pair(1 / rates[secret], 1 / rates[SECRET], 1 / rates[SECRET]))
    found = Rounds(pairs)
    kept = _deliveries(stage) - begun
    shown = f"{1 / found.ours:.0f}/s"
    reached = max(G9.reached(-1 / found.ours), Goal("", "", None, None, 1 / 0.7).reached(found.ratio))
    spread = f"{1 / found.worst:.2f} to {1 / found.best:.2f}"
    wrong = f"{heard - kept} of {heard} were thanked for and are not there" if kept < heard else ""
    base, ratio = f"{1 / found.base:.0f}/s", f"{1 / found.ratio:.2f} of it"
    return Figure(G9.name, G9.about, shown, base, ratio, spread, reached, found.is_void, wrong)


def _deliveries(stage: Stage) -> int:
    number: int = stage.rows("SELECT count(*) FROM deliveries WHERE source = 'woocommerce'")[0][0]
    return number


def _rate(door: Door, secret: str, orders: list[int], numbers: "count[int]", seconds: float) -> float:
    """How many a second were thanked for, over all lines."""

    def bring(_line: int) -> int:
        thanked, line = 0, door.connection()
        with line:
            while time.perf_counter() < end:
                thanked += _is_thanked(door, line, *webhook(secret, orders[thanked % 500], next(numbers)))
        return thanked

    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(LINES) as lines:
        return sum(lines.map(bring, range(LINES))) / seconds


def _is_thanked(door: Door, line: socket.socket, body: bytes, headers: dict[str, str]) -> bool:
    request = door.request("/webhooks/woocommerce", body, headers)
    return exchange(line, request, time.perf_counter()).is_good


def digests(desk: Desk, number: int, counter: Counter, *, clicks: int, rounds: int) -> Iterator[Figure]:
    """G12: how long writing takes, and what it does to clicks; the desk of ``counter`` does both at once."""

    def write() -> object:
        return digest(load_worklist(desk), desk.words)

    write()
    spans = [timed(write) for _ in range(max(rounds, 5))]
    about = Goal(G12.name, G12.about.format(number=number), G12.basic, G12.strong, G12.moonshot)
    shown = f"{middle(spans):.3g} ms ({min(spans):.3g} to {max(spans):.3g})"
    yield measured(about, middle(spans), shown)

    def click() -> list[float]:
        return [_take(counter) for _ in range(clicks)]

    def busy() -> list[float]:
        with _asking_for_digests(counter):
            return click()

    yield compared(G12_CLICKS, in_turn(busy, click, rounds=rounds))


@contextmanager
def _asking_for_digests(counter: Counter) -> Iterator[None]:
    """Somebody wants to see it again and again; the worker beside the doors writes it."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.2):
            counter.stage.door.slack(*command("digest", "U50STAFF"))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def _take(counter: Counter) -> float:
    milliseconds = counter.say(*press("take", f"{counter.next()}:1", counter.staff)).milliseconds
    time.sleep(0.02)
    return milliseconds


def memory(big: Counter, small: Counter, runs: tuple[Child, Child], *, clicks: int) -> Iterator[Figure]:
    """G13: both desks are used alike; what they hold is read at every quarter of the way."""
    held: tuple[list[float], list[float]] = ([], [])
    for _ in range(5):
        for counter, child, marks in zip((big, small), runs, held, strict=True):
            _use(counter, clicks // 5)
            marks.append(child.memory() / MEGABYTE)
    sizes = {"clicks": clicks, "big": big.size, "small": small.size}
    mine, hers = (marks[-1] for marks in held)
    yield measured(_about(G13, sizes), mine, f"{mine:.0f} MB", base=f"{hers:.0f} MB")
    yield measured(_about(G13_RATIO, sizes), mine / hers, f"{mine / hers:.2f}")
    # The first fifth fills pools and caches; what grows after it, grows.
    slope = (held[0][-1] - held[0][0]) / (clicks * 4 / 5) * 100_000
    way = ", ".join(f"{mark:.1f}" for mark in held[0])
    yield measured(G13_SLOPE, slope, f"{slope:.1f} MB ({way})")


def _use(counter: Counter, times: int) -> None:
    for _ in range(times // 2):
        counter.say(*press("take", f"{counter.next()}:1", counter.staff))
        counter.say(*counter.search("name"))


def _about(goal: Goal, values: dict[str, int]) -> Goal:
    return Goal(goal.name, goal.about.format(**values), goal.basic, goal.strong, goal.moonshot)

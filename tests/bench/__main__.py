"""Every goal in one table: ``python -m tests.bench`` (--only G3 G4, --returns 1000000, --quick).

Databases of the wanted sizes are made once and kept in --folder; every run works on copies of them. The table
is printed, and written as Markdown to --table.
"""

import argparse
import logging
import platform
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Settings
from bot.desk import Desk, open_desk
from tests.bench import clicking, enduring, flat, looking, paying, shop_search, slack_calls
from tests.bench.flat import Counter
from tests.bench.goals import HEAD, Figure, Reached, markdown
from tests.bench.searching import drawn
from tests.bench.staging import Stage, a_floor, a_population, a_stage, conditions
from tests.bench.table import say, show

SMALL = 1_000
BEGIN, END = "<!-- table -->", "<!-- end of table -->"  # where a document has its table


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int = 5
    seconds: float = 20.0
    times: int = 100
    searches: int = 1_000
    clicks: int = 10_000
    returns: int = 60
    orders: int = shop_search.ORDERS


QUICK = Effort(3, 5.0, 20, 90, 400, 10, 20_000)


@dataclass
class Bench:
    """Where the measurements find what they need; nothing is copied or started before somebody asks."""

    source: Path
    small: Path
    folder: Path
    effort: Effort

    @contextmanager
    def stage(self, source: Path | None = None) -> Iterator[Stage]:
        """A copy of a database, by default of the large one, and its world."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder))) / "stage"
            yield stack.enter_context(a_stage(folder, source or self.source))

    @contextmanager
    def desk(self) -> Iterator[tuple[Desk, Stage]]:
        """A desk in this process, over a copy."""
        with self.stage() as stage:
            desk = open_desk(Settings(**stage.settings))
            yield desk, stage
            desk.shop.close()
            desk.engine.dispose()

    @contextmanager
    def both(self) -> Iterator[tuple[Counter, Counter]]:
        """A large desk and a small one; neither runs yet."""
        with self.stage() as big, self.stage(self.small) as small:
            yield Counter(big, size_of(big)), Counter(small, size_of(small))


def size_of(stage: Stage) -> int:
    """How many returns there are."""
    number: int = stage.rows("SELECT count(*) FROM returns")[0][0]
    return number


def clicks(bench: Bench) -> Iterator[Figure]:
    """G1, G6 and G8."""
    effort = bench.effort
    with bench.stage() as stage, stage.serving("--with-worker"), a_floor(stage.folder) as floor:
        with a_floor(stage.folder, "--bare") as bare:
            clicking.rest(stage)
            found = clicking.clicking(stage, floor, bare, seconds=effort.seconds, rounds=effort.rounds)
            yield from found
        p99 = float(found[0].ours.partition(" ")[0])
        yield from clicking.cards(stage, p99, clicks=effort.returns)


def flatness(bench: Bench) -> Iterator[Figure]:
    """G2."""
    with bench.both() as (big, small), big.stage.serving(), small.stage.serving():
        yield from flat.flatness(big, small, rounds=bench.effort.rounds, times=bench.effort.times)


def searches(bench: Bench) -> Iterator[Figure]:
    """G3."""
    with bench.desk() as (desk, stage), Progress(transient=True) as progress:
        count = size_of(stage)
        wanted = drawn(count, bench.effort.searches, 1)
        random.Random(1).shuffle(wanted)
        task = progress.add_task("the shop's orders", total=bench.effort.orders)
        with shop_search.a_shop(bench.effort.orders, lambda done: progress.advance(task, done)) as shop:
            yield from looking.searching(desk, count, wanted, shop, bench.effort.rounds)


def lists(bench: Bench) -> Iterator[Figure]:
    """G4."""
    with bench.desk() as (desk, stage):
        yield from looking.paging(desk, stage.database, bench.effort.rounds)


def payments(bench: Bench) -> Iterator[Figure]:
    """G5."""
    with bench.stage() as stage:
        yield paying.paying(stage, refunds=bench.effort.returns, rounds=bench.effort.rounds)


def calls(bench: Bench) -> Iterator[Figure]:
    """G7."""
    with bench.stage(bench.small) as stage, stage.serving("--with-worker"):
        yield from slack_calls.slack_calls(stage, returns=bench.effort.returns)


def hooks(bench: Bench) -> Iterator[Figure]:
    """G9."""
    effort = bench.effort
    with bench.stage() as stage, stage.serving(), a_floor(stage.folder, "--bare") as floor:
        yield enduring.hooks(stage, floor, seconds=effort.seconds / 4, rounds=effort.rounds)


def starts(bench: Bench) -> Iterator[Figure]:
    """G11."""
    with bench.both() as (big, small):
        yield flat.starting(big, small, rounds=bench.effort.rounds)


def digests(bench: Bench) -> Iterator[Figure]:
    """G12."""
    effort = bench.effort
    with bench.desk() as (desk, stage), stage.serving("--with-worker"):
        clicking.rest(stage)
        counter = Counter(stage, size_of(stage))
        yield from enduring.digests(
            desk, counter.size, counter, clicks=2 * effort.times, rounds=effort.rounds
        )


def memory(bench: Bench) -> Iterator[Figure]:
    """G13."""
    with ExitStack() as stack:
        big, small = stack.enter_context(bench.both())
        one, other = (stack.enter_context(counter.stage.serving("--with-worker")) for counter in (big, small))
        yield from enduring.memory(big, small, (one, other), clicks=bench.effort.clicks)


GOALS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "G1": clicks,
    "G2": flatness,
    "G3": searches,
    "G4": lists,
    "G5": payments,
    "G7": calls,
    "G9": hooks,
    "G11": starts,
    "G12": digests,
    "G13": memory,
}
WITH = {"G6": "G1", "G8": "G1"}  # measured together


def main() -> None:
    """Measure, print, write."""
    given = _given()
    logging.disable(logging.WARNING)
    bench = _bench(given)
    figures: list[Figure] = []
    names = [WITH.get(name.upper(), name.upper()) for name in given.only]
    for name, measure in GOALS.items():
        if not names or name in names:
            found = _measured(name, measure, bench)
            show(f"{name}: {(measure.__doc__ or '').rstrip('.')}", HEAD, [figure.row for figure in found])
            figures += found
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        about = conditions(Path(folder))
    say("", *about)
    _write(given.table, about, bench, figures)
    raise SystemExit(any(figure.wrong for figure in figures))


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help=f"of {', '.join(GOALS)}")
    parser.add_argument("--returns", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="few rounds: whether it runs, not how fast")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "returns-desk-bench")
    parser.add_argument("--database", type=Path, help="a population made before; by default in --folder")
    parser.add_argument("--table", type=Path, help="where the table goes, such as docs/benchmarks.md")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    given.table = given.table or given.folder / "table.md"
    return given


def _bench(given: argparse.Namespace) -> Bench:
    with Progress(transient=True) as progress:
        task = progress.add_task("returns", total=given.returns)
        path = given.database or given.folder / f"{given.returns}.db"
        source = a_population(path, given.returns, lambda done: progress.advance(task, done))
        small = a_population(given.folder / f"{SMALL}.db", SMALL)
    return Bench(source, small, given.folder, QUICK if given.quick else Effort())


def _measured(name: str, measure: Callable[[Bench], Iterator[Figure]], bench: Bench) -> Sequence[Figure]:
    """What was found. A measurement that cannot be made is a row that says why."""
    try:
        return list(measure(bench))
    except (shop_search.NotInstalled, RuntimeError, OSError, SQLAlchemyError, SystemExit) as e:
        return [Figure(name, "not measured", "", "", "", "", Reached.NOTHING, wrong=f"not measured: {e}")]


def _write(path: Path, about: Sequence[str], bench: Bench, figures: Sequence[Figure]) -> None:
    """A file of its own, or the place for the table in a document that has one."""
    quick = " A quick run: whether it runs, not how fast." if bench.effort is QUICK else ""
    when = f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}.{quick}"
    table = "\n".join([when, "", *(f"- {line}" for line in about), "", markdown(figures)])
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    before, found, rest = known.partition(f"{BEGIN}\n")
    after = rest.partition(END)[2]
    whole = f"{before}{BEGIN}\n{table}{END}{after}" if found else table
    path.write_text(whole, encoding="utf-8")
    say(f"written to {path}")


if __name__ == "__main__":
    main()

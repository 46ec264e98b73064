"""How many calls of Slack's a thousand returns cost from wish to money (G7), and naively (B2).

Customers ask all at once; then everybody takes, agrees, receives and refunds, each time until nothing is due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.desk.access import Operator
from bot.desk.cases import load_case
from bot.desk.decisions import approve, take
from bot.desk.inspection import Arrival, receive
from bot.desk.resolution import load_settling, resolve
from bot.rules.proposal import default_choice
from store.terms import Method
from tests.bench.clicking import rest
from tests.bench.goals import Figure, Goal, measured
from tests.bench.knocking import Door, press, wish
from tests.bench.naive import STEPS
from tests.bench.population import STAFF
from tests.bench.staging import HERS, SECRET, Stage, a_child, await_answer, free_port

G7 = Goal("G7", "Slack calls for 1,000 returns from wish to money, asked for at once", 10_000, 3_000, 1_200)
G7_NAIVE = Goal("G7", "the same, as a share of the naive desk's", None, None, 1 / 8)
PEOPLE = ("auth.test", "users.info", "usergroups.users.list")  # who may act, asked by the clock
REST = 600.0  # seconds


def slack_calls(stage: Stage, *, returns: int) -> Iterator[Figure]:
    """G7; the desk's doors and worker run already."""
    orders = stage.ask("orders", count=returns, by="paypal")
    naive = _naively(stage, returns)
    stage.ask("forget")
    secret = stage.settings["intake_secret"]
    for order, line in orders:
        stage.door.knock("/api/v1/returns", *wish(secret, order, line, f"calls-{order}"))
    rest(stage, REST)
    opened = stage.rows("SELECT id FROM returns WHERE source_key LIKE 'calls-%'")
    with _a_desk(stage) as desk:
        for step in (_take, _approve, _receive, _refund):
            for number, (return_id,) in enumerate(opened):
                step(desk, return_id, Operator(STAFF[number % 50], "Agent"))
            rest(stage, REST)
    calls = _calls(stage)
    ours = sum(calls.values()) / returns * 1000
    kinds = ", ".join(f"{name} {number}" for name, number in sorted(calls.items()))
    wrong = _wrong(stage, returns)
    yield measured(G7, ours, f"{ours:.0f} ({kinds})", base=f"{naive:.0f}", wrong=wrong)
    yield measured(G7_NAIVE, ours / naive, f"{ours / naive:.2f}", wrong=wrong)


def _wrong(stage: Stage, returns: int) -> str:
    done = "SELECT count(*) FROM returns WHERE source_key LIKE 'calls-%' AND status = 'resolved'"
    settled: int = stage.rows(done)[0][0]
    return "" if settled == returns else f"{returns - settled} of {returns} were not settled"


def _naively(stage: Stage, returns: int) -> float:
    """Calls of the naive desk for a thousand."""
    stage.ask("forget")
    port = free_port()
    place = [str(port), SECRET, stage.settings["slack_api_url"], str(stage.folder / "naive.db")]
    with a_child("tests.bench.naive", *place, core=HERS, folder=stage.folder) as child:
        door = Door(f"http://127.0.0.1:{port}", SECRET)
        await_answer(f"{door.url}/healthz", child)
        for _ in range(returns):
            door.knock(
                "/api/v1/returns", b'{"email": "marie@example.com"}', {"Content-Type": "application/json"}
            )
        for name in STEPS:
            for number in range(1, returns + 1):
                door.slack(*press(name, f"{number}:1", STAFF[number % 50]))
    return sum(_calls(stage).values()) / returns * 1000


def _calls(stage: Stage) -> dict[str, int]:
    calls: dict[str, int] = stage.ask("calls")
    return {name: number for name, number in calls.items() if name not in PEOPLE}


@contextmanager
def _a_desk(stage: Stage) -> Iterator[Desk]:
    desk = open_desk(Settings(**stage.settings))
    yield desk
    desk.shop.close()
    desk.engine.dispose()


def _take(desk: Desk, return_id: int, by: Operator) -> None:
    take(desk, return_id, by)


def _approve(desk: Desk, return_id: int, by: Operator) -> None:
    approve(desk, return_id, by, load_case(desk, return_id).version)


def _receive(desk: Desk, return_id: int, by: Operator) -> None:
    items = load_case(desk, return_id).items
    receive(desk, return_id, by, tuple(Arrival(item.line_id, item.quantity) for item in items))


def _refund(desk: Desk, return_id: int, by: Operator) -> None:
    case = load_settling(desk, return_id).case
    choice = replace(default_choice(case), method=Method.GATEWAY_REFUND, deduct_label=False)
    resolve(desk, return_id, by, case.version, choice)

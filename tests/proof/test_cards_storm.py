"""Rule R15: a storm loses nothing and reorders nothing. The sandbox's Slack takes one message a second.

10,000 returns come in within an hour, in virtual time, while the team works on some of them, and now and then
Slack's answer to a posting gets lost. What stands in Slack in the end is the judge.
"""

import logging
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import select

from blocks.card import return_card
from bot.desk import decisions
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.errors import DeskError
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message, Slack
from bot.sandbox.slack.core import Call
from store.db import reading
from store.models import Operation
from store.terms import OperationState, Reason, Source, Wish
from tests.bot.desk.bench import next_moment
from tests.proof.cards import CHANNEL, shown_as, with_slack
from tests.world import ALICE, BOB, Clock, World, a_world

SEED = 20261123
PER_SECOND = 10_000 / 3600
PER_ORDER = 10
PATIENCE = timedelta(seconds=15)  # how long a person waits for the card to follow, whatever else is waiting
RESTED = timedelta(milliseconds=990)


@dataclass
class Storm:
    """Returns that come in, people who act on some, and what they saw when."""

    world: World
    slack: Slack
    dice: random.Random
    orders: list[tuple[int, int]] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    waiting: dict[int, datetime] = field(default_factory=dict)
    waits: list[timedelta] = field(default_factory=list)
    untold: set[int] = field(default_factory=set)

    def let_orders_be_made(self, count: int) -> None:
        """Enough orders of enough customers, read from the shop beforehand."""
        mug = self.world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=count + PER_ORDER)
        for number in range(-(-count // PER_ORDER)):
            billing = {"first_name": "Marie", "last_name": "Dupont", "email": f"m{number}@example.com"}
            order = self.world.order((mug, PER_ORDER), billing={**billing, "country": "FR"})
            (line,) = read_order(self.world.desk, str(order.id)).products
            self.orders.append((order.id, line.line_id))

    def open(self) -> None:
        """One customer asks."""
        order_id, line = self.orders[len(self.opened) // PER_ORDER]
        item = WantedItem(line, 1, Reason.TOO_SMALL)
        key = f"storm-{len(self.opened)}"
        request = NewReturn(order_id, Source.INTAKE, key, Wish.REFUND, (item,))
        self.opened.append(open_return(self.world.desk, request).return_id)

    def act(self) -> None:
        """Somebody of the team works on a return, whose card may not be there yet."""
        return_id = self.dice.choice(self.opened)
        deed = self.dice.choice([self._take, self._hand_over, self._ask])
        try:
            deed(return_id)
        except DeskError:
            return
        self.touched.add(return_id)
        self.waiting.setdefault(return_id, self.world.clock())

    def _take(self, return_id: int) -> None:
        decisions.take(self.world.desk, return_id, ALICE)

    def _hand_over(self, return_id: int) -> None:
        decisions.take(self.world.desk, return_id, ALICE)
        decisions.hand_over(self.world.desk, return_id, ALICE, BOB.user_id)

    def _ask(self, return_id: int) -> None:
        decisions.ask(self.world.desk, return_id, BOB, "Which size?")

    def change_unseen(self) -> None:
        """The desk itself changes a return five times while its card waits."""
        return_id = self.opened[-1]
        for number in range(5):
            decisions.message(self.world.desk, return_id, ALICE, f"News {number}")
        self.touched.add(return_id)
        self.untold.add(return_id)

    def work(self) -> None:
        """Let the worker do what Slack lets it do now, and see whose card has followed."""
        while self.world.journal.run_due():
            self.world.journal.take_over()
        for return_id, since in list(self.waiting.items()):
            if self._has_followed(return_id):
                self.waits.append(self.world.clock() - since)
                del self.waiting[return_id]

    def _has_followed(self, return_id: int) -> bool:
        drawing = select(Operation.state).where(Operation.key == f"card/{return_id}")
        with reading(self.world.desk.engine) as session:
            return session.exec(drawing).one() is OperationState.DONE

    def cards(self) -> dict[str, list[Message]]:
        """Every card that stands in the channel, by the number of its return."""
        found: dict[str, list[Message]] = {}
        for one in self.slack.messages(CHANNEL):
            found.setdefault(one.text.split(" ")[0], []).append(one)
        return found


class Still(Clock):
    """A clock that goes on only when told to, so that a slow machine changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.begin = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.begin + self.ahead


@pytest.fixture
def storm(engine: object, caplog: pytest.LogCaptureFixture) -> Iterator[Storm]:
    caplog.set_level(logging.CRITICAL)
    with a_world(engine) as world:  # type: ignore[arg-type]
        world.clock = Still()
        world.desk = replace(world.desk, clock=world.clock)
        with with_slack(world, rate_limits=True) as slack:
            yield Storm(world, slack, random.Random(SEED))


def rage(storm: Storm, count: int, counts: Counter[str]) -> None:
    """Let it all come in at the pace of 10,000 an hour, then go on until nothing waits."""
    world, due = storm.world, 0.0
    storm.let_orders_be_made(count)
    while len(storm.opened) < count:
        due += PER_SECOND
        while len(storm.opened) < min(due, count):
            storm.open()
        if storm.dice.random() < 0.2:
            storm.act()
        if storm.dice.random() < 0.02:
            storm.change_unseen()
        if storm.dice.random() < 0.01:
            world.faults.plan("slack", Fault.LOST_AFTER, path="/api/chat.postMessage")
            counts["faults injected"] += 1
        storm.work()
        world.clock.pass_(seconds=1)
    while (following := next_moment(world)) is not None:
        world.clock.ahead += max(following - world.clock(), timedelta(seconds=1))
        storm.work()


def check(storm: Storm, count: int) -> None:
    """Nothing lost, nothing twice, the newest state everywhere, in order, people first."""
    about = f"seed {SEED}"
    cards = storm.cards()
    assert len(cards) == count, about
    assert [number for number, found in cards.items() if len(found) > 1] == [], about
    for return_id in storm.opened:
        case = storm.world.case(return_id)
        assert shown_as(cards[case.number][0]) == return_card(case, storm.world.desk.words), about
    check_order(storm, about)
    assert storm.waiting == {}, about
    assert max(storm.waits) < PATIENCE, f"{about}: {max(storm.waits)}"


def check_order(storm: Storm, about: str) -> None:
    """Cards nobody touched stand in the order of their returns, lines of a thread in that of the deeds."""
    cards, touched = storm.cards(), {storm.world.case(return_id).number for return_id in storm.touched}
    plain = [int(number.split("-")[1]) for number in cards if number not in touched]
    assert plain == sorted(plain), about
    for return_id in storm.untold:
        (card,) = cards[storm.world.case(return_id).number]
        news = [
            one.blocks[1]["elements"][0]["elements"][0]["text"]
            for one in storm.slack.thread(card)
            if one.blocks
        ]
        assert [text for text in news if text.startswith("News")] == [f"News {n}" for n in range(5)], about


def check_pauses(calls: list[Call]) -> None:
    """After Slack asked for a pause, nothing is posted or drawn before it is over."""
    posts = [call for call in calls if call.method in ("chat.postMessage", "chat.update")]
    for call, following in pairwise(posts):
        if call.error == "ratelimited":
            assert following.at - call.at > RESTED


def check_merging(storm: Storm) -> None:
    """A card that changed five times while it waited was drawn once, as it was in the end."""
    drawn = Counter(
        str(call.arguments.get("attachments", [{}])[0].get("fallback", "")).split(" ")[0]
        for call in storm.slack.calls
        if call.method in ("chat.postMessage", "chat.update")
        and not call.error
        and call.arguments.get("attachments")
    )
    quiet = [storm.world.case(return_id).number for return_id in storm.untold]
    assert all(drawn[number] <= 2 for number in quiet), [(number, drawn[number]) for number in quiet]


@pytest.mark.slow
def test_some_hundreds_of_returns_at_once(storm: Storm, counts: Counter[str]) -> None:
    rage(storm, 300, counts)
    check(storm, 300)
    check_pauses(storm.slack.calls)
    check_merging(storm)


@pytest.mark.proof
def test_ten_thousand_returns_in_an_hour(storm: Storm, counts: Counter[str]) -> None:
    rage(storm, 10_000, counts)
    check(storm, 10_000)
    check_pauses(storm.slack.calls)
    check_merging(storm)

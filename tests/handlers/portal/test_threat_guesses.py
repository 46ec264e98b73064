"""Guessing order numbers and e-mail addresses: whoever cannot read the customer's mail learns nothing."""

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

import pytest
import requests
from sqlalchemy import Engine
from sqlmodel import col, select

from bot.desk.portal_links import LIMITS, MOST_SENT
from bot.sandbox import shop as shops
from bot.sandbox.serving import Service
from handlers.web import create_app
from store.db import reading
from store.models import Operation
from store.portal_models import PortalLink
from store.terms import OperationState
from tests.handlers.conftest import Door, a_silent_bolt
from tests.handlers.portal.conftest import Customer, mailed, nonce_of
from tests.world import a_world

ALL = dict(LIMITS)["all"]
ORDERS = 8
SECRET = re.compile(r'name="nonce" value="[^"]*"')


@dataclass
class Guesser:
    """Somebody with as many addresses as they like, in front of a desk behind one proxy."""

    door: Door
    orders: list[shops.Order]
    dice: random.Random
    nonce: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def address(self) -> str:
        """One of many addresses of many networks, of both kinds; before it stands what somebody made up."""
        wide = self.dice.random() < 0.5
        seen = IPv6Address(self.dice.getrandbits(128)) if wide else IPv4Address(self.dice.getrandbits(32))
        return f"{self.dice.choice(['127.0.0.1', 'unknown', '::1', '10.0.0.1, 10.0.0.2'])}, {seen}"

    def ask(self, number: str, email: str, seen_as: str = "") -> requests.Response:
        data = {"nonce": self.nonce, "number": number, "email": email}
        headers = {"x-forwarded-for": seen_as or self.address()}
        return self.session.post(self.door.url + "/returns/", data=data, headers=headers, timeout=30)

    def guess(self) -> requests.Response:
        """An order there is with a wrong e-mail, one there is not, or now and then right in both by luck."""
        order = self.dice.choice(self.orders)
        right, kind = str(order.billing["email"]), self.dice.random()
        if kind < 0.02:
            return self.ask(str(order.id), right)
        if kind < 0.5:
            return self.ask(str(order.id), f"guess{self.dice.randrange(10**6)}@example.com")
        return self.ask(str(self.dice.randrange(10**4, 10**5)), right)


@pytest.fixture
def guesser(engine: Engine) -> Iterator[Guesser]:
    with (
        a_world(engine, trusted_proxies=1) as world,
        Service(create_app(world.desk, a_silent_bolt())) as service,
    ):
        mug = world.shop.add_product("Mug", "33.00", stock=99)
        emails = [f"owner{number}@example.com" for number in range(ORDERS)]
        orders = [world.order((mug, 1), billing={"email": email}) for email in emails]
        door = Door(service.url, world)
        nonce = nonce_of(Customer(door).get("/returns/").text, "/returns/")
        yield Guesser(door, orders, random.Random(20261123), nonce)


def answered(answer: requests.Response) -> tuple[object, ...]:
    """All that can be told apart of an answer, but for the moment."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, str(headers), SECRET.sub("", answer.text)


def sent(guesser: Guesser) -> list[int]:
    """How many links each order's owner got."""
    return [len(mailed(guesser.door.world, order)) for order in guesser.orders]


def kept(guesser: Guesser) -> tuple[int, int]:
    """How many look-ups were planned, and how many links there are."""
    with reading(guesser.door.world.desk.engine) as session:
        planned = session.exec(select(Operation).where(col(Operation.kind) == "portal.look_up")).all()
        return len(planned), len(session.exec(select(PortalLink)).all())


def learn_nothing_from(guesser: Guesser, guesses: int) -> None:
    """Guess, and see the same each time; the owners then get what they ask for, and not more than that."""
    answers = {answered(guesser.guess()) for _ in range(guesses)}
    assert len(answers) == 1
    planned, _ = kept(guesser)
    assert planned == min(guesses, ALL)
    guesser.door.world.work()
    guesser.door.world.clock.pass_(minutes=61)  # what was slowed down is looked up by now
    guesser.door.world.work()
    assert max(sent(guesser)) <= MOST_SENT
    assert sum(sent(guesser)) == kept(guesser)[1]
    assert not {note.order_id for note in guesser.door.world.shop.state.notes.values()} - {
        order.id for order in guesser.orders
    }
    before = sent(guesser)
    for order in guesser.orders:
        assert answered(guesser.ask(str(order.id), str(order.billing["email"]))) in answers
    guesser.door.world.work()
    assert [after - earlier for after, earlier in zip(sent(guesser), before, strict=True)] == [1] * ORDERS


def test_a_hundred_and_fifty_guesses_confirm_nothing(guesser: Guesser) -> None:
    learn_nothing_from(guesser, 150)


@pytest.mark.slow
@pytest.mark.sqlite_first
def test_ten_thousand_guesses_confirm_nothing(guesser: Guesser) -> None:
    learn_nothing_from(guesser, 10_000)


def test_who_guesses_about_an_order_does_not_keep_its_owner_out(guesser: Guesser) -> None:
    (order, *_), world = guesser.orders, guesser.door.world
    for turn in range(30):
        guesser.ask(str(order.id), f"guess{turn}@example.com")
        guesser.ask(str(99_000 + turn), str(order.billing["email"]))
    guesser.ask(str(order.id), str(order.billing["email"]))
    world.work()
    assert mailed(world, order) == []  # among so many it has to wait
    world.clock.pass_(minutes=33)
    world.work()
    assert len(mailed(world, order)) == 1


def test_each_further_guess_about_one_order_is_looked_up_later(guesser: Guesser) -> None:
    for turn in range(14):
        guesser.ask("77", f"guess{turn}@example.com")
    with reading(guesser.door.world.desk.engine) as session:
        rows = session.exec(select(Operation).order_by(col(Operation.id))).all()
    waits = [round((row.due_at - row.planned_at).total_seconds() / 60) for row in rows]
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 32, 32, 32]
    assert {row.state for row in rows} == {OperationState.DUE}


def test_an_owner_who_asks_again_and_again_gets_so_many_links_and_no_more(guesser: Guesser) -> None:
    (order, *_), world = guesser.orders, guesser.door.world
    for _ in range(12):
        guesser.ask(str(order.id), str(order.billing["email"]))
    for _ in range(12):
        world.work()
        world.clock.pass_(minutes=4)
    assert len(mailed(world, order)) == MOST_SENT


def test_one_network_cannot_use_up_what_is_there_for_all(guesser: Guesser) -> None:
    for network in range(300):
        guesser.ask(str(network), "x@example.com", seen_as=f"2001:db8:77:{network:x}::1")
    assert kept(guesser)[0] == dict(LIMITS)["net"]
    guesser.ask("1", "x@example.com", seen_as="2001:db8:78::1")
    assert kept(guesser)[0] == dict(LIMITS)["net"] + 1


def larger(first: Sequence[float], second: Sequence[float]) -> float:
    """How often, of 0 to 1, one of the first is larger than one of the second: Mann and Whitney's U, scaled.

    Half where nothing tells the two apart, whatever their distribution, and however slow the machine is.
    """
    rank = {
        at: place
        for place, (_, at) in enumerate(sorted((took, at) for at, took in enumerate([*first, *second])))
    }
    ranks = sum(rank[at] for at in range(len(first)))
    return (ranks - len(first) * (len(first) - 1) / 2) / (len(first) * len(second))


def timed(guesser: Guesser, number: str, email: str) -> float:
    seen_as, start = guesser.address(), time.perf_counter()
    guesser.ask(number, email, seen_as)
    return time.perf_counter() - start


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["email", "number"])
def test_the_time_an_answer_takes_tells_nothing(guesser: Guesser, wrong: str) -> None:
    hits, misses = [], []
    for turn in range(450):
        order = guesser.orders[turn % ORDERS]
        number, email = str(order.id), str(order.billing["email"])
        other = (number, "other@example.com") if wrong == "email" else ("99999", email)
        pair = [(hits, number, email), (misses, *other)]
        for times, *asked in pair if turn % 2 else pair[::-1]:
            times.append(timed(guesser, *asked))
    assert abs(larger(hits[50:], misses[50:]) - 0.5) < 0.1


def test_the_measure_of_that_test_sees_what_it_shall_see() -> None:
    even, dice = list(range(100)), random.Random(1)
    assert larger(even, [one + 0.5 for one in even]) == pytest.approx(0.495)
    assert larger([one + 200 for one in even], even) == 1
    noise = [dice.gauss(5, 1) for _ in range(900)]
    assert larger([one + 0.5 for one in noise[:450]], noise[450:]) > 0.6

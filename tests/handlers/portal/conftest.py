"""A customer with a browser's manners: cookies, forms as they stand on the page, links from the mail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import pytest
import requests
from sqlalchemy import Engine

from bot.sandbox import shop as shops
from bot.sandbox.serving import Service
from handlers.web import create_app
from store.terms import Wish
from tests.handlers.conftest import Door, a_silent_bolt
from tests.world import World, a_world

LINK = re.compile(r"http://\S+/returns/l/\S+")


@dataclass
class Customer:
    """Somebody in front of a browser."""

    door: Door
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(self.door.url + path, headers=headers, timeout=10, allow_redirects=True)

    def send(self, path: str, page: str, **typed: str) -> requests.Response:
        """Send the form of ``page`` that goes to ``path``, filled in."""
        return self.session.post(
            self.door.url + path, data={"nonce": nonce_of(page, path), **typed}, timeout=10
        )

    def ask_for_link(self, number: str, email: str) -> requests.Response:
        return self.send("/returns/", self.get("/returns/").text, number=number, email=email)

    def come_in(self, order: shops.Order) -> requests.Response:
        """Ask for a link, wait for the mail, follow it."""
        self.ask_for_link(str(order.id), str(order.billing["email"]))
        self.door.world.work()
        return self.get(mailed(self.door.world, order)[-1].removeprefix("http://127.0.0.1:8000"))


def nonce_of(page: str, path: str) -> str:
    """The hidden field of the form on ``page`` that goes to ``path``."""
    form = re.search(rf'action="{re.escape(path)}".*?name="nonce" value="([^"]+)"', page, re.S)
    assert form is not None, f"no form to {path}"
    return unescape(form[1])


def mailed(world: World, order: shops.Order) -> list[str]:
    """The links that were sent to the customer of an order, oldest first."""
    notes = [
        note for note in world.shop.state.notes.values() if note.order_id == order.id and note.customer_note
    ]
    return [found[0] for note in notes if (found := LINK.search(note.text))]


@pytest.fixture
def door(engine: Engine) -> Iterator[Door]:
    with a_world(engine) as world, Service(create_app(world.desk, a_silent_bolt())) as service:
        yield Door(service.url, world)


@pytest.fixture
def customer(door: Door) -> Customer:
    return Customer(door)


@pytest.fixture
def order(door: Door) -> shops.Order:
    mug = door.world.shop.add_product("Mug", "33.00", stock=5)
    return door.world.order((mug, 2))


@pytest.fixture
def number(door: Door, order: shops.Order) -> str:
    """A return of that order."""
    return door.world.case(door.world.open(order, Wish.REFUND)).number

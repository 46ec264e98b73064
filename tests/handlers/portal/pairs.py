"""Two customers of one shop, each with an order, a return that was agreed to, and words on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from bot.desk import decisions
from bot.desk.photos import accept
from bot.sandbox import shop as shops
from bot.sandbox.serving import Service
from handlers.web import create_app
from tests.handlers.conftest import Door, a_silent_bolt
from tests.handlers.portal.conftest import Customer
from tests.handlers.portal.uploading import a_picture
from tests.world import ALICE, a_world


@dataclass
class Party:
    """One of the two, on the way in already. ``secrets`` is what nobody else may ever be shown."""

    customer: Customer
    order: shops.Order
    return_id: int
    number: str
    line_id: int
    photo: str
    secrets: tuple[str, ...]

    def address(self, path: str, deed: str = "cancel") -> str:
        """A way with this one's own values in its holes."""
        values = {"{number}": self.number, "{deed}": deed, "{name}": self.photo, "{secret}": "x"}
        for hole, value in values.items():
            path = path.replace(hole, value)
        return path


@dataclass
class Pair:
    """Marie has what Paul tries to get at."""

    door: Door
    marie: Party
    paul: Party


@pytest.fixture
def pair(engine: Engine) -> Iterator[Pair]:
    with a_world(engine) as world, Service(create_app(world.desk, a_silent_bolt())) as service:
        door = Door(service.url, world)
        yield Pair(door, party(door, "Marie"), party(door, "Paul"))


def party(door: Door, name: str) -> Party:
    """Somebody with an order and a return of one of its two units."""
    world, email = door.world, f"{name.lower()}@example.com"
    lamp = world.shop.add_product(f"Lamp of {name}", "80.00", sku=f"LAMP-{name}", stock=9)
    billing = {"first_name": name, "last_name": "Dupont", "email": email, "country": "FR"}
    order = world.order((lamp, 2), billing=billing)
    line_id = order.lines[0].id
    return_id = world.open(order, units={line_id: 1})
    decisions.approve(world.desk, return_id, ALICE, world.case(return_id).version)
    decisions.message(world.desk, return_id, ALICE, f"The shop writes to {name}")
    photo = accept(world.desk, order.id, a_picture(len(name))).name
    customer = Customer(door)
    customer.come_in(order)
    said = (f"Lamp of {name}", email, f"The shop writes to {name}", photo)
    return Party(customer, order, return_id, world.case(return_id).number, line_id, photo, said)

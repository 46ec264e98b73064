"""A browser that chooses files: what stands on the page, sent as browsers send it."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine
from sqlmodel import select

from bot.desk.orders import read_order
from bot.desk.portal_links import link_address, make_link, open_link
from bot.sandbox import shop as shops
from bot.sandbox.serving import Service
from handlers.portal.visitor import COOKIE
from handlers.web import create_app
from store.db import reading, writing
from store.models import Message, Return
from store.portal_models import Photo
from tests.bot.test_pictures import drawn
from tests.handlers.conftest import Door, a_silent_bolt
from tests.world import a_world

FIELD = re.compile(
    r'<input type="(?:hidden|checkbox)"(?: id="[^"]*")? name="([^"]+)" value="([^"]*)"( checked)?'
)
Chosen = tuple[str, bytes]


@dataclass
class Browser:
    """A customer's browser on one order, or on one return of it."""

    door: Door
    order: shops.Order
    session: requests.Session = field(default_factory=requests.Session)

    def enter(self, return_id: int | None = None) -> "Browser":
        """Follow a link."""
        desk = self.door.world.desk
        read_order(desk, str(self.order.id))
        with writing(desk.engine) as session:
            link = make_link(desk, session, self.order.id, return_id)
        secret = open_link(desk, link_address(desk, link).rpartition("/")[2])
        self.session.cookies.set(COOKIE, str(secret))
        return self

    @property
    def line(self) -> int:
        return self.door.world.desk.shop.read_order(self.order.id).products[0].line_id

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.door.url + path, timeout=10)

    def send(
        self, path: str, fields: list[tuple[str, str]], *files: tuple[str, Chosen], **headers: str
    ) -> requests.Response:
        """A form with files; like a browser, an empty one where nothing was chosen."""
        parts = [(name, (None, value)) for name, value in fields]
        parts += [(name, (chosen[0], chosen[1])) for name, chosen in files or [("file", ("", b""))]]
        return self.session.post(
            self.door.url + path, files=parts, headers=headers, timeout=30, allow_redirects=False
        )

    def say(self, text: str, *chosen: Chosen, page: str = "", keep: bool = True) -> requests.Response:
        """Send the form of the conversation as it stands on ``page``, or on the page as it is now."""
        shown = page or self.get(self.talk).text
        form = shown[shown.index('class="talk-form"') :]
        kept = [(name, value) for name, value in fields_of(form) if keep or name != "photo"]
        return self.send(self.talk, [*kept, ("text", text)], *(("file", one) for one in chosen))

    def ask(self, page: str, *chosen: Chosen, **typed: str) -> requests.Response:
        """Send the form of asking as it stands on ``page``, filled in for the one line."""
        number = self.line
        line = {"line": str(number), f"quantity-{number}": "1", f"reason-{number}": "too_small"}
        typed = {**line, "wish": "refund", "step": "review", **typed}
        kept = [(name, value) for name, value in fields_of(page) if name not in typed]
        return self.send(
            "/returns/ask", [*kept, *typed.items()], *((f"file-{number}", one) for one in chosen)
        )

    def nonce(self) -> tuple[str, str]:
        """The hidden field of the form of the conversation."""
        shown = self.get(self.talk).text
        return next(one for one in fields_of(shown[shown.index('class="talk-form"') :]) if one[0] == "nonce")

    @property
    def talk(self) -> str:
        with reading(self.door.world.desk.engine) as session:
            wanted = select(Return.number).where(Return.order_id == self.order.id)
            return f"/returns/r/{session.exec(wanted).one()}/talk"


@contextmanager
def a_door(engine: Engine, **settings: Any) -> Iterator[Door]:
    """The customer's pages on a real port."""
    with a_world(engine, **settings) as world, Service(create_app(world.desk, a_silent_bolt())) as service:
        yield Door(service.url, world)


def somebody_asking(door: Door) -> Browser:
    """Who has an order of three mugs before them."""
    mug = door.world.shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    return Browser(door, door.world.order((mug, 3))).enter()


def somebody_talking(door: Door) -> Browser:
    """Who has a return of two bowls before them."""
    bowl = door.world.shop.add_product("Bowl", "12.00", sku="BOWL", stock=9)
    browser = Browser(door, door.world.order((bowl, 2)))
    return browser.enter(door.world.open(browser.order))


def fields_of(page: str) -> list[tuple[str, str]]:
    """What hidden fields and ticked boxes carry."""
    found = FIELD.finditer(page)
    return [(one[1], html.unescape(one[2])) for one in found if one[3] or 'type="hidden"' in one[0]]


def a_picture(shade: int = 0, kind: str = "JPEG") -> bytes:
    return drawn(kind, (60 + shade, 40))


def photos(door: Door) -> list[Photo]:
    with reading(door.world.desk.engine) as session:
        return list(session.exec(select(Photo)).all())


def messages(door: Door) -> list[Message]:
    with reading(door.world.desk.engine) as session:
        return list(session.exec(select(Message)).all())


def files(door: Door) -> list[Path]:
    """Everything that lies where photos are kept."""
    folder = Path(door.world.desk.settings.photo_folder)
    return [path for path in folder.rglob("*") if path.is_file()]

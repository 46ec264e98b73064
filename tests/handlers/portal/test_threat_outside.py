"""Addresses that somebody else wrote are text: nothing of the desk ever asks for them."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from store.db import writing
from store.models import Return
from tests.counter import Counter, a_counter
from tests.handlers.portal.doors import strange
from tests.handlers.portal.sinks import poisoned, said_in_slack
from tests.payloads import CANARY


@dataclass
class Traffic:
    """Where this process connected to, and which names it looked up; every thread of it."""

    on: bool = False
    names: set[str] = field(default_factory=set)
    ports: set[int] = field(default_factory=set)

    def note(self, event: str, values: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "socket.getaddrinfo":
            self.names.add(str(values[0]))
        if event == "socket.connect" and isinstance(values[1], tuple):
            self.names.add(str(values[1][0]))
            self.ports.add(int(values[1][1]))


@cache
def the_traffic() -> Traffic:
    """The watch of this process: a hook of the interpreter can be added and never be taken away."""
    traffic = Traffic()
    sys.addaudithook(traffic.note)
    return traffic


@contextmanager
def watched() -> Iterator[Traffic]:
    """What goes out meanwhile."""
    traffic = the_traffic()
    traffic.names.clear()
    traffic.ports.clear()
    traffic.on = True
    yield traffic
    traffic.on = False


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A port of this machine on which nobody has any business."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def addresses(port: int) -> list[str]:
    """Ways of writing this machine, other machines and files, as they are tried on servers that fetch."""
    hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1"]
    own = [f"http://{host}:{port}/" for host in (*hosts, "127.1", "0", f"{CANARY}@127.0.0.1")]
    others = [f"https://{CANARY}/", "http://169.254.169.254/latest/meta-data/", f"//{CANARY}/x.png"]
    return [*own, *others, "file:///etc/passwd", f"gopher://127.0.0.1:{port}/_x", f"ftp://{CANARY}/"]


def is_untouched(trap: socket.socket) -> bool:
    """Whether nobody connected."""
    try:
        connection, _ = trap.accept()
    except BlockingIOError:
        return True
    connection.close()
    return False


def set_label(counter: Counter, link: str) -> None:
    with writing(counter.desk.engine) as session:
        for rma in session.exec(select(Return)).all():
            rma.label_link = link


def test_no_request_leaves_but_to_the_shop_to_slack_and_to_stripe(
    engine: Engine, trap: socket.socket
) -> None:
    port = trap.getsockname()[1]
    with a_counter(engine) as counter, watched() as traffic:
        case = poisoned(counter, " ".join(addresses(port)))
        for link in addresses(port):
            set_label(counter, link)
            assert case.get(f"/returns/r/{case.number}").status_code == 200
        list(case.pages)
        list(said_in_slack(case))
        counter.work(hours=1)
        known = [counter.url, counter.desk.settings.woocommerce_url, counter.desk.settings.slack_api_url]
        allowed = {urlsplit(url).port for url in (*known, counter.desk.settings.stripe_api_base)}
    assert is_untouched(trap)
    assert traffic.names == {"127.0.0.1"}
    assert traffic.ports <= allowed


def test_the_watch_sees_who_does_ask(trap: socket.socket) -> None:
    with watched() as traffic, socket.create_connection(trap.getsockname()):
        pass
    assert trap.getsockname()[1] in traffic.ports
    assert not is_untouched(trap)


NO_PAGES = (
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example/",
    "/x",
)


def test_a_label_that_is_no_address_of_a_page_is_no_link(engine: Engine) -> None:
    with a_counter(engine) as counter:
        case = poisoned(counter, "x")
        for link in NO_PAGES:
            set_label(counter, link)
            page = case.get(f"/returns/r/{case.number}").text
            assert strange(page) == []
            assert "Print the return label" not in page
        set_label(counter, "https://post.example/label?1&2")
        page = case.get(f"/returns/r/{case.number}").text
        assert strange(page) == ["a https://post.example/label?1&2"]

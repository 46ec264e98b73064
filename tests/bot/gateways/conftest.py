"""A scripted shop for each test, and the desk's view of it."""

import socket
import threading
from collections.abc import Iterator

import pytest

from bot.gateways.woocommerce import Shop
from tests.bot.gateways.sandbox_world import World, open_world
from tests.bot.gateways.scripted_shop import Script, replay


@pytest.fixture
def script() -> Iterator[Script]:
    """A scripted shop that knows its own settings and payment gateways."""
    listener = socket.create_server(("127.0.0.1", 0))
    script = Script(listener)
    script.on("GET", "/system_status", replay("system_status_fields"))
    script.on("GET", "/payment_gateways", replay("payment_gateways"))
    thread = threading.Thread(target=script.serve, daemon=True)
    thread.start()
    yield script
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=2)


@pytest.fixture
def shop(script: Script) -> Iterator[Shop]:
    """The desk's view of the scripted shop, impatient enough for tests."""
    shop = Shop(script.url, "ck_1", "cs_1", timeout=0.5, money_timeout=0.5, patience=3, pause=0.01)
    yield shop
    shop.close()


@pytest.fixture
def world() -> Iterator[World]:
    """A sandbox shop with an order, and the desk's view of it."""
    with open_world() as world:
        yield world

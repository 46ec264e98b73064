"""A scripted shop, a sandbox shop and a sandbox Stripe, and the desk's view of each."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from bot.gateways.stripe import Payments
from bot.gateways.woocommerce import Shop
from bot.sandbox.faults import Faults, Faulty
from bot.sandbox.serving import Service
from bot.sandbox.shop import Shop as SandboxShop
from bot.sandbox.shop import create_app
from bot.sandbox.stripe import TEST_KEY, Stripe
from bot.sandbox.stripe import create_app as create_stripe
from bot.sandbox.stripe.app import StripeApp
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


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[SandboxShop, Faults, str]]:
    """One sandbox shop over HTTP for all tests here, with faults on the way to it."""
    there, faults = SandboxShop(), Faults()
    with Service(Faulty(create_app(there), faults, "shop")) as service:
        yield there, faults, service.url
    there.reset()


@pytest.fixture
def world(served: tuple[SandboxShop, Faults, str]) -> Iterator[World]:
    """A sandbox shop with an order, and the desk's view of it."""
    with open_world(*served) as world:
        yield world


@pytest.fixture(scope="session")
def served_stripe() -> Iterator[tuple[StripeApp, str]]:
    """One sandbox Stripe over HTTP for all tests here."""
    app = create_stripe(Stripe())
    with Service(app) as service:
        yield app, service.url


@pytest.fixture
def stripe(served_stripe: tuple[StripeApp, str]) -> Iterator[Stripe]:
    """An account without payments."""
    state = served_stripe[0].stripe = Stripe()
    yield state
    state.close()


@pytest.fixture
def connect(stripe: Stripe, served_stripe: tuple[StripeApp, str]) -> Iterator[Callable[[str], Payments]]:
    """The desk's view of that account with a key."""
    made: list[Payments] = []

    def make(key: str) -> Payments:
        made.append(Payments(key, base=served_stripe[1]))
        return made[-1]

    yield make
    for payments in made:
        payments.close()


@pytest.fixture
def payments(connect: Callable[[str], Payments]) -> Payments:
    """The desk's view of it with the ordinary key."""
    return connect(TEST_KEY)

"""The sandbox's Stripe behind a socket, the real SDK in front of it, a clock and a listener for events."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.serving import Service
from bot.sandbox.stripe import LIVE_KEY, TEST_KEY, Stripe, create_app
from bot.sandbox.stripe.app import StripeApp


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)

    @property
    def seconds(self) -> int:
        return int(self.at.timestamp())


@dataclass
class Letter:
    """One delivery as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)


@dataclass
class Mailbox:
    """An endpoint that keeps what it is sent and answers with ``statuses`` in turn, then with 200."""

    url: str = ""
    letters: list[Letter] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        with self.lock:
            self.letters.append(Letter(headers, message["body"]))
            status = self.statuses.pop(0) if self.statuses else 200
        more = [(b"location", b"/elsewhere")] if status == 302 else []
        await send({"type": "http.response.start", "status": status, "headers": more})
        await send({"type": "http.response.body", "body": b""})

    @property
    def kinds(self) -> list[str]:
        return [letter.event["type"] for letter in self.letters]


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Service, StripeApp]]:
    app = create_app(Stripe())
    with Service(app) as service:
        yield service, app


@pytest.fixture(scope="session")
def post_office() -> Iterator[tuple[Service, list[Mailbox]]]:
    boxes = [Mailbox()]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await boxes[0](scope, receive, send)

    with Service(app) as service:
        yield service, boxes


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stripe(server: tuple[Service, StripeApp], clock: Clock) -> Iterator[Stripe]:
    state = Stripe(clock=clock, retry_delays=(0.01, 0.01))
    server[1].stripe = state
    yield state
    state.close()


@pytest.fixture
def url(server: tuple[Service, StripeApp], stripe: Stripe) -> str:
    return server[0].url


@pytest.fixture
def connect(url: str) -> Callable[..., Any]:
    def make(key: str = TEST_KEY, *, retries: int = 0, **options: Any) -> Any:
        http = sdk.RequestsClient(timeout=5)
        return sdk.StripeClient(
            key, base_addresses={"api": url}, http_client=http, max_network_retries=retries, **options
        )

    return make


@pytest.fixture
def client(connect: Callable[..., Any]) -> Any:
    return connect()


@pytest.fixture
def live(connect: Callable[..., Any]) -> Any:
    return connect(LIVE_KEY)


@pytest.fixture
def mailbox(post_office: tuple[Service, list[Mailbox]]) -> Mailbox:
    post_office[1][0] = Mailbox(url=f"{post_office[0].url}/hooks/stripe")
    return post_office[1][0]


@pytest.fixture
def basket() -> Callable[..., dict[str, Any]]:
    """The parameters of a Checkout session, changed as asked."""

    def make(amount: int = 1250, currency: str = "eur", **changes: Any) -> dict[str, Any]:
        price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Price difference"}}
        return {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "https://portal.example/paid?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://portal.example/later",
        } | changes

    return make

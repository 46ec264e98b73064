"""The whole of it: sandbox, doors and worker over real HTTP, and a person who clicks."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.sandbox import shop as shops
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import Service
from bot.sandbox.slack import Message, Slack
from bot.sandbox.story import Story
from bot.sandbox.story.people import ALICE, CHANNEL, GROUP
from handlers.slack.app import create_bolt
from handlers.slack.calls import open_client
from handlers.web import create_app
from handlers.work import Worker, create_worker
from store.terms import Reason, Source, Wish

SECONDS = 20.0  # that a test waits for what the worker does
PATIENCE = 20.0  # that Slack waits for an answer; in the world it is three


@dataclass
class Office:
    """The desk at work, and everything outside of it."""

    sandbox: Sandbox
    desk: Desk
    url: str
    worker: Worker

    @property
    def slack(self) -> Slack:
        return self.sandbox.slack

    @property
    def shop(self) -> shops.Shop:
        return self.sandbox.shop

    def order(self, *lines: tuple[Any, ...], **more: Any) -> shops.Order:
        billing = {
            "first_name": "Marie",
            "last_name": "Dupont",
            "email": "marie@example.com",
            "country": "FR",
        }
        return self.shop.place_order(list(lines), **{"payment_method": "paypal", "billing": billing, **more})

    def open(self, order: shops.Order, wish: Wish = Wish.REFUND, **more: Any) -> str:
        """Open a return of the whole order and wait for its card; its number."""
        snapshot = read_order(self.desk, str(order.id))
        reason = more.pop("reason", Reason.TOO_SMALL)
        items = tuple(WantedItem(line.line_id, line.quantity, reason) for line in snapshot.products)
        key = more.pop("source_key", f"request-{order.id}")
        request = NewReturn(order.id, Source.INTAKE, key, wish, items, **more)
        number = open_return(self.desk, request).number
        self.card(number)
        return number

    def card(self, number: str, fits: Callable[[Message], bool] = lambda _card: True) -> Message:
        """The return's card, once there is one that fits."""

        def look() -> Message | None:
            cards = [one for one in self.slack.messages(CHANNEL) if number in one.text and not one.is_reply]
            return cards[-1] if cards and fits(cards[-1]) else None

        found: Message | None = self.slack.wait_for(look, seconds=SECONDS)
        assert found is not None, f"no fitting card of {number}: {self.texts()}"
        return found

    def card_says(self, number: str, words: str) -> Message:
        """The return's card, once it says ``words``."""
        return self.card(number, lambda card: words in str(card.all_blocks))

    def told(self, user: str, words: str) -> str:
        """What only ``user`` sees, once it contains ``words``."""

        def look() -> str | None:
            said = [one.text for one in (*self.slack.ephemerals(user), *self.slack.direct(user))]
            return next((text for text in reversed(said) if words in text), None)

        found: str | None = self.slack.wait_for(look, seconds=SECONDS)
        assert found is not None, [one.text for one in self.slack.ephemerals(user)]
        return found

    def receive(self, number: str, user: str = ALICE) -> None:
        """Press Received and take the form as it is; again where the return changed in between."""
        for _ in range(3):
            assert self.slack.click(user, self.card(number), "received").acked
            answer = self.slack.submit(user)
            assert answer.acked
            if not answer.errors:
                break
        self.card_says(number, "good")

    def texts(self) -> list[str]:
        return [one.text for one in self.slack.messages(CHANNEL)]


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        yield from at_work(sandbox, engine)


def be_patient(sandbox: Sandbox) -> None:
    """Let Slack wait longer than it does: how fast we are on a busy machine is for tests that measure it."""
    patient = replace(sandbox.slack.settings, ack_seconds=PATIENCE, trigger_seconds=PATIENCE)
    sandbox.slack.core.settings = patient


def at_work(sandbox: Sandbox, engine: Engine, **more: Any) -> Iterator[Office]:
    be_patient(sandbox)
    desk = open_desk(settings_of(sandbox, engine, **more))
    client = open_client(desk.settings)
    worker, stop = create_worker(desk, client), threading.Event()
    with Service(create_app(desk, create_bolt(desk, client))) as service:
        sandbox.connect(service.url)
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        office = Office(sandbox, desk, service.url, worker)
        wait_for_people(office)
        yield office
        stop.set()
        thread.join()
    desk.shop.close()
    desk.engine.dispose()


def wait_for_people(office: Office) -> None:
    """Until the worker knows who may act."""
    from bot.desk.access import find_operator

    sandbox = office.slack
    sandbox.wait_for(lambda: not find_operator(office.desk, ALICE).refusal, seconds=SECONDS)


def settings_of(sandbox: Sandbox, engine: Engine, **more: Any) -> Settings:
    values = {
        "database_url": engine.url.render_as_string(hide_password=False),
        "secret_key": "0123456789abcdef0123456789abcdef",
        "public_url": "http://127.0.0.1:8000",
        "timezone": "Europe/Paris",
        "slack_bot_token": sandbox.bot_token,
        "slack_signing_secret": sandbox.signing_secret,
        "slack_channel": CHANNEL,
        "slack_user_group": GROUP,
        "slack_api_url": sandbox.slack_api_url,
        "woocommerce_url": sandbox.shop_url,
        "woocommerce_consumer_key": sandbox.keys.consumer_key,
        "woocommerce_consumer_secret": sandbox.keys.consumer_secret,
        "woocommerce_webhook_secret": sandbox.keys.shop_webhook_secret,
        "stripe_api_key": sandbox.keys.stripe_key,
        "stripe_webhook_secret": sandbox.keys.stripe_webhook_secret,
        "stripe_api_base": sandbox.stripe_base,
        "intake_secret": "0123456789abcdef",
    }
    return Settings(**{**values, **more})

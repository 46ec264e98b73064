"""One sandbox: Slack, shop and Stripe over HTTP, wired to each other, and a page to look at them.

It does not know the desk. Whoever runs one hands these addresses and keys over, and says where the desk
answers with ``connect``.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from bot.sandbox import plugin
from bot.sandbox.bank import StripeGateway
from bot.sandbox.faults import Faults, Faulty
from bot.sandbox.moments import Clock
from bot.sandbox.page.admin import AdminPages
from bot.sandbox.page.app import create_page
from bot.sandbox.page.commands import Installed
from bot.sandbox.plugin import StripePlugin
from bot.sandbox.serving import Service
from bot.sandbox.shop import Shop
from bot.sandbox.shop import create_app as create_shop_app
from bot.sandbox.shop.records import Webhook
from bot.sandbox.slack import Slack
from bot.sandbox.slack import create_app as create_slack_app
from bot.sandbox.story import Story, small_shop
from bot.sandbox.story.people import CHANNEL, GROUP, cast
from bot.sandbox.stripe import TEST_KEY, Stripe
from bot.sandbox.stripe import create_app as create_stripe_app

SHOP_TOPICS = ("order.created", "order.updated", "order.deleted", "product.updated", "coupon.updated")
QUEUE_SECONDS = 0.5  # a real shop's queue takes up to a minute

Seed = Callable[["Sandbox"], Story]


@dataclass(frozen=True)
class Ports:
    """Where the services listen on the loopback interface; 0 takes a free port."""

    page: int = 0
    slack: int = 0
    shop: int = 0
    stripe: int = 0


@dataclass(frozen=True)
class Keys:
    """What the desk is configured with. Nothing here is secret: it opens a sandbox."""

    consumer_key: str = f"ck_{'5a' * 20}"
    consumer_secret: str = f"cs_{'a5' * 20}"
    shop_webhook_secret: str = "sandbox-shop-webhooks"  # noqa: S105
    stripe_key: str = TEST_KEY
    stripe_webhook_secret: str = "whsec_sandbox"  # noqa: S105


@dataclass(frozen=True)
class Doors:
    """The paths below the desk's address at which it listens."""

    slack: str = "/slack/events"
    shop: str = "/webhooks/woocommerce"
    stripe: str = "/webhooks/stripe"


@dataclass
class Sandbox:
    """Everything outside of the desk. Use it as a context manager, or ``start`` and ``stop`` it.

    ``seed`` tells the story that ``reset()`` comes back to; ``language`` is "en" or "fr".
    """

    seed: Seed | None = None
    language: str = "en"
    ports: Ports = field(default_factory=Ports)
    faults: Faults = field(default_factory=Faults)
    keys: Keys = field(default_factory=Keys)
    shop: Shop = field(init=False)
    stripe: Stripe = field(init=False)
    slack: Slack = field(init=False)
    story: Story = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.shop = Shop(clock=self.clock)
        self.stripe = Stripe(clock=self.clock, retry_delays=(1.0, 5.0), country="FR")
        self.slack = Slack(cast=lambda: cast(self.language), rate_limits=False, retry_delays=(1.0, 5.0, 30.0))
        self.gateway = StripeGateway(self.shop, self.stripe)
        self.shop.gateways["stripe"] = self.gateway
        self.shop.gateways["paypal"] = self.shop.state.card("paypal", "PayPal")
        self.installed = Installed()
        self.desk_url = ""
        self.ask: Callable[[dict[str, Any]], str] | None = None  # hands a customer's request to the desk
        self.started = time.time()
        self.story = Story()
        self._services = self._open()
        self._tell()

    def _open(self) -> dict[str, Service]:
        page = Service(create_page(self), port=self.ports.page)
        shop = AdminPages(StripePlugin(create_shop_app(self.shop), self.gateway), page.url)
        slack, stripe = create_slack_app(self.slack), create_stripe_app(self.stripe)
        return {
            "page": page,
            "slack": Service(Faulty(slack, self.faults, "slack"), port=self.ports.slack),
            "shop": Service(Faulty(shop, self.faults, "shop"), port=self.ports.shop),
            "stripe": Service(Faulty(stripe, self.faults, "stripe"), port=self.ports.stripe),
        }

    def _tell(self) -> None:
        self.shop.url = self._services["shop"].url
        self.shop.key(consumer_key=self.keys.consumer_key, consumer_secret=self.keys.consumer_secret)
        self.story = (self.seed or small_shop)(self)

    def start(self) -> Self:
        """Serve; every address answers when this returns."""
        for service in self._services.values():
            service.start()
        self.shop.start_queue(QUEUE_SECONDS)
        self.stripe.add_webhook(self.shop_url + plugin.ADDRESS, events=plugin.EVENTS)
        return self

    def stop(self) -> None:
        """Stop serving and sending."""
        self.shop.stop_queue()
        self.slack.close()
        self.stripe.close()
        for service in self._services.values():
            service.server.should_exit = True  # all at once: each takes a moment to leave
        for service in self._services.values():
            service.stop()

    def reset(self) -> None:
        """Back to the story's beginning; addresses, keys and the desk's address stay."""
        self.faults.clear()
        self.slack.reset()
        self.stripe.reset()
        self.shop.reset()
        self._tell()
        if self.desk_url:
            self._add_shop_webhooks()

    def connect(self, desk_url: str, doors: Doors = Doors()) -> None:
        """Say where the desk answers: Slack's request URL, the shop's webhooks, Stripe's endpoint."""
        self.desk_url = desk_url.rstrip("/")
        self.doors = doors
        self.slack.request_url = self.desk_url + doors.slack
        self._add_shop_webhooks()
        self.stripe.add_webhook(self.desk_url + doors.stripe, secret=self.keys.stripe_webhook_secret)

    def install(self, manifest: dict[str, Any], words: tuple[tuple[str, str], ...] = ()) -> None:
        """Install the app as its manifest describes it; ``words`` are the command's (usage, about) pairs."""
        self.installed = Installed.read(manifest, words)

    def _add_shop_webhooks(self) -> None:
        state = self.shop.state
        address, secret = self.desk_url + self.doors.shop, self.keys.shop_webhook_secret
        for topic in SHOP_TOPICS:
            number = state.number("webhook")
            state.webhooks[number] = Webhook(number, topic, topic, address, secret, state.now())

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Addresses

    @property
    def page_url(self) -> str:
        """The page to open in a browser."""
        return self._services["page"].url

    @property
    def slack_api_url(self) -> str:
        """Slack's Web API, with the slash its SDK wants at the end."""
        return f"{self._services['slack'].url}/api/"

    @property
    def shop_url(self) -> str:
        """The shop."""
        return self._services["shop"].url

    @property
    def stripe_base(self) -> str:
        """Stripe's API and its pages to pay on."""
        return self._services["stripe"].url

    # Slack's names and keys

    @property
    def bot_token(self) -> str:
        """The bot's token."""
        return self.slack.settings.bot_token

    @property
    def app_token(self) -> str:
        """The token for Socket Mode."""
        return self.slack.settings.app_token

    @property
    def signing_secret(self) -> str:
        """What Slack signs with."""
        return self.slack.settings.signing_secret

    @property
    def channel_id(self) -> str:
        """The channel of the cards."""
        return CHANNEL

    @property
    def group_id(self) -> str:
        """The user group of those who may decide."""
        return GROUP

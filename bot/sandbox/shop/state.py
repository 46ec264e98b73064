"""Everything the shop remembers, its settings, its numbers, its lock. Knows no HTTP and no trade."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from bot.sandbox.habits import Habits
from bot.sandbox.shop.gateways import CardGateway, Gateway, OfflineGateway
from bot.sandbox.shop.ledger import Ledger
from bot.sandbox.shop.mishaps import Mishaps
from bot.sandbox.shop.records import (
    Coupon,
    Customer,
    GiftCard,
    Key,
    Mail,
    Meta,
    Note,
    Order,
    Product,
    Refund,
    Sent,
    TaxRate,
    Webhook,
)

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


class State:
    """One shop. Orders, products, coupons and refunds share one sequence of ids, as posts do in WordPress."""

    def __init__(self, *, clock: Clock = wall_clock, zone: str = "Europe/Paris") -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.wall = wall_clock  # what OAuth timestamps are compared with
        self.zone = ZoneInfo(zone)
        self.gateways: dict[str, Gateway] = {}
        self.mishaps = Mishaps()
        self.restart()

    def restart(self) -> None:
        """Forget everything, as on the day the shop opened. Gateways somebody added stay connected."""
        self.name, self.currency, self.decimals = "Shop Example", "EUR", 2
        self.prices_include_tax, self.round_at_subtotal = True, False
        self.maintenance = False
        self.race_seconds = 0.01  # between the check of a refund's amount and its record
        self.tax_rates = [TaxRate(1, Decimal(20), "TVA 20%")]
        self.orders: dict[int, Order] = {}
        self.refunds: dict[int, Refund] = {}
        self.products: dict[int, Product] = {}
        self.customers: dict[int, Customer] = {}
        self.coupons: dict[int, Coupon] = {}
        self.gift_cards: dict[int, GiftCard] = {}
        self.has_gift_cards = False  # whether the extension is installed
        self.notes: dict[int, Note] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.outbox: list[Mail] = []
        self.keys: dict[str, Key] = {}
        self.nonces: set[tuple[str, str]] = set()
        self.queue: dict[tuple[int, int], None] = {}
        self.habits = Habits()
        self.sent: deque[Sent] = deque(maxlen=1000)
        self.late: list[tuple[threading.Timer, Callable[[], None]]] = []
        self.ledger = Ledger()
        self.mishaps.clear()
        self._numbers: dict[str, Iterator[int]] = {}
        self._default_gateways()

    def _default_gateways(self) -> None:
        for code, title in OFFLINE.items():
            self.gateways.setdefault(code, OfflineGateway(code, title))
        for code, title in CARDS.items():
            self.gateways.setdefault(code, self.card(code, title))

    def card(self, code: str, title: str) -> CardGateway:
        """A gateway that pays from this shop's ledger."""
        return CardGateway(code, title, ledger=lambda: self.ledger, now=self.now)

    def now(self) -> datetime:
        """The time of the shop, in whole seconds of UTC."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def number(self, kind: str) -> int:
        """The next id: ``post`` for orders, refunds, products, coupons; others count for themselves."""
        with self.lock:
            return next(self._numbers.setdefault(kind, count(1)))

    def number_from(self, kind: str, used: int) -> None:
        """Let the ids of ``kind`` go on after ``used`` if they have not passed it."""
        with self.lock:
            upcoming = next(self._numbers.setdefault(kind, count(1)))
            self._numbers[kind] = count(max(upcoming, used + 1))

    def meta(self, key: str, value: object) -> Meta:
        """A new row of meta data."""
        return Meta(self.number("meta"), key, value)

    def rates_for(self, tax_class: str) -> list[TaxRate]:
        """The rates of a tax class, in the order they apply."""
        rates = [rate for rate in self.tax_rates if rate.tax_class == tax_class]
        return sorted(rates, key=lambda rate: (rate.priority, rate.id))

    def refunds_of(self, order_id: int) -> list[Refund]:
        """The refund records of an order, newest first."""
        mine = [refund for refund in self.refunds.values() if refund.order_id == order_id]
        return sorted(mine, key=lambda refund: (refund.created, refund.id), reverse=True)

    def product_of(self, product_id: int, variation_id: int = 0) -> Product | None:
        """What a line sells; None when it is gone."""
        return self.products.get(variation_id or product_id)

    def note(self, order_id: int, text: str, *, author: str = "WooCommerce", customer: bool = False) -> Note:
        """Write a note on an order."""
        note = Note(self.number("comment"), order_id, text, author, self.now(), customer)
        self.notes[note.id] = note
        return note

    def mail(self, order: Order, kind: str, text: str) -> None:
        """Send a mail to the buyer; a guest without an address gets none."""
        to = order.billing.get("email", "")
        if to:
            self.outbox.append(Mail(to, kind, text, order.id, self.now()))

    def emit(self, topic: str, resource_id: int) -> None:
        """Queue a delivery per active webhook of the topic; several events before it make one."""
        for webhook in self.webhooks.values():
            if webhook.topic == topic and webhook.status == "active":
                self.queue[webhook.id, resource_id] = None

    def touch(self, order: Order) -> None:
        """The order was saved."""
        order.modified = self.now()
        self.emit("order.updated", order.id)


OFFLINE = {"bacs": "Direct bank transfer", "cheque": "Check payments", "cod": "Cash on delivery"}
CARDS = {"stripe": "Credit card (Stripe)", "testpay": "Test gateway"}

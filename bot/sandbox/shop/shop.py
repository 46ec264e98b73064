"""The shop as a seed and a test hold it: products to put on the shelf, orders to place, accidents to plan."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.sandbox.shop import coupons, gift_card_use, imports, order_build, refunds, webhooks
from bot.sandbox.shop.app import ShopApp
from bot.sandbox.shop.gateways import Gateway
from bot.sandbox.shop.ledger import Ledger
from bot.sandbox.shop.life import set_status
from bot.sandbox.shop.mishaps import Mishap, OrderMishap, Plan
from bot.sandbox.shop.records import (
    Coupon,
    Customer,
    Json,
    Key,
    Mail,
    Order,
    Product,
    Refund,
    TaxRate,
)
from bot.sandbox.shop.state import Clock, State, wall_clock

Wanted = tuple[Product, int] | tuple[Product, int, str]
Amount = Decimal | str | int


class Shop:
    """A WooCommerce 10.5 shop with a memory. ``url`` is what it calls itself in webhooks."""

    def __init__(
        self, *, url: str = "https://shop.example", clock: Clock = wall_clock, zone: str = "Europe/Paris"
    ) -> None:
        self.url = url
        self.state = State(clock=clock, zone=zone)
        self._stopped = threading.Event()

    @property
    def ledger(self) -> Ledger:
        """What really moved at the bank."""
        return self.state.ledger

    @property
    def outbox(self) -> list[Mail]:
        """The mails the shop sent, oldest first."""
        return self.state.outbox

    @property
    def gateways(self) -> dict[str, Gateway]:
        """The ways to pay by their id; put an object in to connect another service."""
        return self.state.gateways

    def reset(self) -> None:
        """Back to an empty shop with a new ledger. Keys and webhooks are gone too."""
        with self.state.lock:
            for timer, _ in self.state.late:
                timer.cancel()
            self.state.restart()

    def key(
        self,
        permissions: str = "read_write",
        *,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        user: str = "admin",
        shop_rights: bool = True,
    ) -> Key:
        """Make an API key; ``permissions`` is read, write or read_write."""
        name = consumer_key or f"ck_{secrets.token_hex(20)}"
        secret = consumer_secret or f"cs_{secrets.token_hex(20)}"
        made = Key(name, secret, permissions, user, 1, shop_rights)
        self.state.keys[name] = made
        return made

    def add_tax_rate(self, percent: Amount, name: str, **fields: Any) -> TaxRate:
        """Add a row to the tax table; see TaxRate for the fields."""
        number = max((rate.id for rate in self.state.tax_rates), default=0) + 1
        rate = TaxRate(number, Decimal(percent), name, **fields)
        self.state.tax_rates.append(rate)
        return rate

    def add_product(
        self, name: str, price: Amount, *, sku: str = "", stock: int | None = None, **fields: Any
    ) -> Product:
        """Put a product on the shelf; stock None means it is not managed. See Product for more fields.

        The price is gross in a tax-inclusive shop. A given ``id`` is kept."""
        with self.state.lock:
            product = self._product(name, price, sku, stock, fields)
            self.state.emit("product.created", product.id)
            return product

    def add_variation(
        self,
        parent: Product,
        attributes: Mapping[str, str],
        *,
        price: Amount | None = None,
        sku: str = "",
        stock: int | str | None = None,
        **fields: Any,
    ) -> Product:
        """Add a variation; stock "parent" counts on the parent's shelf, None is not managed."""
        with self.state.lock:
            parent.kind = "variable"
            own = stock if isinstance(stock, int) else None
            amount = parent.price if price is None else price
            fields = {"tax_class": parent.tax_class, "virtual": parent.virtual} | fields
            product = self._product(parent.name, amount, sku, own, fields)
            product.parent_id, product.kind, product.attributes = parent.id, "variation", dict(attributes)
            if stock == "parent":
                product.manage_stock = "parent"
            return product

    def _product(self, name: str, price: Amount, sku: str, level: int | None, fields: Json) -> Product:
        now = fields.pop("created", None) or self.state.now()
        number = fields.pop("id", None)
        if number:
            self.state.number_from("post", number)
        product = Product(number or self.state.number("post"), name, sku, Decimal(price), now, now, **fields)
        product.manage_stock, product.stock = level is not None, level
        if level is not None and level <= 0:
            product.stock_status = "outofstock" if product.backorders == "no" else "onbackorder"
        self.state.products[product.id] = product
        return product

    def add_customer(self, first_name: str, last_name: str, email: str, **fields: Any) -> Customer:
        """Open an account; ``billing`` is completed with name and e-mail."""
        with self.state.lock:
            now = self.state.now()
            number = fields.pop("id", None) or self.state.number("user")
            username = email.partition("@")[0]
            customer = Customer(number, email, first_name, last_name, username, now, now, **fields)
            known = {"first_name": first_name, "last_name": last_name, "email": email}
            customer.billing = known | customer.billing
            self.state.customers[customer.id] = customer
            return customer

    def add_coupon(
        self, code: str, amount: Amount, discount_type: str = "fixed_cart", **fields: Any
    ) -> Coupon:
        """Make a coupon with the fields of POST /coupons."""
        with self.state.lock:
            body = {"code": code, "amount": str(amount), "discount_type": discount_type, **fields}
            return coupons.make(self.state, body)

    def place_order(
        self,
        lines: Sequence[Wanted],
        *,
        customer: Customer | None = None,
        billing: Mapping[str, str] | None = None,
        coupon: str | None = None,
        gift_card: str | None = None,
        shipping: Amount | None = None,
        shipping_title: str = "Flat rate",
        fees: Sequence[tuple[str, Amount]] = (),
        payment_method: str = "stripe",
        paid: bool = True,
        status: str = "",
        created: datetime | None = None,
        prices_include_tax: bool | None = None,
        currency: str | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> Order:
        """A customer checks out: taxes, discounts and stock as WooCommerce does them.

        ``lines`` are (product or variation, quantity) or (…, quantity, unit price); ``shipping`` and fees are
        net; unit prices are gross when ``prices_include_tax``. ``status`` defaults to processing when paid,
        on-hold for bank transfer and cheque, pending otherwise. ``created`` lets the order be an old one."""
        with self.state.lock:
            order = order_build.blank(self.state, currency=currency, created=created)
            if prices_include_tax is not None:
                order.prices_include_tax = prices_include_tax
            self._who(order, customer, billing)
            self._what(order, lines)
            if shipping is not None:
                order_build.ship(self.state, order, Decimal(shipping), shipping_title)
            for name, total in fees:
                order_build.charge_fee(self.state, order, name, Decimal(total))
            order_build.use_coupons(self.state, order, [coupon] if coupon else [])
            if gift_card:
                gift_card_use.pay_with(self.state, order, gift_card)
            for name, value in (meta or {}).items():
                order.meta.append(self.state.meta(name, value))
        return self._check_out(order, payment_method, paid, status, created)

    def _who(self, order: Order, customer: Customer | None, billing: Mapping[str, str] | None) -> None:
        order.customer_id = customer.id if customer else 0
        order.billing = {**(customer.billing if customer else {}), **(billing or {})}
        order.shipping = {name: text for name, text in order.billing.items() if name != "email"}

    def _what(self, order: Order, lines: Sequence[Wanted]) -> None:
        for wanted in lines:
            price = Decimal(wanted[2]) if len(wanted) == 3 else None
            order_build.sell(self.state, order, wanted[0], wanted[1], price=price)

    def _check_out(
        self, order: Order, payment_method: str, paid: bool, status: str, created: datetime | None
    ) -> Order:
        gateway = self.gateways.get(payment_method)
        order.payment_method = payment_method
        order.payment_method_title = gateway.title if gateway else ""
        waits = "on-hold" if payment_method in ("bacs", "cheque") else "pending"
        if paid and gateway:
            order.transaction_id = gateway.charge(order)
        with self.state.lock:
            if paid and gateway and order.transaction_id:
                self.state.note(order.id, f"Payment via {gateway.title} ({order.transaction_id}).")
            self.state.emit("order.created", order.id)
            order_build.begin(self.state, order, status or ("processing" if paid else waits), paid=paid)
            if created:
                self._backdate(order, created)
        return order

    def pay(self, order_id: int, *, payment_method: str = "stripe") -> Order:
        """The customer pays a waiting order: the gateway takes the total, the order becomes processing."""
        order, gateway = self.state.orders[order_id], self.gateways[payment_method]
        order.payment_method, order.payment_method_title = gateway.id, gateway.title
        order.transaction_id = gateway.charge(order)
        with self.state.lock:
            set_status(self.state, order, "processing")
            self.state.touch(order)
        return order

    def _backdate(self, order: Order, created: datetime) -> None:
        order.modified = created
        order.paid, order.completed = order.paid and created, order.completed and created
        for note in self.state.notes.values():
            if note.order_id == order.id:
                note.created = created
        mails = self.state.outbox
        mails[:] = [replace(mail, at=created) if mail.order_id == order.id else mail for mail in mails]

    def import_order(
        self, body: Json, *, decimals: int | None = None, round_at_subtotal: bool = False, charge: bool = True
    ) -> Order:
        """Load an order as a REST answer shows it. ``charge`` enters its payment in the ledger."""
        with self.state.lock:
            order = imports.import_order(
                self.state, body, decimals=decimals, round_at_subtotal=round_at_subtotal
            )
        gateway = self.gateways.get(order.payment_method)
        if charge and order.paid and gateway:
            order.transaction_id = order.transaction_id or gateway.charge(order)
        return order

    def refund_by_hand(
        self,
        order_id: int,
        amount: Amount,
        *,
        reason: str = "",
        lines: Sequence[Json] = (),
        via_gateway: bool = False,
        restock: bool = False,
    ) -> Refund:
        """Somebody refunds in wp-admin. ``lines`` are those of POST refunds. Raises ShopError if refused."""
        order = self.state.orders[order_id]
        return refunds.book_by_hand(
            self.state,
            order,
            amount=str(amount),
            reason=reason,
            lines=list(lines),
            via_gateway=via_gateway,
            restock=restock,
        )

    def refunds(self, order_id: int) -> list[Refund]:
        """The refund records of an order, newest first."""
        return self.state.refunds_of(order_id)

    def plan_mishap(self, mishap: Mishap | str, **where: Any) -> None:
        """Let the next fitting POST refund go wrong; see Plan for order_id, seconds, message, times."""
        self.state.mishaps.plan(Plan(Mishap(mishap), **where))

    def plan_order_mishap(self, mishap: OrderMishap | str, **where: Any) -> None:
        """Let the next fitting POST or PUT of an order go wrong; see Plan for order_id, method, seconds."""
        self.state.mishaps.plan(Plan(OrderMishap(mishap), **where))

    def settle_late(self) -> None:
        """Let every payment that was to come late come now."""
        for _, pay in list(self.state.late):
            refunds.settle(self.state, pay)

    def run_queue(self, *, copies: int = 1, backwards: bool = False) -> int:
        """Deliver the queued webhooks now; see webhooks.deliver_all."""
        return webhooks.deliver_all(self.state, site=self.url, copies=copies, backwards=backwards)

    def lose_webhooks(self, *, lost: bool = True) -> None:
        """Let every delivery get lost without a trace, until told otherwise."""
        self.state.habits.lost = lost

    def hold_webhooks(self, *, held: bool = True) -> None:
        """Keep deliveries in the queue, until told otherwise; then they tell the state of that moment."""
        self.state.habits.held = held

    def repeat_webhooks(self, copies: int, *, backwards: bool = False) -> None:
        """Send each delivery that often, and the newest first if ``backwards``, until told otherwise."""
        self.state.habits.copies, self.state.habits.backwards = copies, backwards

    def switch_webhooks(self, *, on: bool) -> None:
        """Disable every webhook, as a shop does after failures, or have somebody activate them again."""
        webhooks.switch(self.state, on=on)

    def replay_webhooks(self) -> list[int]:
        """Send the old deliveries once more, byte for byte; the statuses of the answers."""
        return webhooks.replay(self.state)

    def start_queue(self, interval: int | float = 1) -> None:
        """Deliver queued webhooks every ``interval`` seconds until stop_queue()."""
        self._stopped = threading.Event()
        stopped = self._stopped

        def work() -> None:
            while not stopped.wait(interval):
                self.run_queue()

        threading.Thread(target=work, name="shop queue", daemon=True).start()

    def stop_queue(self) -> None:
        """Stop delivering by itself."""
        self._stopped.set()


def create_app(shop: Shop) -> ShopApp:
    """The shop's HTTP side, an ASGI application."""
    return ShopApp(shop.state)

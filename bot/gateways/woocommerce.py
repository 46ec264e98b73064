"""Shop: the WooCommerce shop in the desk's nouns. Each method is one question or one deed, asked once.

Reads raise Unreachable or Refused, or NotFound for an order that is not there. Writes raise Refused
(certainly not done), Unreachable (certainly not sent) or OutcomeUnknown (look with ``find_...`` first).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from bot.clock import Clock, utc_now
from bot.errors import OutcomeUnknown, Refused
from bot.gateways import catalogue, coupons, credit_uses, history, notes, orders, refunds, replacements, setup
from bot.gateways.client import Client, ShopApi, said_by_the_shop
from bot.gateways.credit_uses import UsingOrder
from bot.gateways.gift_cards import GiftCards
from bot.gateways.nouns import (
    ChangedOrder,
    Coupon,
    CustomerOrders,
    PaymentGateway,
    Product,
    ReplacementLine,
    ReplacementOrder,
    ShopSettings,
    Webhook,
)
from bot.gateways.pricing import Pricing
from bot.gateways.reading import ShopFacts
from bot.gateways.setup import check_webhook
from bot.gateways.traits import read_traits
from bot.gateways.transport import Transport
from bot.rules.choice import QuoteLine, RestockLine
from bot.rules.eligibility import Traits
from bot.rules.order import OrderLine, OrderSnapshot, ShopRefund, Stock
from store.money import Money

FACTS_SECONDS = 600.0
CODE_TAKEN = coupons.TAKEN

__all__ = ["CODE_TAKEN", "Shop", "check_webhook"]


class Shop:
    """A WooCommerce shop behind its REST API v3. Safe to share between threads.

    ``timeout`` is for reads, notes and lists; ``money_timeout`` for refunds and coupons, where the shop
    may wait for a bank for more than a minute. ``patience`` bounds all tries of one read together.
    """

    def __init__(
        self,
        url: str,
        consumer_key: str,
        consumer_secret: str,
        *,
        timeout: float = 30,
        money_timeout: float = 100,
        patience: float = 60,
        pause: float = 0.5,
        ca_bundle: str = "",
        now: Clock = utc_now,
        transport: Transport | None = None,
    ) -> None:
        self.transport = transport or Transport(ca_bundle=ca_bundle)
        api = ShopApi(url, consumer_key, consumer_secret, self.transport)
        self.client = Client(api, timeout=timeout, patience=patience, pause=pause)
        self.timeout, self.money_timeout, self.now = timeout, money_timeout, now
        self._known: tuple[float, ShopSettings, frozenset[str]] | None = None

    @property
    def address(self) -> str:
        """Where the shop is, without a slash at the end."""
        return str(self.client.api.url)

    def close(self) -> None:
        """Close this thread's connections."""
        self.transport.close()

    def read_order(self, order_id: int) -> OrderSnapshot:
        """The order and its refunds, read now. Raises NotFound for none and for one in the bin."""
        return orders.read_order(self.client, order_id, self._facts())

    def find_order(self, number: str) -> OrderSnapshot:
        """The order by what a person typed: "#1042", a number some plugin gave it, or its id."""
        return self.read_order(orders.order_id_of(self.client, number))

    def list_refunds(self, order_id: int) -> tuple[ShopRefund, ...]:
        """All refunds of the order as evidence, newest first. Raises NotFound."""
        return orders.list_refunds(self.client, order_id)

    def find_refund(self, order_id: int, marker: str) -> ShopRefund | None:
        """The refund made under the reference ``marker``, or None. Raises OutcomeUnknown if there are two."""
        found = [refund for refund in self.list_refunds(order_id) if refunds.carries(refund, marker)]
        if len(found) > 1:
            raise OutcomeUnknown(f"{len(found)} refunds of order {order_id} carry {marker}", code="two_rows")
        return found[0] if found else None

    def create_refund(
        self,
        order_id: int,
        *,
        amount: Money,
        lines: Sequence[QuoteLine],
        reference: str,
        text: str,
        pay_back: bool,
        restock: Sequence[RestockLine],
        operation: str,
    ) -> ShopRefund:
        """Refund ``amount`` over ``lines`` and put ``restock`` back, in one request sent once.

        With ``pay_back`` the shop asks the order's gateway for the money; else it only books. ``text`` is
        shown to the customer by the shop. A refusal that may hide a payment is raised as OutcomeUnknown.
        """
        body = refunds.refund_body(
            amount, lines, restock, reference=reference, words=text, pay_back=pay_back, operation=operation
        )
        proves = refunds.refused_before_money if pay_back else said_by_the_shop
        return self._book(order_id, body, amount, proves)

    def create_restock(
        self,
        order_id: int,
        *,
        restock: Sequence[RestockLine],
        currency: str,
        reference: str,
        text: str,
        operation: str,
    ) -> ShopRefund:
        """Put units back on the shelf by a refund row of 0.00; ``reference`` ends in -S and a number.

        The shop mails the customer about this row too, so prefer ``create_refund`` with ``restock``.
        """
        body = refunds.restock_body(restock, reference=reference, words=text, operation=operation)
        return self._book(order_id, body, Money.zero(currency), said_by_the_shop)

    def read_stock(self, lines: Iterable[OrderLine]) -> dict[int, Stock]:
        """The shop's counters by order line id; lines without a product are left out."""
        return catalogue.read_stock(self.client, lines, self.now())

    def search_products(self, text: str, *, order_id: int | None = None) -> tuple[Product, ...]:
        """What could be sent instead: products whose name or SKU contains ``text``.

        Prices are those of ``read_products``.
        """
        return catalogue.search_products(self.client, text, self._pricing(order_id))

    def read_variants(self, product_id: int, *, order_id: int | None = None) -> tuple[Product, ...]:
        """A product in every size and colour it is sold in, priced as by ``read_products``."""
        return catalogue.read_variants(self.client, product_id, self._pricing(order_id))

    def read_products(
        self, articles: Iterable[tuple[int, int]], *, order_id: int | None = None
    ) -> dict[tuple[int, int], Product]:
        """Articles by product and variation, as they are sold now; what is not sold any more is left out.

        With ``order_id`` prices are gross as that order's customer pays them, also where prices are entered
        without tax: None then for a tax class that is not on the order, and where the order is in another
        currency than the shop. Without it they are as entered.
        """
        return catalogue.read_products(self.client, articles, self._pricing(order_id))

    def read_traits(
        self, articles: Iterable[tuple[int, int]], *, prices_of: int | None = None
    ) -> dict[tuple[int, int], Traits]:
        """Categories and tags by product and variation, with prices as the order ``prices_of`` pays them."""
        pricing = None if prices_of is None else self._pricing(prices_of)
        return read_traits(self.client, articles, pricing)

    def create_replacement(
        self, original_id: int, lines: Sequence[ReplacementLine], *, operation: str, reference: str
    ) -> ReplacementOrder:
        """Make the order that goes out in exchange: reserved, marked, and not sent yet."""
        return replacements.create_replacement(
            self.client,
            original_id,
            lines,
            operation=operation,
            reference=reference,
            places=self._remembered()[0].decimals,
            seconds=self.money_timeout,
        )

    def find_replacement(self, original_id: int, operation: str) -> ReplacementOrder | None:
        """The replacement order with this mark, in whatever status; None if there is none."""
        return replacements.find_replacement(self.client, original_id, operation)

    def read_replacement(self, order_id: int) -> ReplacementOrder:
        """A replacement order as it is now. Raises NotFound, Unreachable."""
        return replacements.read_replacement(self.client, order_id)

    def set_order_status(self, order_id: int, status: str) -> ReplacementOrder:
        """Move an order to ``status``; to repeat it is harmless."""
        return replacements.set_order_status(self.client, order_id, status, seconds=self.money_timeout)

    def create_coupon(
        self,
        code: str,
        *,
        amount: Money,
        email: str,
        expires_on: date | None,
        text: str,
        individual_use: bool,
        operation: str,
    ) -> Coupon:
        """Make a coupon for one use by ``email`` only, good through ``expires_on`` in the shop's time.

        Raises OutcomeUnknown with code CODE_TAKEN when the code exists: ``find_coupon`` tells whose it is.
        """
        if amount.currency != self._remembered()[0].currency:
            raise Refused(f"the shop's coupons are not in {amount.currency}", code="other_currency")
        body = coupons.coupon_body(
            code,
            amount,
            email,
            expires_on=expires_on,
            words=text,
            individual_use=individual_use,
            operation=operation,
        )
        into = partial(coupons.created, body, amount)
        try:
            return self.client.write("POST", "coupons", body, into, seconds=self.money_timeout)
        except Refused as e:
            if e.code == CODE_TAKEN:
                raise OutcomeUnknown(e.detail, code=e.code) from e
            raise

    def find_coupon(self, code: str) -> Coupon | None:
        """The published coupon with this code, whoever made it; None if there is none."""
        currency = self._remembered()[0].currency
        into = partial(coupons.listed, currency)
        found = self.client.read("coupons", into, {"code": code.lower()}, fresh=True)
        return next((coupon for coupon in found if coupon.code.lower() == code.lower()), None)

    def read_coupon(self, coupon_id: int) -> Coupon | None:
        """The published coupon with this id, or None."""
        return credit_uses.read_coupon_by_id(self.client, coupon_id, self._remembered()[0].currency)

    def set_balance(self, coupon_id: int, amount: Money, limit: int) -> Coupon:
        """Set what a coupon is worth and how often it may be used in all; to repeat it is harmless."""
        return credit_uses.set_balance(self.client, coupon_id, amount, limit, seconds=self.money_timeout)

    @property
    def gift_cards(self) -> GiftCards:
        """The gift cards of the shop's extension, where it has that."""
        return GiftCards(self.client, self._remembered()[0].currency, self.money_timeout)

    def read_using_order(self, order_id: int) -> UsingOrder | None:
        """What the coupons of an order took off it and what went back; None for none and one in the bin."""
        return credit_uses.read_using_order(self.client, order_id)

    def add_note(self, order_id: int, text: str, to_customer: bool = False) -> int:
        """Write a note on the order and return its id; ``to_customer`` mails it at once."""
        try:
            return notes.add_note(self.client, order_id, text, to_customer, seconds=self.timeout)
        except Refused as e:
            raise orders.or_not_found(e, order_id) from e

    def find_note(self, order_id: int, text: str) -> int | None:
        """The id of the newest note that contains ``text``, or None."""
        try:
            return notes.find_note(self.client, order_id, text)
        except Refused as e:
            raise orders.or_not_found(e, order_id) from e

    def customer_orders(self, email: str) -> CustomerOrders:
        """What the buyer with exactly this e-mail address bought before."""
        return history.customer_orders(self.client, email, self._remembered()[0].currency)

    def changed_orders(self, since: datetime) -> Iterator[ChangedOrder]:
        """Orders the shop modified since then, oldest change first. Deleted refunds and notes do not show."""
        return history.changed_orders(self.client, since)

    def read_settings(self) -> ShopSettings:
        """How the shop is set up, read now."""
        return replace(setup.read_settings(self.client), timezone=setup.read_timezone(self.client))

    def payment_gateways(self) -> tuple[PaymentGateway, ...]:
        """The shop's ways to pay, read now."""
        return setup.payment_gateways(self.client)

    def webhooks(self) -> tuple[Webhook, ...]:
        """The shop's webhooks, read now."""
        return setup.webhooks(self.client)

    def ensure_webhook(self, url: str, secret: str) -> tuple[Webhook, ...]:
        """Have the shop report changed orders to ``url``, signed with ``secret``; mends silent webhooks."""
        return setup.ensure_webhooks(self.client, url, secret, seconds=self.timeout)

    def _book(
        self, order_id: int, body: dict[str, Any], amount: Money, proves: Callable[[int, str], bool]
    ) -> ShopRefund:
        into = partial(refunds.booked, body, order_id, amount)
        path = f"orders/{order_id}/refunds"
        return self.client.write("POST", path, body, into, seconds=self.money_timeout, proves=proves)

    def _pricing(self, order_id: int | None) -> Pricing:
        currency = self._remembered()[0].currency
        return Pricing(currency) if order_id is None else orders.pricing_for(self.client, order_id, currency)

    def _facts(self) -> ShopFacts:
        settings, refunding = self._remembered()
        return ShopFacts(self.address, settings.decimals, settings.new_order_tables, refunding, self.now())

    def _remembered(self) -> tuple[ShopSettings, frozenset[str]]:
        """Settings and refunding gateways, asked every FACTS_SECONDS. Two threads may both ask: no harm."""
        known = self._known
        if known is None or time.monotonic() > known[0]:
            able = frozenset(each.gateway_id for each in self.payment_gateways() if each.can_refund)
            known = (time.monotonic() + FACTS_SECONDS, setup.read_settings(self.client), able)
            self._known = known
        return known[1], known[2]

"""Payment gateways: the seam behind which money moves. Knows the ledger, not the REST interface."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.sandbox.shop.ledger import Ledger
from bot.sandbox.shop.money import minor, read
from bot.sandbox.shop.records import Order


class GatewayDeclined(Exception):
    """The gateway says no (an error it returned or an exception it threw); the message reaches the client."""


class GatewaySaidFalse(Exception):
    """The gateway returned false and no words."""


class Gateway(Protocol):
    """What the shop asks of a way to pay. ``refund`` returns when the money has moved.

    ``amount`` is the raw text of the request, possibly empty or finer than the currency; ``reason`` is the
    whole reason of the refund record. It may be called from several threads at once, and holds no lock of
    the shop, so it may talk to other services and take its time.
    """

    id: str
    title: str
    supports_refunds: bool

    def charge(self, order: Order) -> str:
        """Take the order's total; returns the transaction id, empty when there is none."""

    def refund(self, order: Order, amount: str, reason: str) -> None:
        """Pay ``amount`` back. Raises GatewayDeclined or GatewaySaidFalse."""


@dataclass
class CardGateway:
    """A card or wallet processor without opinions: it pays what it is told and writes it down."""

    id: str
    title: str
    ledger: Callable[[], Ledger]
    now: Callable[[], datetime]
    supports_refunds: bool = True

    def charge(self, order: Order) -> str:
        """Take the whole total."""
        self._write("payment", order, str(order.total), "")
        return f"txn_{order.id}"

    def refund(self, order: Order, amount: str, reason: str) -> None:
        """Pay back without asking what was paid before: the sandbox must be able to show a double refund."""
        self._write("refund", order, amount, reason)

    def _write(self, kind: str, order: Order, amount: str, reason: str) -> None:
        self.ledger().write(
            kind,
            order_id=order.id,
            amount_minor=minor(read(amount), order.currency),
            currency=order.currency,
            reason=reason,
            transaction_id=order.transaction_id or f"txn_{order.id}",
            at=self.now(),
        )


@dataclass
class OfflineGateway:
    """Bank transfer, cheque, cash on delivery: money moves elsewhere, refunds are not supported."""

    id: str
    title: str
    supports_refunds: bool = False

    def charge(self, order: Order) -> str:
        """Nothing moves here."""
        return ""

    def refund(self, order: Order, amount: str, reason: str) -> None:
        """Never called by the shop."""
        raise GatewayDeclined("The payment gateway for this order does not support automatic refunds.")

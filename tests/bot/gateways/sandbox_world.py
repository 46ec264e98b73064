"""A sandbox shop served over HTTP and the desk's view of it, for the tests that look at both ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.gateways.woocommerce import Shop
from bot.rules.choice import QuoteLine, RestockLine
from bot.rules.order import OrderLine, OrderSnapshot
from bot.sandbox.faults import Faults
from bot.sandbox.shop import Order
from bot.sandbox.shop import Shop as SandboxShop
from store.money import Money, total

EUR = partial(Money, currency="EUR")
ANNE = {
    "first_name": "Anne",
    "last_name": "Durand",
    "country": "FR",
    "city": "Lyon",
    "email": "Anne.Durand@example.com",
}


@dataclass
class World:
    """A sandbox shop with a shirt, a tee in two sizes and an order; the desk's view; faults on the way."""

    there: SandboxShop
    here: Shop
    faults: Faults
    order: Order

    def refund(self, order: OrderSnapshot, *lines: OrderLine, **how: Any) -> Any:
        """Refund whole lines of an order under a reference."""
        quoted = [QuoteLine(line.line_id, line.quantity, line.net, line.taxes) for line in lines]
        asked: dict[str, Any] = {
            "amount": total((line.gross for line in quoted), order.currency),
            "lines": quoted,
            "reference": "RMA-1042-R1",
            "text": "Too small",
            "pay_back": True,
            "restock": (),
            "operation": "RMA-1042/refund/1",
        }
        return self.here.create_refund(order.order_id, **{**asked, **how})

    def stock(self, sku: str) -> int | None:
        """The counter of a product in the sandbox."""
        return next(p.stock for p in self.there.state.products.values() if p.sku == sku)


@contextmanager
def open_world(there: SandboxShop, faults: Faults, url: str) -> Iterator[World]:
    """Fill the served shop anew, and look at it for as long as the block lasts."""
    there.reset()
    faults.clear()
    there.state.race_seconds = 0
    shirt = there.add_product("Linen Shirt Écru", "59.90", sku="SHIRT-LIN", stock=12)
    tee = there.add_product("Cotton Tee", "24.90", sku="TEE")
    small = there.add_variation(tee, {"Size": "S"}, sku="TEE-S", stock=9)
    there.add_variation(tee, {"Size": "M"}, sku="TEE-M", stock=2)
    order = there.place_order([(shirt, 2), (small, 1)], billing=ANNE, shipping="5.00")
    key = there.key()
    here = Shop(url, key.consumer_key, key.consumer_secret, timeout=2, money_timeout=1, pause=0.01)
    yield World(there, here, faults, order)
    here.close()


def restock(line: OrderLine, quantity: int) -> RestockLine:
    """Units of a line to put back."""
    return RestockLine(line.line_id, line.sku, line.name, quantity)

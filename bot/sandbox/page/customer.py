"""What a person on the page does as the customer: ask for an exchange, buy something with a store credit."""

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.sandbox.shop import Order, Product

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Json = dict[str, Any]


def ask_exchange(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Ask, at the desk's intake, for another article in place of one unit. Raises LookupError if refused."""
    order, product = _order(sandbox, wanted), _product(sandbox, wanted)
    if sandbox.ask is None:
        raise LookupError("There is no desk to ask.")
    number = sandbox.ask(
        {
            "request_id": f"page-{secrets.token_hex(8)}",
            "order": str(order.id),
            "email": order.billing.get("email", ""),
            "wish": "exchange",
            "items": [
                {
                    "line": int(wanted["line"]),
                    "quantity": 1,
                    "reason": "too_small",
                    "replacement": {
                        "product": product.parent_id or product.id,
                        "variation": product.id if product.parent_id else 0,
                    },
                }
            ],
        }
    )
    return {"number": number}


def buy_with_credit(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Buy one unit as the customer of an order, with a coupon's code; PayPal takes what it does not cover."""
    earlier, product = _order(sandbox, wanted), _product(sandbox, wanted)
    code = str(wanted.get("code", "")).strip()
    if not code:
        raise LookupError("Type the code of the credit.")
    order = sandbox.shop.place_order(
        [(product, 1)], billing=earlier.billing, coupon=code, payment_method="paypal"
    )
    return {"order": order.id, "total": str(Decimal(order.total))}


def _order(sandbox: "Sandbox", wanted: Json) -> Order:
    return sandbox.shop.state.orders[int(wanted["order"])]


def _product(sandbox: "Sandbox", wanted: Json) -> Product:
    return sandbox.shop.state.products[int(wanted["product"])]

"""What a person on the page does as the customer: ask for an exchange, spend a credit, pay or not."""

import secrets
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

from bot.sandbox.shop import Order, Product, discounts
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.records import Line
from bot.sandbox.shop.stock import keeper

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Json = dict[str, Any]
# Why a customer sends something back, as the intake names it.
REASONS = (
    "too_small",
    "too_large",
    "changed_mind",
    "damaged",
    "defective",
    "wrong_item",
    "not_as_described",
    "short_shipped",
    "late",
    "other",
)


class WrongField(LookupError):
    """What was typed cannot be taken. ``field`` says where; the text is one of the page's own words."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def ask_exchange(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Ask, at the desk's intake, for another article for some units. Raises LookupError if refused."""
    order = _order(sandbox, wanted)
    line = _line(order, wanted)
    item = {
        "line": line.id,
        "quantity": _quantity(wanted, line),
        "reason": _reason(wanted),
        "replacement": _article(_product(sandbox, wanted)),
    }
    if sandbox.ask is None:
        raise LookupError("no_desk_to_ask")
    request = {"request_id": f"page-{secrets.token_hex(8)}", "order": str(order.id), "wish": "exchange"}
    return {"number": sandbox.ask({**request, "email": order.billing.get("email", ""), "items": [item]})}


def buy_with_credit(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """Buy one unit as the customer of an order, with a coupon's code; PayPal takes what it does not cover."""
    earlier, product = _order(sandbox, wanted), _product(sandbox, wanted)
    _check_shelf(sandbox, product)
    code = str(wanted.get("code", "")).strip()
    if not code:
        raise WrongField("code", "wrong_code")
    who: Json = {"billing": earlier.billing, "currency": earlier.currency}
    _check_code(sandbox, earlier, code)
    order = sandbox.shop.place_order([(product, 1)], coupon=code, payment_method="paypal", **who)
    return {"order": order.id, "total": str(Decimal(order.total))}


def expire_checkout(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """The time of an open payment page is over, now. Raises StripeError when it is not open any more."""
    sandbox.stripe.expire(str(wanted["session"]))
    return {}


def settle_checkout(sandbox: "Sandbox", _user: str, wanted: Json) -> Json:
    """The bank sends the money of a delayed payment, or does not. Raises ValueError when none is awaited."""
    sandbox.stripe.settle_delayed(str(wanted["session"]), succeeded=bool(wanted["succeeded"]))
    return {}


def _order(sandbox: "Sandbox", wanted: Json) -> Order:
    return sandbox.shop.state.orders[int(wanted["order"])]


def _line(order: Order, wanted: Json) -> Line:
    found = [line for line in order.lines if str(line.id) == str(wanted.get("line", ""))]
    if not found or found[0].kind != "line_item":
        raise WrongField("line", "wrong_line")
    return found[0]


def _quantity(wanted: Json, line: Line) -> int:
    text = str(wanted.get("quantity", "")).strip()
    if not (text.isdecimal() and 1 <= int(text) <= line.quantity):
        raise WrongField("quantity", "wrong_quantity")
    return int(text)


def _reason(wanted: Json) -> str:
    reason = str(wanted.get("reason", ""))
    if reason not in REASONS:
        raise WrongField("reason", "wrong_reason")
    return reason


def _product(sandbox: "Sandbox", wanted: Json) -> Product:
    text = str(wanted.get("product", ""))
    found = sandbox.shop.state.products.get(int(text)) if text.isdecimal() else None
    if found is None or found.kind == "variable":
        raise WrongField("product", "wrong_product")
    return found


def _check_shelf(sandbox: "Sandbox", product: Product) -> None:
    shelf = keeper(sandbox.shop.state, product)
    if shelf is not None and (shelf.stock or 0) <= 0 and shelf.backorders == "no":
        raise WrongField("product", "wrong_sold_out")


def _check_code(sandbox: "Sandbox", earlier: Order, code: str) -> None:
    """A cart refuses a code before there is an order."""
    with sandbox.shop.state.lock:
        try:
            discounts.check(sandbox.shop.state, code, earlier.billing.get("email", ""))
        except ShopError as refusal:
            raise WrongField("code", unescape(str(refusal))) from refusal


def _article(product: Product) -> Json:
    return {
        "product": product.parent_id or product.id,
        "variation": product.id if product.parent_id else 0,
    }

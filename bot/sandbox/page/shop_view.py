"""The shop as the page shows it: shelf, orders, money, mails, coupons. Amounts are text or minor units."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.sandbox.page.customer import REASONS
from bot.sandbox.shop import Entry, Order, Product
from bot.sandbox.shop.life import refunded
from bot.sandbox.shop.order_build import full_name
from bot.sandbox.shop.state import State
from bot.sandbox.shop.stock import keeper
from bot.sandbox.stripe import LedgerEntry, decimals

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Json = dict[str, Any]
MAILS, CHECKOUTS = 60, 30


def shop_json(sandbox: "Sandbox") -> Json:
    """Everything on the right side of the page."""
    state = sandbox.shop.state
    with state.lock:
        return {
            "name": state.name,
            "zone": state.zone.key,
            "products": [_product(state, one) for one in _shelf(state)],
            "orders": [_order(state, one) for one in sorted(state.orders.values(), key=_newest)],
            "mails": _mails(state),
            "coupons": [_coupon(one) for one in state.coupons.values()],
            "cash": cash_json(sandbox),
            "currency": state.currency,
            "reasons": REASONS,
        }


def _newest(order: Order) -> tuple[float, int]:
    return -order.created.timestamp(), -order.id


def _shelf(state: State) -> list[Product]:
    """Products in the order of the shelf, variations below their parent."""
    tops = [one for one in state.products.values() if not one.parent_id and one.status != "trash"]
    return [row for top in tops for row in (top, *_variations(state, top))]


def _variations(state: State, parent: Product) -> list[Product]:
    return [one for one in state.products.values() if one.parent_id == parent.id]


def _product(state: State, product: Product) -> Json:
    counter = keeper(state, product)
    shared = counter is not None and counter is not product
    return {
        "id": product.id,
        "parent": product.parent_id,
        "name": ", ".join(product.attributes.values()) if product.parent_id else product.name,
        "full_name": full_name(state, product),
        "sku": product.sku,
        "price": str(product.price),
        "stock": counter.stock if counter and not shared else None,
        "left": counter.stock if counter else None,
        "shared": shared,
        "variable": product.kind == "variable",
        "backorders": product.backorders != "no",
    }


def _order(state: State, order: Order) -> Json:
    refunds = state.refunds_of(order.id)
    return {
        "id": order.id,
        "status": order.status,
        "name": f"{order.billing.get('first_name', '')} {order.billing.get('last_name', '')}".strip(),
        "email": order.billing.get("email", ""),
        "guest": not order.customer_id,
        "currency": order.currency,
        "total": _amount(order.total, order),
        "refunded": _amount(refunded(state, order), order),
        "method": order.payment_method,
        "method_title": order.payment_method_title,
        "created": order.created.timestamp(),
        "lines": [
            {
                "id": line.id,
                "goods": line.kind == "line_item",
                "name": line.name,
                "quantity": line.quantity,
                "total": _amount(line.total + line.total_tax, order),
            }
            for line in order.lines
        ],
        "refunds": [
            {
                "amount": _amount(one.amount or Decimal(0), order),
                "reason": one.reason,
                "paid_back": one.refunded_payment,
                "at": one.created.timestamp(),
            }
            for one in refunds
        ],
        "notes": [
            {"text": one.text, "customer": one.customer_note, "at": one.created.timestamp()}
            for one in state.notes.values()
            if one.order_id == order.id
        ],
    }


def _amount(amount: Decimal, order: Order) -> str:
    return f"{amount:.{decimals(order.currency.lower())}f}"


def _mails(state: State) -> list[Json]:
    newest = sorted(state.outbox, key=lambda mail: mail.at, reverse=True)
    return [_mail(one) for one in newest[:MAILS]]


def _mail(mail: Any) -> Json:
    at = mail.at.timestamp()
    return {"to": mail.to, "kind": mail.kind, "text": mail.text, "order": mail.order_id, "at": at}


def _coupon(coupon: Any) -> Json:
    return {"code": coupon.code, "amount": str(coupon.amount), "type": coupon.discount_type}


def checkouts_json(sandbox: "Sandbox") -> list[Json]:
    """The pages customers were asked to pay on, newest first, and how far each is."""
    return [_checkout(one) for one in sandbox.stripe.checkouts()[:CHECKOUTS]]


def _checkout(session: Json) -> Json:
    currency = session["currency"]
    return {
        "id": session["id"],
        "state": session["state"],
        "url": session["url"] or "",
        "email": session["customer_email"] or "",
        "about": session["line_items"][0]["description"],
        "minor": session["amount_total"],
        "currency": currency.upper(),
        "decimals": decimals(currency),
        "at": session["created"],
    }


def cash_json(sandbox: "Sandbox") -> list[Json]:
    """Every movement of money at every gateway, oldest first, with the running total of its gateway."""
    methods = {order.id: order.payment_method for order in sandbox.shop.state.orders.values()}
    orders = {
        entry.payment_intent: entry.metadata.get("order_id", "") for entry in sandbox.stripe.ledger[::-1]
    }
    moved = [_stripe_entry(one, orders[one.payment_intent]) for one in sandbox.stripe.ledger]
    moved += [_shop_entry(one, methods.get(one.order_id, "shop")) for one in sandbox.shop.ledger.entries]
    totals: dict[tuple[str, str], int] = {}
    rows = []
    for row in sorted(moved, key=lambda row: row["at"]):
        account = (row["gateway"], row["currency"])
        totals[account] = totals.get(account, 0) + row["minor"]
        rows.append({**row, "total": totals[account], "decimals": decimals(row["currency"].lower())})
    return rows


def _stripe_entry(entry: LedgerEntry, order: str) -> Json:
    return {
        "gateway": "stripe",
        "kind": entry.kind.value,
        "minor": entry.signed,
        "currency": entry.currency.upper(),
        "order": order,
        "note": str(entry.metadata.get("reason", "")),
        "reference": entry.payment_intent,
        "at": entry.at.timestamp(),
    }


def _shop_entry(entry: Entry, gateway: str) -> Json:
    sign = 1 if entry.kind == "payment" else -1
    return {
        "gateway": gateway,
        "kind": entry.kind,
        "minor": sign * entry.amount_minor,
        "currency": entry.currency,
        "order": str(entry.order_id),
        "note": entry.reason,
        "reference": entry.transaction_id,
        "at": entry.at.timestamp(),
    }

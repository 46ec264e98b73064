"""The shop's JSON of orders and refunds, as the rules' values. It asks nothing and decides nothing."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.gateways.answers import plain
from bot.gateways.lines import GIFT_CARD_KEYS, KINDS, read_lines, read_taxes
from bot.gateways.schema import (
    Row,
    as_row,
    flag,
    meta,
    moment,
    moment_or_none,
    money,
    needed,
    number,
    rows,
    text,
    whole,
    whole_or,
)
from bot.rules.order import Buyer, OrderSnapshot, RefundedLine, ShopRefund, TaxShare
from store.money import exponent

# WooCommerce has no field for the moment of delivery; these are the names shipping plugins and shops give it.
DELIVERED_KEYS = ("_delivered_at", "delivered_at", "_date_delivered", "date_delivered", "_delivered_date")

# Order and line meta that mean "more is going on here than goods for money".
SUBSCRIPTION_KEYS = ("_subscription_", "_wcs_", "_wps_sfw_", "_ywsbs_")
DEPOSIT_KEYS = ("_wc_deposits_", "_awcdp_", "_deposit_", "is_deposit", "_is_deposit")

# Our own marks: the exchange an order belongs to, and on the one made for it, which order it replaces.
EXCHANGE_KEY, ORIGINAL_KEY = "_returns_desk_exchange", "_returns_desk_exchange_of"

# Our own mark on a row that only puts goods back on the shelf: the reference ends in -S and a number.
RESTOCK_MARK = re.compile(r"\S+-S[0-9]+(?:\s|$)")


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What an order's JSON does not say about itself."""

    address: str
    decimals: int
    new_order_tables: bool
    refunding_gateways: frozenset[str]
    read_at: datetime


def read_snapshot(row: Row, refunds: tuple[ShopRefund, ...], facts: ShopFacts) -> OrderSnapshot:
    """An order read at ``dp=6`` and its refunds as one value. Raises Unreadable."""
    currency = needed(row, "currency")
    paid = money(number(row, "total"), currency)
    entries, method = meta(row), text(row, "payment_method")
    return OrderSnapshot(
        order_id=whole(row, "id"),
        number=text(row, "number") or str(whole(row, "id")),
        status=needed(row, "status"),
        currency=currency,
        total=paid,
        buyer=_buyer(row),
        payment_method=method,
        payment_title=plain(text(row, "payment_method_title")),
        transaction_id=text(row, "transaction_id"),
        created_at=moment(row, "date_created_gmt"),
        modified_at=moment(row, "date_modified_gmt"),
        paid_at=moment_or_none(row, "date_paid_gmt"),
        completed_at=moment_or_none(row, "date_completed_gmt"),
        delivered_at=_delivered_at(row, entries),
        read_at=facts.read_at,
        lines=read_lines(row, paid),
        refunds=refunds,
        gateway_can_refund=method in facts.refunding_gateways,
        payment_intent=_payment_intent(entries),
        needs_human=_needs_human(row, entries),
        decimals_confirmed=facts.decimals == exponent(currency),
        store_url=_admin_page(whole(row, "id"), facts),
        replaces=str(entries.get(EXCHANGE_KEY) or "").split(", ")[0] if entries.get(ORIGINAL_KEY) else "",
    )


def read_refund(row: Row, currency: str) -> ShopRefund:
    """One refund of an order. Amounts come out positive although the shop writes its lines negative.

    ``finished`` follows ``_refund_type``, which WooCommerce writes when the request has run to its end
    (recordings refunds_list_while_gateway_is_working, refunds_list_after_gateway_fatal).
    """
    amount, reason = money(number(row, "amount"), currency), text(row, "reason")
    only_restock = not amount and RESTOCK_MARK.match(reason) is not None
    lines = (_refunded_line(line, currency, only_restock) for key in KINDS for line in rows(row, key))
    return ShopRefund(
        refund_id=whole(row, "id"),
        amount=amount,
        reason=reason,
        paid_back=flag(row, "refunded_payment"),
        finished="_refund_type" in meta(row),
        created_at=moment(row, "date_created_gmt"),
        lines=tuple(line for line in lines if line is not None),
    )


def _refunded_line(row: Row, currency: str, only_restock: bool) -> RefundedLine | None:
    """The refund line's order line, or None when the shop does not say which one it was."""
    refunded = meta(row).get("_refunded_item_id")
    if not isinstance(refunded, int | str) or not str(refunded).isdecimal():
        return None
    taxes = tuple(TaxShare(rate.rate_id, money(-rate.amount, currency)) for rate in read_taxes(row))
    quantity = 0 if only_restock else -int(number(row, "quantity")) if "quantity" in row else 0
    gross = -(number(row, "total") + number(row, "total_tax"))
    return RefundedLine(int(refunded), quantity, money(gross, currency), taxes)


def _buyer(row: Row) -> Buyer:
    billing, shipping = as_row(row.get("billing"), "billing"), as_row(row.get("shipping"), "shipping")
    name = f"{text(billing, 'first_name')} {text(billing, 'last_name')}".strip()
    return Buyer(
        name=html.unescape(name or text(billing, "company")),
        email=text(billing, "email").strip(),
        phone=text(billing, "phone"),
        country=text(billing, "country") or text(shipping, "country"),
        customer_id=whole_or(row, "customer_id", 0),
    )


def _delivered_at(row: Row, entries: dict[str, Any]) -> datetime | None:
    """Delivery as some plugin noted it: a Unix time or a date; without zone it is the shop's time."""
    for key in DELIVERED_KEYS:
        value = str(entries.get(key) or "")
        if re.fullmatch(r"[0-9]{9,10}", value):
            return datetime.fromtimestamp(int(value), UTC)
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            continue
        return found.astimezone(UTC) if found.tzinfo else (found - _offset(row)).replace(tzinfo=UTC)
    return None


def _offset(row: Row) -> Any:
    """How far the shop's clock is ahead of UTC, from the one moment the order tells in both."""
    local, utc = moment_or_none(row, "date_created"), moment(row, "date_created_gmt")
    return (local or utc) - utc


def _payment_intent(entries: dict[str, Any]) -> str:
    value = entries.get("_stripe_intent_id")
    return value if isinstance(value, str) and value.startswith("pi_") else ""


def _needs_human(row: Row, entries: dict[str, Any]) -> tuple[str, ...]:
    """Why no amount should be proposed: the words ``bot.rules.alerts`` knows."""
    lines = rows(row, "line_items")
    keys = [*entries, *(key for line in lines for key in meta(line))]
    found = {
        "subscription": any(key.startswith(SUBSCRIPTION_KEYS) for key in keys),
        "deposit": any(key.startswith(DEPOSIT_KEYS) for key in keys),
        # WooCommerce's own extension keeps no meta: its cards are a field of the order.
        "gift_card": bool(row.get("gift_cards")) or any(key.startswith(GIFT_CARD_KEYS) for key in entries),
        "fractional_quantity": any(number(line, "quantity") % 1 for line in lines),
    }
    return tuple(word for word, there in found.items() if there)


def _admin_page(order_id: int, facts: ShopFacts) -> str:
    page = (
        "admin.php?page=wc-orders&action=edit&id=" if facts.new_order_tables else "post.php?action=edit&post="
    )
    return f"{facts.address}/wp-admin/{page}{order_id}"

"""How far the desk has asked the shop for changed orders, and what changed beyond that."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.desk import Desk
from bot.gateways.nouns import ChangedOrder
from store import marks
from store.db import reading

POLL = "shop.poll"
OVERLAP = timedelta(minutes=10)  # the shop's clock and the desk's need not agree to the second


def polled_until(desk: Desk) -> datetime:
    """The moment up to which the shop was asked; now where it never was."""
    with reading(desk.engine) as session:
        mark = marks.read(session, POLL)
    now = desk.now()
    return min(datetime.fromisoformat(mark), now) if mark else now  # a clock may have been ahead


def changed_since_poll(desk: Desk) -> Iterator[ChangedOrder]:
    """Orders that changed since, with some overlap, oldest change first."""
    return desk.shop.changed_orders(polled_until(desk) - OVERLAP)


def erased_mark(order_id: int) -> str:
    """The mark that says when the customer of an order was erased: what the shop tells anew is not kept."""
    return f"erased/{order_id}"

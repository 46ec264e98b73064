"""The replacement order of an exchange: made once and reserved, sent when all is settled, or called off.

The shop checks nothing of what it is asked to make, so everything is looked at before and read again after.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot import documents
from bot.errors import Blocked, GatewayError, NotFound, OutcomeUnknown
from bot.gateways.nouns import ReplacementLine, ReplacementOrder
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from store.money import total

RESERVED, TO_SEND, SENT, OFF = "on-hold", "processing", "completed", ("cancelled", "trash")


@dataclass(frozen=True)
class Replacing:
    """The order to make. ``operation`` is random: no other database can ever come upon the same one."""

    original_id: int
    reference: str
    revision: int
    operation: str
    lines: tuple[ReplacementLine, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Replacements:
    """Makes replacement orders and looks for them by their mark."""

    shop: Shop

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Look for the order first, then whether everything is still there to be sent.

        Raises OutcomeUnknown when the order exists already, Blocked naming what is gone, Unreachable.
        """
        wanted = documents.read(Replacing, task.payload)
        if self.shop.find_replacement(wanted.original_id, wanted.operation) is not None:
            raise OutcomeUnknown("the shop shows this order already")
        if task.attempt:
            return task.baseline
        return {"counted": self._check_stock(wanted)}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Make the order: one request. Raises Refused, Unreachable or OutcomeUnknown."""
        wanted = documents.read(Replacing, task.payload)
        task.guard()
        made = self.shop.create_replacement(
            wanted.original_id, wanted.lines, operation=wanted.operation, reference=wanted.reference
        )
        return _evidence(made, task)

    def probe(self, task: Task) -> Verdict:
        """Whether the order is there, whole."""
        wanted = documents.read(Replacing, task.payload)
        found = self.shop.find_replacement(wanted.original_id, wanted.operation)
        if found is None:
            return Verdict(Look.ABSENT)
        collected = total((line.collected for line in wanted.lines), found.total.currency)
        whole = dict(found.units) == _units(wanted) and found.total == collected
        if not whole or found.status not in (RESERVED, TO_SEND, SENT):
            return Verdict(Look.PERSON, detail=N_("The shop made the replacement order in part only."))
        return Verdict(Look.DONE, _evidence(found, task))

    def _check_stock(self, wanted: Replacing) -> list[list[int]]:
        """Raises Blocked naming what is gone; the articles of which the shop counts the stock."""
        products = self.shop.read_products((one.product_id, one.variation_id) for one in wanted.lines)
        for line, name in zip(wanted.lines, wanted.names, strict=True):
            product = products.get((line.product_id, line.variation_id))
            if product is None or not product.in_stock:
                raise Blocked("“{name}” is out of stock.", name=name)
            if product.stock is not None and product.stock < line.quantity and not product.backorders:
                raise Blocked("Of “{name}” {count} are left.", name=name, count=product.stock)
        return [list(article) for article, product in products.items() if product.stock is not None]


@dataclass(frozen=True)
class Standing:
    """A replacement order that is to be sent or called off."""

    order_id: int


@dataclass(frozen=True)
class Release:
    """Lets the shop send a replacement order that was reserved."""

    shop: Shop

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Raises Blocked when somebody called the order off, OutcomeUnknown when it is on its way already."""
        order = self.shop.read_replacement(documents.read(Standing, task.payload).order_id)
        if order.status in (TO_SEND, SENT):
            raise OutcomeUnknown("the order is on its way already")
        if order.status != RESERVED:
            raise Blocked(
                "Order {number} is “{status}” in the shop, so it cannot be sent.",
                number=order.number,
                status=order.status,
            )
        return {"status": order.status}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Change the order's status; a repeat changes nothing."""
        task.guard()
        order = self.shop.set_order_status(documents.read(Standing, task.payload).order_id, TO_SEND)
        return {"status": order.status}

    def probe(self, task: Task) -> Verdict:
        """Whether the order is to be sent."""
        order = self.shop.read_replacement(documents.read(Standing, task.payload).order_id)
        on_its_way = order.status in (TO_SEND, SENT)
        return Verdict(Look.DONE, {"status": order.status}) if on_its_way else Verdict(Look.ABSENT)


@dataclass(frozen=True)
class CallOff:
    """Cancels a replacement order that was reserved; the shop puts its units back by itself."""

    shop: Shop

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Raises Blocked when the order was sent, OutcomeUnknown when it is off already."""
        status = self._status(task)
        if status in OFF:
            raise OutcomeUnknown("the order is off already")
        if status == SENT:
            raise Blocked("The replacement has been sent already, so it cannot be called off.")
        return {"status": status}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Change the order's status; a repeat changes nothing. Then look what the shop did with its units."""
        task.guard()
        self.shop.set_order_status(documents.read(Standing, task.payload).order_id, OFF[0])
        with suppress(GatewayError):
            return self._look(task)
        return {"status": OFF[0]}

    def probe(self, task: Task) -> Verdict:
        """Whether the order is off."""
        seen = self._look(task)
        return Verdict(Look.DONE, seen) if seen["status"] in OFF else Verdict(Look.ABSENT)

    def _status(self, task: Task) -> str:
        return str(self._look(task)["status"])

    def _look(self, task: Task) -> Mapping[str, Any]:
        """The order's status, and how many of its units are still out of stock.

        An order that somebody deleted is off, too. A shop whose PHP dies between the two saves the status and
        puts nothing back.
        """
        try:
            order = self.shop.read_replacement(documents.read(Standing, task.payload).order_id)
        except NotFound:
            return {"status": OFF[-1]}
        return {"status": order.status, "number": order.number, "still_out": sum(order.reserved.values())}


def _units(wanted: Replacing) -> dict[tuple[int, int], int]:
    units: dict[tuple[int, int], int] = {}
    for line in wanted.lines:
        article = (line.product_id, line.variation_id)
        units[article] = units.get(article, 0) + line.quantity
    return units


def _evidence(order: ReplacementOrder, task: Task) -> Mapping[str, Any]:
    """Which order it is, and whether its units are out of the stock of what the shop counts.

    A shop whose PHP dies between the two saves the order and takes nothing out of stock.
    """
    articles = [tuple(article) for article in task.baseline.get("counted", ())]
    held = all(order.reserved.get(one, 0) >= order.units.get(one, 0) for one in articles)
    return {"order_id": order.order_id, "number": order.number, "held": held}

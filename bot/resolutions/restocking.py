"""Units back on the shelf: with a refund, or without money by a row of 0.00 in the shop (rule K5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import documents
from bot.errors import DeskError, GatewayError, OutcomeUnknown
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from bot.rules.case import StockMove
from bot.rules.choice import RestockLine
from bot.rules.order import ShopRefund


def reference_of(reason: str) -> str:
    """The reference that opens a refund row's reason, or whatever stands in its place."""
    return reason.split(" ", maxsplit=1)[0]


@dataclass(frozen=True)
class Restocking:
    """The units to put back. ``reference`` is the resolution's with -S and a number behind it."""

    order_id: int
    currency: str
    reference: str
    words: str
    lines: tuple[RestockLine, ...]


@dataclass(frozen=True)
class Shelf:
    """Where units are put back, and looked for."""

    shop: Shop

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Read the counters. Raises OutcomeUnknown when the row is there already."""
        restocking = documents.read(Restocking, task.payload)
        if self._find(restocking):
            raise OutcomeUnknown("the shop shows this reference already")
        return {"stock": counters(self.shop, restocking.order_id, restocking.lines)}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Make the row: one request, never repeated here."""
        restocking = documents.read(Restocking, task.payload)
        task.guard()
        self.shop.create_restock(
            restocking.order_id,
            restock=restocking.lines,
            currency=restocking.currency,
            reference=restocking.reference,
            text=restocking.words,
            operation=task.key,
        )
        return self._evidence(task, restocking, finished=True)

    def probe(self, task: Task) -> Verdict:
        """Whether the row is there; the shop alone knows, so its word is enough."""
        restocking = documents.read(Restocking, task.payload)
        found = self._find(restocking)
        if not found:
            return Verdict(Look.ABSENT)
        if len(found) > 1:
            return Verdict(Look.PERSON, detail=N_("The shop put these units back more than once."))
        return Verdict(Look.DONE, self._evidence(task, restocking, finished=found[0].finished))

    def _find(self, restocking: Restocking) -> list[ShopRefund]:
        rows = self.shop.list_refunds(restocking.order_id)
        return [row for row in rows if reference_of(row.reason) == restocking.reference]

    def _evidence(self, task: Task, restocking: Restocking, *, finished: bool) -> Mapping[str, Any]:
        moved = moves(self.shop, task, restocking.order_id, restocking.lines)
        return {"finished": finished, "restocked": moved}


def counters(shop: Shop, order_id: int, lines: Sequence[RestockLine]) -> dict[str, int | None]:
    """The shop's counter of each line's product, by line; None where it counts nothing."""
    if not lines:
        return {}
    wanted = {line.line_id for line in lines}
    products = [line for line in shop.read_order(order_id).products if line.line_id in wanted]
    return {str(line_id): counter.quantity for line_id, counter in shop.read_stock(products).items()}


def moves(shop: Shop, task: Task, order_id: int, lines: Sequence[RestockLine]) -> list[Any]:
    """The counters before and after. What was done is done: a shop that does not answer leaves them open."""
    before: Mapping[str, int | None] = task.baseline.get("stock", {})
    try:
        after = counters(shop, order_id, lines)
    except (GatewayError, DeskError):
        after = {}
    return [
        documents.write(
            StockMove(line.sku or line.name, before.get(str(line.line_id)), after.get(str(line.line_id)))
        )
        for line in lines
    ]

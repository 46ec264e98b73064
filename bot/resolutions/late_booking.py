"""A row in the shop for money the bank has paid back already: booked without the gateway, and only once.

The shop's Stripe plugin may book such a refund by itself when Stripe tells it. It is given time to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import documents
from bot.clock import Clock
from bot.errors import OutcomeUnknown, Unreachable
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from bot.resolutions.booking import Booking, make_row
from bot.resolutions.restocking import counters, moves, reference_of
from bot.rules.order import ShopRefund


@dataclass(frozen=True)
class LateBooking:
    """The row to make, and until when somebody else may make it."""

    booking: Booking
    wait_until: datetime


@dataclass(frozen=True)
class LateBooks:
    """Where such rows are made and looked for."""

    shop: Shop
    now: Clock

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Look for the row. Raises OutcomeUnknown when it is there, Unreachable while it may still come."""
        late = documents.read(LateBooking, task.payload)
        if _found(self.shop.list_refunds(late.booking.order_id), late.booking):
            raise OutcomeUnknown("the shop shows it already")
        if not task.attempt and self.now() < late.wait_until:
            raise Unreachable("the shop may still book it by itself")
        return {"stock": counters(self.shop, late.booking.order_id, late.booking.restock)}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Make the row: one request, never repeated here, and no money moves."""
        booking = documents.read(LateBooking, task.payload).booking
        task.guard()
        refund = make_row(self.shop, booking, task)
        return self._evidence(task, booking, refund)

    def probe(self, task: Task) -> Verdict:
        """The row with our reference, or one of the shop's own for the same money."""
        booking = documents.read(LateBooking, task.payload).booking
        found = _found(self.shop.list_refunds(booking.order_id), booking)
        if len(found) > 1:
            return Verdict(Look.PERSON, detail=N_("The shop shows this refund more than once."))
        if not found:
            return Verdict(Look.ABSENT)
        return Verdict(Look.DONE, self._evidence(task, booking, found[0]))

    def _evidence(self, task: Task, booking: Booking, refund: ShopRefund) -> Mapping[str, Any]:
        ours = reference_of(refund.reason) == booking.reference
        restocked = moves(self.shop, task, booking.order_id, booking.restock) if ours else []
        return {
            "refund_id": refund.refund_id,
            "booked": True,
            "by_shop": not ours,
            "finished": refund.finished,
            "restocked": restocked,
        }


def _found(refunds: Sequence[ShopRefund], booking: Booking) -> list[ShopRefund]:
    """Rows that book this money: ours, or a new one of the same amount that says nothing of a return."""
    mine = [row for row in refunds if reference_of(row.reason) == booking.reference]
    new = [row for row in refunds if row.refund_id not in booking.known and row.amount == booking.amount]
    prefix = booking.reference.split("-")[0]
    return mine or [row for row in new if not reference_of(row.reason).startswith(f"{prefix}-")][:1]

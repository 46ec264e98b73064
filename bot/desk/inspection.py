"""What arrived, unit by unit and go by go (rules S3 to S5), and what is on its way."""

from collections import Counter
from dataclasses import dataclass

from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.changes import Change, changing
from bot.desk.exchange_arrival import goods_arrived
from bot.errors import InvalidInput
from bot.rules.receipt import extra_units
from store import returns
from store.models import Receipt
from store.terms import Condition, Event, ReturnStatus


@dataclass(frozen=True)
class Arrival:
    """Units of one line that came in now, in one condition."""

    line_id: int
    quantity: int
    condition: Condition = Condition.GOOD


def receive(
    desk: Desk, return_id: int, by: Operator, arrivals: tuple[Arrival, ...], seen: int | None = None
) -> None:
    """Add what arrived now to what arrived before. More than announced is kept as an extra item and said.

    Raises InvalidInput when nothing was named or a line does not belong to the return, StaleCase when the
    return is no longer at the version ``seen``: two people may be counting the same parcel.
    """
    named = tuple(arrival for arrival in arrivals if arrival.quantity > 0)
    if not named:
        raise InvalidInput("Say what has arrived: at least one unit.", field="units")
    with changing(desk, return_id, by, seen) as change:
        _check_lines(change, named)
        change.advance(Event.RECEIVE)
        change.rma.received_at = change.rma.received_at or change.now
        for arrival in named:
            change.session.add(_receipt(change, by, arrival))
        change.session.flush()
        count = sum(arrival.quantity for arrival in named)
        change.note("received", units=count, extra=_extra(change))
        change.tell_team(f"received-{change.rma.version}", "received", units=count, by=by.user_id)
        goods_arrived(change)


def ship(desk: Desk, return_id: int, by: Operator, tracking_number: str) -> None:
    """Note that the customer has sent the parcel."""
    with changing(desk, return_id, by) as change:
        if change.rma.status is not ReturnStatus.IN_TRANSIT:
            change.advance(Event.SHIP)
        change.rma.tracking_number = tracking_number.strip()[:100]
        change.note("shipped", tracking=change.rma.tracking_number)


def _check_lines(change: Change, named: tuple[Arrival, ...]) -> None:
    announced = {item.line_id for item in returns.items_of(change.session, change.return_id)}
    if any(arrival.line_id not in announced for arrival in named):
        raise InvalidInput("That line is not part of this return.", field="units")


def _receipt(change: Change, by: Operator, arrival: Arrival) -> Receipt:
    return Receipt(
        return_id=change.return_id,
        line_id=arrival.line_id,
        quantity=arrival.quantity,
        condition=arrival.condition,
        operator_id=by.user_id,
        received_at=change.now,
    )


def _extra(change: Change) -> int:
    arrived: Counter[int] = Counter()
    for receipt in returns.receipts_of(change.session, change.return_id):
        if receipt.condition is not Condition.MISSING:
            arrived[receipt.line_id] += receipt.quantity
    announced = {item.line_id: item.quantity for item in returns.items_of(change.session, change.return_id)}
    return extra_units(announced, arrived)

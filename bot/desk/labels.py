"""What the team notes about the way back: the label's address and cost, and the parcel's number."""

from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.changes import Change, changing
from bot.desk.invitation import tell_with_link
from bot.errors import Blocked
from bot.i18n import Words
from bot.rules.label import host_of, read_label_cost, read_label_link, read_tracking
from store.terms import Event, ReturnStatus

ON_THE_WAY = (ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)


def note_label(
    desk: Desk, return_id: int, by: Operator, seen: int, *, link: str, cost: str, tracking: str
) -> None:
    """Keep what was typed about label and parcel; a link or number left empty is there no more.

    A label that is new is told to the customer of an agreed return. Raises InvalidInput naming the field.
    """
    with changing(desk, return_id, by, seen) as change:
        if change.rma.received_at is not None:
            raise Blocked("The parcel has arrived: its label and number can no longer be changed.")
        label, price = read_label_link(link), read_label_cost(cost, change.rma.currency)
        _keep_label(change, label, price.minor)
        _keep_tracking(change, read_tracking(tracking))


def _keep_label(change: Change, link: str, cost: int) -> None:
    rma, before = change.rma, change.rma.label_link
    if (link, cost) == (before, rma.label_cost_minor):
        return
    rma.label_link, rma.label_cost_minor = link, cost
    change.note("label_noted", amount=cost, host=host_of(link) or "–")
    if link and link != before and rma.status in ON_THE_WAY:
        words = Words(rma.language, change.desk.settings.timezone)
        text = words("The label for your return {number} is ready to be printed.", number=rma.number)
        tell_with_link(change, f"label-{rma.version}", text, at_once=True)


def _keep_tracking(change: Change, number: str) -> None:
    if number == change.rma.tracking_number:
        return
    change.rma.tracking_number = number
    if number and change.rma.status is ReturnStatus.APPROVED:
        change.advance(Event.SHIP)
    change.note("shipped", tracking=number or "–")

"""What a customer may see of a return, and do with it: call it off, and say how it was sent."""

from datetime import timedelta

from bot.desk import Desk
from bot.desk.cases import load_case
from bot.desk.changes import Change, changing
from bot.desk.decisions import close, release
from bot.errors import Blocked, InvalidInput
from bot.rules.lifecycle import may_cancel
from bot.rules.portal import FollowView, follow_view
from store import history, returns
from store.db import reading
from store.models import Return
from store.terms import Event, ReturnStatus

LONGEST_TRACKING = 100  # characters
SENT = "sent_by_customer"
DAY, MOST_A_DAY = timedelta(days=1), 10  # tracking numbers of one return


def load_follow(desk: Desk, return_id: int) -> FollowView:
    """The return as its customer sees it."""
    with reading(desk.engine) as session:
        rma = session.get_one(Return, return_id)
    return follow_view(load_case(desk, return_id), label_link=rma.label_link)


def cancel_by_customer(desk: Desk, return_id: int) -> None:
    """Call the return off, as its customer; only before anything was received (rule S1). Raises Blocked."""
    with changing(desk, return_id, None) as change:
        received = bool(returns.receipts_of(change.session, return_id))
        if not may_cancel(change.rma.status, received=received):
            raise Blocked("This return can no longer be cancelled. Please write to us.")
        release(change)
        change.advance(Event.CANCEL)
        close(change, "")
        change.note("cancelled_by_customer")
        change.tell_team(f"cancelled-by-customer-{change.rma.version}", "cancelled_by_customer")


def note_tracking(desk: Desk, return_id: int, number: str) -> None:
    """Keep the number of the parcel as the customer typed it; the return is then on its way.

    The same number once more tells nothing new. Raises InvalidInput, or Blocked where no parcel is expected
    or where it is another number again and again.
    """
    typed = " ".join(number.replace("\0", "").split())
    if not typed or len(typed) > LONGEST_TRACKING:
        raise InvalidInput("Please type the tracking number of the parcel.", field="tracking")
    with reading(desk.engine) as session:
        if _is_known(session.get_one(Return, return_id), typed):
            return
    with changing(desk, return_id, None) as change:
        if change.rma.status not in (ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT):
            raise Blocked("No parcel is expected for this return at the moment.")
        if _is_known(change.rma, typed):  # by the same form, sent twice at once
            return
        _require_room(change)
        change.rma.tracking_number = typed
        if change.rma.status is ReturnStatus.APPROVED:
            change.advance(Event.SHIP)
        change.note(SENT, number=typed)
        change.tell_team(f"sent-{change.rma.version}", SENT, number=typed)


def _is_known(rma: Return, number: str) -> bool:
    return rma.status is ReturnStatus.IN_TRANSIT and rma.tracking_number == number


def _require_room(change: Change) -> None:
    """Each number is a line in the team's thread: one customer cannot fill it."""
    if history.count(change.session, change.return_id, SENT, change.now - DAY) >= MOST_A_DAY:
        raise Blocked("You have written a lot in a short time. Please wait a little before you go on.")

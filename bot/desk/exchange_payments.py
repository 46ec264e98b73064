"""Something happened to a payment of an exchange: look at it now, and not when it is due anyway."""

from datetime import timedelta

from bot.desk import Desk
from bot.desk.changes import Change
from bot.desk.exchange_facts import facts_of, plan_of
from bot.desk.exchange_steps import asked_of, watch
from store import returns
from store.db import writing


def look_at_payment(desk: Desk, reference: str, request: str) -> bool:
    """Want a look at the request for payment of that number; False where there is no such request.

    Also one that was closed long ago is looked at: money that comes late shall not stay unseen.
    """
    with writing(desk.engine) as session:
        known = returns.resolution_named(session, reference)
        rma = returns.locked_with_order(session, known.return_id) if known else None
        if known is None or rma is None or plan_of(known) is None:
            return False
        session.refresh(known)
        payment = next((one for one in facts_of(known).payments if str(one.number) == request), None)
        if payment is None:
            return False
        change = Change(desk, session, rma, None, desk.now())
        watch(change, known, asked_of(change, known, payment), timedelta())
        return True

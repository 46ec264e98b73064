"""What the customer is told by the desk's own mail, where the shop's notes are not to do it.

A letter is sent at least once: one whose answer was lost is sent again under the same Message-ID, which mail
programs show once. After three times without an answer the team is told, with the text.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot import documents
from bot.desk import Desk
from bot.desk.changes import Change
from bot.desk.letters import LINK
from bot.desk.notes import text_of
from bot.errors import Blocked, OutcomeUnknown, Unreachable
from bot.gateways.mail import Letter
from bot.operations import Outcome, Task
from bot.rules.order import OrderSnapshot
from store import returns
from store.db import reading
from store.models import Operation, Return, ShopOrder
from store.terms import OperationState

SENDS = 3  # of one letter, while no answer comes
APART = 120.0  # seconds, and twice as long after each
PATIENCE = timedelta(days=1)  # with a server that takes nothing


def perform_mail(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``mail``: one letter to the order's own address, in the customer's language."""
    if desk.mailer is None:
        raise Blocked("The customer was not written to: MAIL_SERVER is not set any more.")
    if task.attempt > SENDS:
        raise Blocked("The mail server did not say whether it took the letter; it may have arrived.")
    letter = _letter(desk, task)
    try:
        desk.mailer.send(letter, task.guard)
    except OutcomeUnknown as e:
        raise OutcomeUnknown(e.detail, retry_after=APART * 2 ** (task.attempt - 1)) from e
    except Unreachable as e:
        if desk.now() - datetime.fromisoformat(task.payload["planned"]) > PATIENCE:
            raise Blocked("The mail server has taken nothing for a day.") from e
        raise
    return {"message_id": letter.message_id}


def settle_mail(desk: Desk, session: Session, operation: Operation, outcome: Outcome) -> None:
    """A customer who was not told is the team's to tell."""
    if outcome.state is not OperationState.REFUSED or operation.return_id is None:
        return
    rma = returns.locked(session, operation.return_id)
    assert rma is not None
    change = Change(desk, session, rma, None, desk.now())
    change.note("not_mailed", why=outcome.message, values=dict(outcome.values))
    text = str(operation.payload["text"]).replace(LINK, "…")
    values = {"text": text, "why": outcome.message, "values": dict(outcome.values)}
    change.tell_team(f"{operation.key}/not-told", "not_mailed", **values)


def _letter(desk: Desk, task: Task) -> Letter:
    assert desk.mailer is not None
    digest = hashlib.sha256(task.key.encode()).hexdigest()[:32]
    return Letter(
        to=_address(desk, task),
        subject=str(task.payload["subject"]),
        text=text_of(desk, task.payload),
        language=str(task.payload["language"]),
        message_id=desk.mailer.message_id(digest),
        date=datetime.fromisoformat(task.payload["planned"]),
    )


def _address(desk: Desk, task: Task) -> str:
    """The order's own address, and no other. Raises Blocked where the customer has none any more."""
    with reading(desk.engine) as session:
        order = session.get(ShopOrder, int(task.payload["order_id"]))
        rma = session.get(Return, task.return_id) if task.return_id is not None else None
    email = documents.read(OrderSnapshot, order.snapshot).buyer.email if order is not None else ""
    if not email or (rma is not None and not rma.customer_email):
        raise Blocked("Nobody can be written to here: this customer has no address any more.")
    return email

"""What the customer is told, through the shop's own notes and mails."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import Change
from bot.desk.credits import code_to_tell
from bot.desk.letters import LINK
from bot.desk.portal_links import link_address
from bot.errors import Blocked
from bot.operations import Outcome, Task
from store import returns
from store.models import Operation
from store.terms import OperationState


def prepare_note(desk: Desk, task: Task) -> Mapping[str, Any]:
    """The newest note that says the same already: what is newer than that, once we sent, is ours.

    A note that may have gone out before is looked for here, so that nothing lies between the last look at
    our claim and the request.
    """
    found = desk.shop.find_note(int(task.payload["order_id"]), text_of(desk, task.payload)) or 0
    if not task.attempt:
        return {"before": found}
    before = task.baseline.get("before", 0)
    return {"before": before, "found": found} if found > before else task.baseline


def perform_note(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``shop.note``: one request, unless the preparation found the note."""
    found = task.baseline.get("found")
    if found:
        return {"note_id": found}
    order_id, text = int(task.payload["order_id"]), text_of(desk, task.payload)
    task.guard()
    return {"note_id": desk.shop.add_note(order_id, text, to_customer=bool(task.payload["to_customer"]))}


def settle_note(desk: Desk, session: Session, operation: Operation, outcome: Outcome) -> None:
    """A customer who was not told is the team's to tell."""
    if outcome.state is not OperationState.REFUSED or operation.return_id is None:
        return
    if not operation.payload["to_customer"]:
        return  # the shop's own copy of a mail
    rma = returns.locked(session, operation.return_id)
    assert rma is not None
    change = Change(desk, session, rma, None, desk.now())
    change.note("not_told", why=outcome.message, values=dict(outcome.values))
    text = str(operation.payload["text"]).replace(LINK, "…")
    change.tell_team(f"{operation.key}/not-told", "not_told", text=text)


def text_of(desk: Desk, payload: Mapping[str, Any]) -> str:
    """The text to send. A store credit's code stands in no table: it is filled in here.

    Raises Blocked when the shop does not know the code: SECRET_KEY was changed, or a person made another one.
    """
    text = str(payload["text"])
    if "link" in payload:
        text = text.replace(LINK, link_address(desk, int(payload["link"])))
    if "{code}" not in text or "credit" not in payload:
        return text
    code = code_to_tell(desk, str(payload["credit"]))
    if code is None:
        raise Blocked("The shop does not know the code of this credit, so the customer was not told.")
    return text.replace("{code}", code)

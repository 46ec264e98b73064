"""What the customer is told, through the shop's own notes and mails."""

from collections.abc import Mapping
from typing import Any

from bot.desk import Desk
from bot.operations import Task
from bot.resolutions.store_credit import code_of


def perform_note(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``shop.note``. One that may have gone out already is looked for before it is sent again."""
    order_id, text = int(task.payload["order_id"]), text_of(desk, task.payload)
    if task.attempt > 1:
        found = desk.shop.find_note(order_id, text)
        if found is not None:
            return {"note_id": found}
    return {"note_id": desk.shop.add_note(order_id, text, to_customer=bool(task.payload["to_customer"]))}


def text_of(desk: Desk, payload: Mapping[str, Any]) -> str:
    """The text to send. A store credit's code stands in no table: it is filled in here."""
    text = str(payload["text"])
    if "{code}" not in text or "credit" not in payload:
        return text
    code = code_of(str(payload["credit"]), desk.settings.secret_key.get_secret_value())
    return text.replace("{code}", code)

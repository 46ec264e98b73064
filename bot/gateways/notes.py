"""Notes on an order: private ones for the team, or mails to the customer."""

import html
from functools import partial

from bot.errors import OutcomeUnknown, Refused
from bot.gateways.answers import read_json
from bot.gateways.client import Client
from bot.gateways.schema import as_row, as_rows, flag, text, whole
from bot.gateways.transport import Answer


def add_note(client: Client, order_id: int, words: str, to_customer: bool, *, seconds: float) -> int:
    """Write a note and return its id. The shop keeps HTML in notes, so ours is escaped first.

    Raises Refused on empty words, which the shop would take (recording order_note_empty_error).
    """
    if not words.strip():
        raise Refused("a note needs words", code="no_words")
    data = {"note": html.escape(words, quote=False), "customer_note": to_customer}
    into = partial(_written, to_customer)
    return client.write("POST", f"orders/{order_id}/notes", data, into, seconds=seconds)


def find_note(client: Client, order_id: int, words: str) -> int | None:
    """The newest note of the order that contains ``words``, by id; None if there is none."""
    found = client.read(f"orders/{order_id}/notes", _note_texts, fresh=True)
    wanted = " ".join(words.split())
    return max((note_id for note_id, said in found if wanted in " ".join(said.split())), default=None)


def _written(to_customer: bool, answer: Answer) -> int:
    row = as_row(read_json(answer), "the note")
    if flag(row, "customer_note") is not to_customer:
        raise OutcomeUnknown("the shop wrote the note to other readers than asked", code="differs")
    return whole(row, "id")


def _note_texts(answer: Answer) -> list[tuple[int, str]]:
    rows = as_rows(read_json(answer), "the notes")
    return [(whole(row, "id"), html.unescape(text(row, "note"))) for row in rows]

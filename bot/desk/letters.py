"""By which ways a letter reaches a customer, and what the shop keeps of it. It sends nothing.

Without a mail server the shop writes a note to the customer, which it mails. With one the desk mails, and the
shop keeps a private note, so that the order's own history stays whole: without the secrets of the letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.customer import CODE, UNKNOWN
from bot.desk import Desk

NOTE, MAIL = "shop.note", "mail"
LINK = "{link}"  # filled in when the letter leaves


@dataclass(frozen=True)
class Way:
    """One operation that a letter needs: its kind, lane and payload, and what its key ends in."""

    kind: str
    lane: str
    payload: dict[str, Any]
    ending: str = ""


def ways(
    desk: Desk, order_id: int, text: str, subject: str, *, secrets: Mapping[str, Any], language: str
) -> tuple[Way, ...]:
    """What has to be done so that the customer of an order reads ``text``.

    ``secrets`` name what is filled in when it leaves: ``credit`` a store credit's reference, ``link`` an id.
    """
    letter = {"order_id": order_id, "text": text, **secrets}
    if not desk.settings.mail_server:
        return (Way(NOTE, f"order:{order_id}", {**letter, "to_customer": True}),)
    kept = desk.words("Written to the customer by e-mail:")
    copy = f"{kept}\n\n{text.replace(CODE, UNKNOWN).replace(LINK, UNKNOWN)}"
    private = {"order_id": order_id, "text": copy, "to_customer": False}
    mail = {**letter, "subject": subject, "language": language, "planned": desk.now().isoformat()}
    return (
        Way(MAIL, f"mail:{order_id}", mail),
        Way(NOTE, f"order:{order_id}", private, "/kept"),
    )

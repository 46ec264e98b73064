"""What a page shows of the conversation: plain values for its template. Showing it marks it as seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from bot.desk import Desk
from bot.desk.conversation import LONGEST, seen_by_customer, talk_of
from bot.i18n import Words
from bot.rules.talk import TalkLine, TalkView
from handlers.portal.forms import nonce_for
from handlers.portal.photo_values import limits, photo_address
from handlers.portal.visitor import Visitor

PURPOSE = "talk"


@dataclass(frozen=True)
class Typed:
    """What stands in the fields, the photos that are kept for it, and what is wrong with it."""

    text: str = ""
    problem: str = ""
    photos: tuple[str, ...] = ()
    photo_problem: str = ""


EMPTY = Typed()


def talk_values(
    desk: Desk,
    request: Request,
    visitor: Visitor,
    number: str,
    return_id: int,
    *,
    before: int | None = None,
    typed: Typed = EMPTY,
) -> Mapping[str, Any]:
    """The last page of the conversation, or the one before the message ``before``, and the form below it."""
    words = Words(visitor.language, desk.settings.timezone)
    view = talk_of(desk, return_id, before=before)
    if before is None and "prefetch" not in request.headers.get("sec-purpose", ""):
        seen_by_customer(desk, return_id, view.newest)
    address = f"/returns/r/{number}/talk"
    older = f"{address}?before={view.lines[0].message_id}" if view.has_older else ""
    return {
        "address": address,
        "news": f"/returns/r/{number}/news",
        "older": older,
        "is_latest": before is None,
        "lines": line_values(desk, view, words),
        "after": view.newest,
        "seen": seen_words(view, words),
        "nonce": nonce_for(desk, visitor.visit_id, f"{PURPOSE}/{number}"),
        "longest": LONGEST,
        "typed": typed,
        "kept": [(name, photo_address(name)) for name in typed.photos],
        "limits": limits(desk),
    }


def line_values(desk: Desk, view: TalkView, words: Words) -> Sequence[Mapping[str, Any]]:
    """The messages for the template, oldest first."""
    return [_line(desk, line, words) for line in view.lines]


def seen_words(view: TalkView, words: Words) -> str:
    """Whether the shop has before it what the customer wrote last."""
    mine = [line for line in view.lines if line.from_customer]
    if not mine or mine[-1].seen_at is None:
        return ""
    return words("Seen {time}", time=words.time(mine[-1].seen_at))


def _line(desk: Desk, line: TalkLine, words: Words) -> Mapping[str, Any]:
    return {
        "id": line.message_id,
        "mine": line.from_customer,
        "who": words("You") if line.from_customer else words("The shop"),
        "when": words.moment(line.at, now=desk.now()),
        "moment": line.at.isoformat(timespec="seconds"),
        "text": line.text,
        "photos": [photo_address(name) for name in line.photos],
    }

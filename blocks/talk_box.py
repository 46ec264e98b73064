"""The box in which the team answers a customer: what was said, ready answers, and exactly what is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocks import ids
from blocks.forms import place_of
from blocks.kit import (
    Block,
    View,
    button,
    chosen,
    context,
    divider,
    field,
    fit,
    inert,
    modal,
    moment,
    option,
    plain,
    quoted,
    text_input,
    ticked,
)
from blocks.talk import other_language, photos_in, pieces
from bot.i18n import Words
from bot.rules.canned import fitting
from bot.rules.case import ReturnCase
from bot.rules.talk import ChosenFile, TalkLine, TalkView

PICTURES = ("jpg", "jpeg", "png", "webp", "gif")
MOST_FILES = 10  # of one such input, and at most 10 MB each; see Slack's reference of it
FILE_ID = re.compile(r"[A-Z0-9]{1,40}")
LONGEST_NAME = 100
SHOWN = 6  # messages in the box; the rest is on the customer's page and in the thread
CUT = 400  # characters of each
DISPATCH: Block = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}


@dataclass(frozen=True)
class Draft:
    """What the box holds while somebody writes. ``letter`` is what the customer would read of it.

    ``photos`` are the files that were chosen, ``room`` is how many may be, 0 where customers have no page.
    ``draw`` grows whenever the desk itself fills the field: Slack keeps what was typed into a field for as
    long as its id stays. ``morning`` is when the quiet hours end, None where it is not quiet.
    """

    text: str = ""
    letter: str = ""
    draw: int = 0
    morning: datetime | None = None
    later: bool = False
    photos: tuple[ChosenFile, ...] = ()
    room: int = 0


def message_box(case: ReturnCase, talk: TalkView, draft: Draft, words: Words) -> View:
    """The modal."""
    who = context(f"{case.number} · #{inert(case.order.number, 30)} · {inert(case.order.buyer.name, 80)}")
    blocks = [who, *_said(talk, words), *_unanswered(case, words), _ready(case, words), _field(draft, words)]
    blocks += [*_photos(draft, words), *_later(draft, words), *_preview(draft, case, words)]
    return modal(
        words("Message customer"),
        blocks,
        callback_id=ids.MESSAGE,
        close=words("Back"),
        submit=words("Send"),
        place=place_of(case),
    )


def read_draft(view: Mapping[str, Any]) -> Draft:
    """What was typed and ticked in a box; nothing in it is trusted to be there."""
    values = (view.get("state") or {}).get("values") or {}
    names = [name for name in values if name.partition(":")[0] == ids.TEXT]
    name = names[0] if names else ids.TEXT
    element, boxes = _element(values.get(name)), _element(values.get(ids.LATER))
    number = name.partition(":")[2]
    draw = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
    return Draft(
        str(element.get("value") or ""),
        draw=draw,
        later=bool(boxes.get("selected_options")),
        photos=_chosen_files(_element(values.get(ids.PHOTOS))),
    )


def _chosen_files(element: Mapping[str, Any]) -> tuple[ChosenFile, ...]:
    """What Slack says was chosen: an id of its own, and a name that anybody may have made up."""
    files = [one for one in element.get("files") or () if FILE_ID.fullmatch(str(one.get("id")))]
    return tuple(ChosenFile(str(one["id"]), str(one.get("name") or "")[:LONGEST_NAME]) for one in files)


def _element(block: Mapping[str, Any] | None) -> Mapping[str, Any]:
    element: Mapping[str, Any] = next(iter((block or {}).values()), {})
    return element


def _said(talk: TalkView, words: Words) -> list[Block]:
    lines = talk.lines[-SHOWN:]
    older = talk.has_older or len(talk.lines) > SHOWN
    first = [context(words("Older messages are in the thread and on the customer’s page."))] if older else []
    blocks = [block for line in lines for block in _line(line, words)]
    return [*first, *blocks, divider()] if blocks else []


def _line(line: TalkLine, words: Words) -> list[Block]:
    who = words("Customer") if line.from_customer else words("The shop")
    seen = words("seen {time}", time=moment(line.seen_at, words)) if line.seen_at else ""
    seen = "" if line.from_customer else seen
    head = " · ".join(filter(None, [f"*{who}*", moment(line.at, words), photos_in(line, words), seen]))
    return [context(head), *([quoted(fit(line.text, CUT))] if line.text.strip() else [])]


def _unanswered(case: ReturnCase, words: Words) -> list[Block]:
    if case.unanswered_since is None:
        return []
    press = button(words("No answer needed"), ids.NO_ANSWER, place_of(case))
    return [{"type": "actions", "block_id": "answering", "elements": [press]}]


def _ready(case: ReturnCase, words: Words) -> Block:
    """The menu of ready answers, by what the team calls them."""
    options = [option(words(one.title), one.name) for one in fitting(case)]
    hint = plain(words("Start from a ready answer"), 150)
    menu = chosen("static_select", options, "", placeholder=hint, action_id=ids.CANNED)
    return {"type": "actions", "block_id": ids.CANNED, "elements": [menu]}


def _field(draft: Draft, words: Words) -> Block:
    name = f"{ids.TEXT}:{draft.draw}" if draft.draw else ids.TEXT
    element = {**text_input(draft.text, multiline=True), **DISPATCH}
    return field(words("Your message, exactly as it will be sent"), name, element, dispatch_action=True)


def _photos(draft: Draft, words: Words) -> list[Block]:
    """A choice of pictures. Slack tells of it only with the next letter typed, or with the sending."""
    if not draft.room:
        return []
    element = {"type": "file_input", "filetypes": list(PICTURES), "max_files": min(draft.room, MOST_FILES)}
    hint = words(
        "Each is drawn anew, without what else its file says. The message goes out once all of them are here."
    )
    return [field(words("Photos"), ids.PHOTOS, element, optional=True, hint=plain(hint))]


def _later(draft: Draft, words: Words) -> list[Block]:
    """At night: now, or in the morning."""
    if draft.morning is None:
        return []
    tick = option(words("Send it in the morning, at {time}", time=words.time(draft.morning)), "later")
    box = ticked([tick], ["later"] if draft.later else [])
    return [field(words("It is late"), ids.LATER, box, optional=True)]


def _preview(draft: Draft, case: ReturnCase, words: Words) -> list[Block]:
    about = words("Sent through the shop to {email}.", email=inert(case.order.buyer.email))
    told = context(about, other_language(case, words))
    if not draft.letter:
        return [told, *_named(draft, words)]
    return [told, context(words("The customer will read:")), *pieces(draft.letter), *_named(draft, words)]


def _named(draft: Draft, words: Words) -> list[Block]:
    """The photos that go with it, by the names the team knows."""
    if not draft.photos:
        return []
    count = words.plural("{count} photo", "{count} photos", len(draft.photos))
    names = ", ".join(inert(one.name, 60) for one in draft.photos)
    return [context(f":frame_with_picture: {count}: {names}")]

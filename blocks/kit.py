"""The few shapes of Block Kit that the desk uses, kept within Slack's limits, and text that cannot act.

Customers and shops write text; Slack would obey some of it. In marked-up text only & < > are special, and
they are replaced once, here. What cannot be escaped (* _ ~ `) is held apart by characters nobody sees.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from bot.i18n import Words
from bot.rules.case import Person

Block = dict[str, Any]
View = dict[str, Any]

MOST_BLOCKS = 100  # of a modal or of App Home
SECTION, BUTTON, TITLE, OPTION, FALLBACK = 3000, 75, 24, 75, 300
APART = "\u2060"  # word joiner: no width, no break
COLOURS = {"red": "#C62828", "amber": "#EF6C00", "blue": "#1565C0", "green": "#2E7D32", "grey": "#9E9E9E"}


def counts(most: int) -> list[int]:
    """Counts for a menu, the largest first: all of them up to 20, else the nearest to all and to none."""
    return [count for count in range(most, 0, -1) if count <= 10 or count > most - 10]


def fit(text: str, limit: int) -> str:
    """``text`` within ``limit`` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def fit_marked(text: str, limit: int) -> str:
    """Marked-up text within ``limit`` characters, never cut inside an entity or a link."""
    return text if len(text) <= limit else re.sub(r"(&[a-z]*|<[^>]*)$", "", text[: limit - 1]).rstrip() + "…"


def inert(text: str, limit: int = 200) -> str:
    """Somebody else's words for marked-up text: one line, cut, nothing in it acts or hides."""
    return re.sub(r"([*_~`])", APART + r"\1" + APART, _escaped(_one_line(text, limit)))


def code(text: str, limit: int = 40) -> str:
    """A number or reference to copy: nothing in it but itself, and no mark can end it early."""
    return f"`{_escaped(_one_line(text.replace('`', ' '), limit))}`"


def link(address: str, label: str) -> str:
    """A link to one of our own or the shop's pages; ``label`` is marked-up text already."""
    return f"<{_escaped(address).replace('|', '%7C')}|{label}>"


def mention(person: Person | None) -> str:
    """A person by Slack's own mention."""
    return f"<@{person.user_id}>" if person else ""


def moment(at: datetime, words: Words) -> str:
    """A moment that stays true on a card nobody draws again: Slack writes today, yesterday or the day itself.

    Readers see it by their own clock; what cannot show it, such as a notification, has our words.
    """
    day = at.astimezone(words.timezone).date()
    plain_text = words("{date} {time}", date=day, time=words.time(at))
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{plain_text}>"


def hour(at: datetime, words: Words) -> str:
    """The time of a day that is near, as the reader's clock shows it."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{words.time(at)}>"


def headed(sign: str, said: str, *more: str) -> str:
    """A line not to be overlooked: its sign, in bold what to do or not to do, and what is behind it."""
    return " ".join([sign, f"*{said}*", *[text for text in more if text]])


def sentence(words: Words, message: str, values: Mapping[str, Any]) -> str:
    """A sentence of the catalogue for marked-up text; what others wrote in its values is inert.

    A sentence kept by another release may want values that are not there: it is shown as it is.
    """
    # The trade's own terms are text too, and are written as the reader's language calls them.
    harmless = {name: inert(value) if type(value) is str else value for name, value in values.items()}
    try:
        return words(message, **harmless)
    except (LookupError, ValueError, AttributeError):
        return inert(message)


def _harmless(value: object) -> object:
    """Words of the trade are strings too, but the catalogue has words for them."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Enum) else value


def plain_words(text: str, limit: int = 2000) -> str:
    """Somebody else's words for plain text, where nothing is parsed: only controls are made visible."""
    return fit(re.sub(r"\n{3,}", "\n\n", _shown(text)), limit)


def _shown(text: str) -> str:
    return "".join(character if character == "\n" else _visible(character) for character in text)


def _one_line(text: str, limit: int) -> str:
    return fit(" ".join("".join(_visible(character) for character in text).split()), limit)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    hidden = (
        unicodedata.category(character) in ("Cc", "Cs", "Co") or character in "\u202a\u202b\u202c\u202d\u202e"
    )
    return "\ufffd" if hidden or "\u2066" <= character <= "\u2069" else character


def plain(text: str, limit: int = SECTION) -> Block:
    """A plain text object; ``:names:`` in it stay what they are, and nothing in it hides."""
    return {"type": "plain_text", "text": fit(_shown(text), limit) or " ", "emoji": False}


def marked(text: str) -> Block:
    """A marked-up text object; addresses in it are not turned into links by themselves."""
    return {"type": "mrkdwn", "text": fit_marked(text, SECTION), "verbatim": True}


def section(text: str, block_id: str = "", **more: Any) -> Block:
    """A paragraph of marked-up text."""
    named = {"block_id": block_id} if block_id else {}
    return {"type": "section", "text": marked(text), **named, **more}


def quoted(text: str, block_id: str = "") -> Block:
    """Somebody's words as they are, set apart by a bar: Slack parses nothing inside."""
    words = plain_words(text, 2900)
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": words or " "}]}
    named = {"block_id": block_id} if block_id else {}
    return {"type": "rich_text", "elements": [quote], **named}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text, 150)}


def context(*texts: str, block_id: str = "") -> Block:
    """Small grey lines; empty ones are left out."""
    named = {"block_id": block_id} if block_id else {}
    return {"type": "context", "elements": [marked(text) for text in texts if text][:10], **named}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def button(text: str, action_id: str, value: str = "", **more: Any) -> Block:
    """A button; ``style`` primary or danger, ``url``, ``confirm`` as Slack names them."""
    carried = {"value": value} if value else {}
    return {"type": "button", "text": plain(text, BUTTON), "action_id": action_id, **carried, **more}


def option(text: str, value: str, description: str = "") -> Block:
    """One choice of a menu, of check boxes or of radio buttons."""
    more = {"description": plain(description, OPTION)} if description else {}
    return {"text": plain(text, OPTION), "value": value, **more}


def field(label: str, block_id: str, element: Block, *, optional: bool = False, **more: Any) -> Block:
    """An input with its label; its ``action_id`` is the same word as its ``block_id``."""
    named = {**element, "action_id": block_id}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": named,
        "optional": optional,
        **more,
    }


def text_input(initial: str = "", *, multiline: bool = False, longest: int = 3000, hint: str = "") -> Block:
    """A place to write; ``hint`` stands in it while it is empty."""
    more: Block = {"initial_value": fit(initial, longest)} if initial else {}
    if hint:
        more["placeholder"] = plain(hint, 150)
    return {"type": "plain_text_input", "multiline": multiline, "max_length": longest, **more}


def chosen(kind: str, options: Sequence[Block], initial: str, **more: Any) -> Block:
    """A menu or radio buttons with the option valued ``initial`` chosen."""
    found = next((one for one in options if one["value"] == initial), None)
    start = {"initial_option": found} if found else {}
    return {"type": kind, "options": list(options), **start, **more}


def ticked(options: Sequence[Block], values: Sequence[str]) -> Block:
    """Check boxes, those with ``values`` ticked."""
    initial = [one for one in options if one["value"] in values]
    start = {"initial_options": initial} if initial else {}
    return {"type": "checkboxes", "options": list(options), **start}


def modal(
    title: str, blocks: Sequence[Block], *, callback_id: str, close: str, submit: str = "", place: str = ""
) -> View:
    """A modal; ``place`` goes into its private metadata."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE),
        "close": plain(close, TITLE),
        "blocks": list(blocks),
        "private_metadata": place,
    }
    if submit:
        view["submit"] = plain(submit, TITLE)
    return view


def lines(*texts: str) -> str:
    """The texts that are not empty, one a line."""
    return "\n".join(text for text in texts if text)

"""The conversation with the customer in Slack: lines in the thread, whole messages, the box to answer in.

Whatever customers write stands in elements in which Slack parses nothing.
"""

from collections.abc import Sequence

from blocks import ids
from blocks.kit import FALLBACK, Block, View, button, context, fit_marked, inert, modal, moment, quoted
from bot.i18n import Words
from bot.rules.actions import Action
from bot.rules.case import ReturnCase
from bot.rules.talk import TalkLine

CUT = 700  # characters of one message in the thread: ten of them stay far from what Slack takes
PIECE = 2800  # characters of one quote in a modal


def customer_said(lines: Sequence[TalkLine], case: ReturnCase, words: Words) -> dict[str, object]:
    """What the customer wrote, one message or a few at once, with what can be done about it."""
    name = inert(case.order.buyer.name, 60)
    said = _wrote(name, len(lines), words)
    blocks = [block for line in lines for block in _said(line, case, words)]
    head = context(f":speech_balloon: *{said}*", other_language(case, words))
    first = inert(lines[0].text, 120) if lines else ""
    return {
        "text": fit_marked(f"{said}: {first}", FALLBACK),
        "blocks": [head, *blocks, _buttons(case, words)],
    }


def _wrote(name: str, count: int, words: Words) -> str:
    if count == 1:
        return words("{name} wrote", name=name)
    return words("{name} wrote {count} messages", name=name, count=count)


def _said(line: TalkLine, case: ReturnCase, words: Words) -> list[Block]:
    cut = line.text if len(line.text) <= CUT else line.text[:CUT].rstrip() + "…"
    blocks = [context(" · ".join(filter(None, [moment(line.at, words), photos_in(line, words)])))]
    if cut.strip():
        blocks.append(quoted(cut))
    if len(line.text) > CUT:
        press = button(words("Read all"), ids.READ_ALL, f"{case.return_id}:{line.message_id}")
        blocks.append({"type": "actions", "block_id": f"read:{line.message_id}", "elements": [press]})
    return blocks


def _buttons(case: ReturnCase, words: Words) -> Block:
    value = f"{case.return_id}:{case.version}"
    pressed = [
        button(words("Answer"), Action.MESSAGE.value, value),
        button(words("No answer needed"), ids.NO_ANSWER, value),
    ]
    return {"type": "actions", "block_id": "answering", "elements": pressed}


def photos_in(line: TalkLine, words: Words) -> str:
    """How many photos came with a message."""
    if not line.photos:
        return ""
    count = len(line.photos)
    return ":frame_with_picture: " + words.plural("{count} photo", "{count} photos", count)


def other_language(case: ReturnCase, words: Words) -> str:
    """Which language the customer reads, where it is not the reader's."""
    if case.language[:2].lower() == words.language:
        return ""
    return words("The customer reads {language}.", language=inert(words.language_name(case.language), 40))


def whole_message(line: TalkLine, case: ReturnCase, words: Words) -> View:
    """A message that was cut elsewhere, whole."""
    who = inert(case.order.buyer.name, 60) if line.from_customer else words("The shop")
    head = context(" · ".join([who, moment(line.at, words)]))
    return modal(words("Message"), [head, *pieces(line.text)], callback_id=ids.NOTICE, close=words("Close"))


def pieces(text: str) -> list[Block]:
    """A text of any length as quotes that Slack takes."""
    return [quoted(text[start : start + PIECE]) for start in range(0, max(len(text), 1), PIECE)]

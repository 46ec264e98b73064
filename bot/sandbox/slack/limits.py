"""Judges blocks, views and messages as Slack does before it shows them; holds no state and sends nothing.

``problems``, ``view_problems`` and ``message_problems`` answer sentences such as
``must be less than 76 characters [json-pointer:/blocks/0/elements/1/text/text]``; none means Slack takes it.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.blocks import BLOCKS, SURFACES
from bot.sandbox.slack.shapes import (
    Anything,
    Chars,
    Complaint,
    Flag,
    Items,
    OneOf,
    Shape,
    Spec,
    Text,
    check,
)

MESSAGE_BLOCKS, VIEW_BLOCKS, ATTACHMENTS = 50, 100, 100
MESSAGE_CHARACTERS = 13_200  # undocumented; measured by users of the platform (bolt-js issues 2509 and 2867)
MARKDOWN_CHARACTERS = 12_000
TEXT_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
VIEW_BYTES = 250_000

_UNSEEN = ("type", "block_id", "action_id", "style")
_ONE_PER_MESSAGE = {"table": 1, "data_table": 1, "data_visualization": 2}
_COLOUR = Chars(form=r"good|warning|danger|#?[0-9a-fA-F]{3}|#?[0-9a-fA-F]{6}")
_VIEW: dict[str, Spec] = {
    "private_metadata": Chars(3000),
    "callback_id": Chars(255),
    "external_id": Chars(255),
}
_SHORT = Text(24)
_VIEWS = OneOf(
    {
        "modal": Shape(
            {"title": _SHORT, "blocks": Anything()},
            {
                **_VIEW,
                "submit": _SHORT,
                "close": _SHORT,
                "clear_on_close": Flag(),
                "notify_on_close": Flag(),
                "submit_disabled": Flag(),
            },
        ),
        "home": Shape({"blocks": Anything()}, _VIEW),
    }
)


def problems(blocks: Any, surface: str) -> list[str]:
    """What Slack would refuse in ``blocks`` on ``surface``: "message", "modal" or "home"."""
    return _worded(_block_complaints(blocks, surface, "/blocks"))


def view_problems(view: Any) -> list[str]:
    """What Slack would refuse in a view handed to views.open, push, update or publish."""
    return _worded(_view_complaints(view))


def message_problems(message: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a message: ``text``, ``blocks``, ``attachments`` and ``metadata``."""
    blocks, attachments = message.get("blocks") or [], message.get("attachments") or []
    found = list(_block_complaints(blocks, "message", "/blocks"))
    found += attachment_complaints(attachments)
    found += _metadata_complaints(message.get("metadata"))
    if characters(message) > MESSAGE_CHARACTERS:
        found.append(("", f"blocks hold more than {MESSAGE_CHARACTERS} characters in all"))
    if not (message.get("text") or blocks or attachments):
        found.append(("", "missing required field: text"))
    return _worded(iter(found))


def characters(message: dict[str, Any]) -> int:
    """How many characters the blocks of a message hold, those of its attachments included."""
    inner = [attachment.get("blocks") for attachment in _objects(message.get("attachments"))]
    return sum(_length(block) for blocks in [message.get("blocks"), *inner] for block in _objects(blocks))


def attachment_complaints(attachments: Any) -> list[Complaint]:
    """What is wrong with the attachments of a message: their number, their colour, their blocks."""
    if not isinstance(attachments, list) or len(_objects(attachments)) != len(attachments):
        return [("/attachments", "must provide an array of objects")]
    found: list[Complaint] = []
    if len(attachments) > ATTACHMENTS:
        found.append(("/attachments", f"no more than {ATTACHMENTS} items allowed"))
    for number, attachment in enumerate(attachments):
        place = f"/attachments/{number}"
        found += _block_complaints(attachment.get("blocks") or [], "message", f"{place}/blocks")
        if attachment.get("color") is not None:
            found += check(attachment["color"], _COLOUR, f"{place}/color")
    return found


def _objects(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _worded(complaints: Iterator[Complaint]) -> list[str]:
    return [f"{what} [json-pointer:{pointer}]" for pointer, what in complaints]


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_length(part) for name, part in value.items() if name not in _UNSEEN)
    return sum(_length(part) for part in value) if isinstance(value, list) else 0


def _block_complaints(blocks: Any, surface: str, pointer: str) -> Iterator[Complaint]:
    if not isinstance(blocks, list) or len(_objects(blocks)) != len(blocks):
        yield pointer, "must provide an array of objects"
        return
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    yield from check(blocks, Items(OneOf(BLOCKS), most=most, least=0), pointer)
    for number, block in enumerate(blocks):
        if surface not in SURFACES.get(str(block.get("type")), (surface,)):
            yield f"{pointer}/{number}/type", f"unsupported type: {block.get('type')}"
    yield from _duplicate_blocks(blocks, pointer)
    yield from _crowds(blocks, pointer)
    yield from _focus(blocks, pointer)


def _duplicate_blocks(blocks: list[dict[str, Any]], pointer: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        name = str(block.get("block_id") or "")
        if name and name in seen:
            yield f"{pointer}/{number}/block_id", f"block_id `{name}` already exists"
        seen.add(name)


def _crowds(blocks: list[dict[str, Any]], pointer: str) -> Iterator[Complaint]:
    kinds = [block.get("type") for block in blocks]
    for kind, most in _ONE_PER_MESSAGE.items():
        if kinds.count(kind) > most:
            yield pointer, f"no more than {most} {kind} blocks allowed"
    written = sum(len(str(block.get("text"))) for block in blocks if block.get("type") == "markdown")
    if written > MARKDOWN_CHARACTERS:
        yield pointer, f"markdown blocks must be less than {MARKDOWN_CHARACTERS + 1} characters in all"


def _focus(blocks: list[dict[str, Any]], pointer: str) -> Iterator[Complaint]:
    focused = [element for block in blocks for element in _inner(block) if element.get("focus_on_load")]
    if len(focused) > 1:
        yield pointer, "no more than 1 element with focus_on_load allowed"


def _inner(block: dict[str, Any]) -> list[dict[str, Any]]:
    return _objects([block.get("element"), block.get("accessory"), *_objects(block.get("elements"))])


def _view_complaints(view: Any) -> Iterator[Complaint]:
    if not isinstance(view, dict):
        yield "/view", "must provide an object"
        return
    yield from check(view, _VIEWS, "/view")
    blocks = view.get("blocks") or []
    yield from _block_complaints(blocks, str(view.get("type")), "/view/blocks")
    asks = any(block.get("type") == "input" for block in _objects(blocks))
    if view.get("type") == "modal" and asks and not view.get("submit"):
        yield "/view", "missing required field: submit (a modal with inputs needs it)"


def _payload_is_object(metadata: dict[str, Any]) -> Iterator[Complaint]:
    if not isinstance(metadata["event_payload"], dict):
        yield "/event_payload", "must provide an object"


_METADATA = Shape(
    {"event_type": Chars(255, 1), "event_payload": Anything()},
    {"entities": Anything()},
    (_payload_is_object,),
)


def _metadata_complaints(metadata: Any) -> Iterator[Complaint]:
    if metadata is not None:
        yield from check(metadata, _METADATA, "/metadata")

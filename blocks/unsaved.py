"""What a person is shown when the desk cannot write anything down, and a modal that keeps what was typed."""

from collections.abc import Mapping
from typing import Any

from blocks.kit import MOST_BLOCKS, Block, View, code, lines, section
from bot.i18n import Words

BANNER = "unsaved"
# What Slack takes of a view it is given; the rest of what it shows us is its own.
KEPT = (
    "type",
    "callback_id",
    "title",
    "close",
    "submit",
    "private_metadata",
    "notify_on_close",
    "clear_on_close",
)


def unsaved_text(words: Words, *, perhaps: bool = False) -> str:
    """What happened and what to do. ``perhaps``: the connection broke while the database was saving."""
    if perhaps:
        return words(
            "The desk lost its database while saving. Look at the card in a minute before you try again."
        )
    return words("Not saved: the desk cannot write at the moment. Nothing was sent. Try again in a minute.")


def with_command(text: str, typed: str) -> str:
    """The sentence, and below it the command as it was typed, so that it can be copied."""
    return lines(text, code(f"/returns {typed}".strip(), 2000))


def with_banner(view: Mapping[str, Any], text: str) -> View:
    """The modal as it stands, with the sentence above everything. Slack keeps what was typed into it."""
    banner: Block = section(f":warning: {text}", BANNER)
    others = [block for block in view["blocks"] if block.get("block_id") != BANNER]
    kept = {name: view[name] for name in KEPT if view.get(name) not in (None, "")}
    return {**kept, "blocks": [banner, *others][:MOST_BLOCKS]}

"""The line above a form that somebody else has open, too."""

from datetime import datetime

from blocks.kit import MOST_BLOCKS, View, context
from bot.i18n import Words
from bot.rules.looking import Looking


def with_who_else(view: View, looking: Looking | None, words: Words, now: datetime) -> View:
    """The form, and above it who else opened it; as it is where nobody did, or where it is full."""
    if looking is None or len(view["blocks"]) >= MOST_BLOCKS:
        return view
    span = words.span(max(0.0, (now - looking.at).total_seconds()))
    said = words(
        ":eyes: <@{who}> opened this {span} ago and has not decided yet. Who decides first, decides.",
        who=looking.user_id,
        span=span,
    )
    return {**view, "blocks": [context(said), *view["blocks"]]}

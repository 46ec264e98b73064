"""Whether the customer of a return can open its page. It knows no links."""

from enum import StrEnum


class Page(StrEnum):
    """``NONE``: the desk has no address, or the customer none any more. ``LOCKED``: the team shut it."""

    NONE = "none"
    OPEN = "open"
    LOCKED = "locked"

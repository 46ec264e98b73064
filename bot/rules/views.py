"""The filters of a list as words of the language of searches: read out of a text, and put into it.

A menu is another way to write the same search, so that whatever is chosen can be typed, kept and shared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.i18n import N_
from bot.rules.finding import (
    ALERTS,
    DAYS,
    MENTION,
    MINE,
    PARTS,
    PERIOD,
    STATUSES,
    UNCLAIMED,
    WISHES,
    fold,
    read_amounts,
)


class Filter(StrEnum):
    """What a list can be narrowed by with a menu."""

    STATE = "state"
    WISH = "wish"
    OWNER = "owner"
    ALERT = "alert"
    PERIOD = "period"


# The words a menu offers. Any other that can be typed is kept where it stands, and shown.
OFFERED: Mapping[Filter, tuple[str, ...]] = {
    Filter.STATE: (
        "open",
        "pending",
        "approved",
        "transit",
        "received",
        "settled",
        "rejected",
        "cancelled",
        "expired",
        "closed",
    ),
    Filter.WISH: ("refund", "credit", "exchange"),
    Filter.OWNER: ("mine", "unclaimed"),
    Filter.ALERT: (
        "overdue",
        "unanswered",
        "unpaid",
        "asked",
        "late",
        "extended",
        "disputed",
        "slow",
        "checking",
    ),
    Filter.PERIOD: ("period today", "period yesterday", "period week", "period month"),
}


@dataclass(frozen=True)
class View:
    """A search with a name: one of everybody's, or one that somebody keeps."""

    name: str
    search: str


# What a team looks at every day, in the order of the work.
EVERYBODYS: tuple[View, ...] = (
    View(N_("Needs action"), "pending received"),
    View(N_("Unclaimed"), "open unclaimed"),
    View(N_("Mine"), "open mine"),
    View(N_("Waiting for the parcel"), "approved transit"),
    View(N_("Waiting for the customer"), "asked"),
    View(N_("Overdue"), "overdue"),
)


def chosen(search: str, which: Filter) -> str:
    """The words of ``search`` that filter by this, as they stand there."""
    return " ".join(words for kind, words in _parts(search) if kind is which)


def choose(search: str, which: Filter, words: str) -> str:
    """``search`` with these words in place of those that filter by this; "" takes the filter away."""
    kept = [part for kind, part in _parts(search) if kind is not which]
    return " ".join([*kept, words]).strip()


def _parts(search: str) -> Iterator[tuple[Filter | None, str]]:
    """The words one after another, each with what it filters by; a period is two of them."""
    found = iter(list(PARTS.finditer(search)))
    for part in found:
        whole, bare = part[0], part[2]
        if bare is not None and fold(bare) in PERIOD:
            named = next(found, None)
            yield Filter.PERIOD, f"{whole} {named[0]}" if named else whole
        else:
            yield (_filter_of(bare) if bare is not None else None), whole


def _filter_of(word: str) -> Filter | None:
    plain = fold(word)
    if plain in STATUSES:
        return Filter.STATE
    if plain in WISHES:
        return Filter.WISH
    if plain in MINE or plain in UNCLAIMED or MENTION.fullmatch(word):
        return Filter.OWNER
    if plain in ALERTS:
        return Filter.ALERT
    return Filter.PERIOD if DAYS.fullmatch(plain) and read_amounts(plain) is None else None

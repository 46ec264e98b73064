"""What is said about photos in Slack: beside each of them, above them, and where they cannot be shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.kit import code
from bot.i18n import Words
from bot.rules.case import ReturnCase
from store.terms import Author


@dataclass(frozen=True)
class PhotoWords:
    """A photo's file name, its title, what is read aloud in its place, and the line above all of them."""

    file: str
    title: str
    description: str
    heading: str


def photo_words(
    case: ReturnCase, place: int, count: int, words: Words, author: Author | None = None
) -> PhotoWords:
    """The words for photo no. ``place`` of ``count``; nothing in them was written by a customer."""
    title = words("Photo {place} of {count}", place=place, count=count)
    description = words("{photo}, return {number}", photo=title, number=case.number)
    heading = f":frame_with_picture: {_heading(author, count, words)}"
    return PhotoWords(f"{case.number}-{place}.jpg", title, description, heading)


def _heading(author: Author | None, count: int, words: Words) -> str:
    if author is None:
        return words.plural(
            "{count} photo that came with the return", "{count} photos that came with the return", count
        )
    if author is Author.CUSTOMER:
        return words.plural(
            "{count} photo of the customer’s message", "{count} photos of the customer’s message", count
        )
    return words.plural("{count} photo sent to the customer", "{count} photos sent to the customer", count)


def _gone(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words.plural(
        ":warning: {count} photo is no longer there, so it cannot be shown.",
        ":warning: {count} photos are no longer there, so they cannot be shown.",
        v["count"],
    )


def _away(_v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The place where photos are kept does not answer. The photos follow once it does; the log "
        "of the desk says more."
    )


def _forbidden(_v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: The photos cannot be shown yet, because the Slack app lacks the permission {scopes}. Put "
        "the output of `manifest` into the Slack app and reinstall it to the workspace; the photos follow "
        "then.",
        scopes=code("files:write, files:read"),
    )


def _refused(v: Mapping[str, Any], _case: ReturnCase, words: Words) -> str:
    return words(
        ":warning: Slack does not take the photos: {reason}. They are on the customer’s page.",
        reason=code(str(v["code"])),
    )


LINES: Mapping[str, Callable[[Mapping[str, Any], ReturnCase, Words], str]] = {
    "photos_gone": _gone,
    "photos_away": _away,
    "photos_forbidden": _forbidden,
    "photos_refused": _refused,
}

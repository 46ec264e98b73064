"""Photos of a form: taken from it, and the values with which a page shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import UploadFile

from bot.desk import Desk
from bot.desk.photos import accept
from bot.errors import DeskError
from bot.pictures import MEGABYTE
from bot.rules.choice import Problem

KINDS = (
    "image/jpeg,image/png,image/webp,image/gif"  # named so, phones turn their HEIC into JPEG by themselves
)


def photo_address(name: str) -> str:
    """Where the customer's browser finds a photo."""
    return f"/returns/photos/{name}"


def limits(desk: Desk) -> Mapping[str, Any]:
    """What a form says about photos before they are chosen."""
    settings = desk.settings
    return {"kinds": KINDS, "most": settings.photos_at_once, "megabytes": settings.photo_megabytes}


def take_photos(
    desk: Desk,
    order_id: int,
    files: Sequence[UploadFile],
    *,
    line_id: int | None = None,
    return_id: int | None = None,
    besides: int = 0,
) -> tuple[list[str], list[Problem]]:
    """Accept what was chosen, ``besides`` so many others: the names of what is kept, and why the rest is not.

    The same picture chosen twice is one.
    """
    kept: dict[str, None] = {}
    problems: list[Problem] = []
    most = desk.settings.photos_at_once
    for file in files[: max(most - besides, 0)]:
        data = file.file.read(desk.settings.photo_megabytes * MEGABYTE + 1)
        try:
            kept[accept(desk, order_id, data, line_id=line_id, return_id=return_id).name] = None
        except DeskError as e:
            problems.append(Problem(e.message, e.values))
    if len(files) + besides > most:
        problems.append(Problem("At most {most} photos can be sent at once.", {"most": most}))
    return list(kept), list({(one.message, *one.values): one for one in problems}.values())

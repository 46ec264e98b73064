"""Forms that may bring photos: counted while they arrive, then taken apart. Looks into no file."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request, UploadFile
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from bot.desk import Desk
from bot.pictures import MEGABYTE
from handlers.bodies import LIMIT, TooLarge, body_of
from handlers.portal.visitor import NoVisit, visitor_of

FIELDS = 500  # more is no form of ours
FILES = 100  # as many are looked at, to say that they are too many; what brings more is no form of ours
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Sent:
    """What a form brought, by the name of the field; the names of files are not kept."""

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)


def parsed(body: bytes) -> Sent:
    """A form without files. Raises ValueError where it has too many fields."""
    text = body.decode("utf-8", "replace")
    return _sorted(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="replace"))


def form_with_photos(desk: Desk) -> Callable[..., AsyncIterator[Sent]]:
    """What takes such a form from a request. Raises TooLarge; of what is no form at all it is empty."""

    def room(request: Request) -> int:
        """Bytes: a stranger may not send what a visitor may."""
        try:
            visitor_of(request, desk)
        except NoVisit:
            return LIMIT
        settings = desk.settings
        return LIMIT + settings.photos_at_once * settings.photo_megabytes * MEGABYTE

    async def take(request: Request, most: Annotated[int, Depends(room)]) -> AsyncIterator[Sent]:
        if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
            yield _or_nothing(await body_of(request))
            return
        form = await _take_apart(request, most)
        try:
            yield _sorted(form.multi_items())
        finally:
            await form.close()

    return take


def _or_nothing(body: bytes) -> Sent:
    try:
        return parsed(body)
    except ValueError:
        return Sent()


async def _take_apart(request: Request, most: int) -> FormData:
    """Files go to disk as they arrive: memory holds a little of each, whatever their size."""
    parser = MultiPartParser(
        request.headers, _counted(request, most), max_files=FILES, max_fields=FIELDS, max_part_size=LIMIT
    )
    try:
        return await parser.parse()
    except (MultiPartException, UnicodeError):
        return FormData()


async def _counted(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body. As much again is read and dropped before TooLarge: who is cut off sees no page."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            yield part
        elif size > 2 * most:
            break
    if size > most:
        raise TooLarge


def _sorted(pairs: list[tuple[str, Any]]) -> Sent:
    """An input without a choice sends a file without a name or a byte: that is none."""
    lists: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[UploadFile, ...]] = {}
    for name, value in pairs:
        if isinstance(value, str):
            lists[_text(name)] = (*lists.get(_text(name), ()), _text(value))
        elif value.filename or value.size:
            files[_text(name)] = (*files.get(_text(name), ()), value)
    return Sent(lists, files)


def _text(value: str) -> str:
    """Without what no database keeps: the sender names the character set, and some make lone surrogates."""
    return value.encode("utf-8", "replace").decode("utf-8")

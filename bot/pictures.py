"""Draws a customer's picture anew, so that nothing but its pixels is kept. Knows no order and no storage."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image, ImageOps

from bot.errors import InvalidInput

KINDS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 50_000_000  # phones take 12 to 50 million; decoded, this is up to 200 MB
LONGEST, SMALL = 2000, 320  # pixels of the longest side
QUALITY = 85
MEGABYTE = 1_000_000
PATIENCE = 20  # seconds a picture waits for those before it
# Brands of ISO/IEC 23008-12 files; a phone set to "high efficiency" sends them.
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
)
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_ROOM = BoundedSemaphore(2)  # decoding takes memory; two at a time, whatever arrives


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: JPEG without any metadata, and a small one; sizes in pixels."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int


def redraw(data: bytes, megabytes: int = 10) -> Picture:
    """The picture in ``data``, whose type is told by its content. Raises InvalidInput, field ``photo``."""
    _check_bytes(data, megabytes)
    with _turn():
        try:
            return _draw(data)
        except BOMBS as e:
            raise _too_many_pixels() from e
        except BROKEN as e:
            raise InvalidInput(
                "This file is not a picture that can be read. Please send a JPEG, PNG, WebP or GIF picture.",
                field="photo",
            ) from e


def _check_bytes(data: bytes, megabytes: int) -> None:
    if not data:
        raise InvalidInput("This file is empty. Please choose the picture again.", field="photo")
    if len(data) > megabytes * MEGABYTE:
        raise InvalidInput(
            "This picture is too large: at most {megabytes} MB.", field="photo", megabytes=megabytes
        )
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        raise InvalidInput(
            "HEIC pictures cannot be read here. Please send it as JPEG: a screenshot of the picture will do.",
            field="photo",
        )


@contextmanager
def _turn() -> Iterator[None]:
    if not _ROOM.acquire(timeout=PATIENCE):
        raise InvalidInput(
            "Many pictures are arriving right now. Please try again in a minute.", field="photo"
        )
    try:
        yield
    finally:
        _ROOM.release()


def _draw(data: bytes) -> Picture:
    """The size stands in the header: it is looked at before a pixel is decoded."""
    with Image.open(BytesIO(data), formats=KINDS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        image.draft("RGB", (LONGEST, LONGEST))  # a JPEG decodes at a fraction of its size
        image.load()
        large = _plain(image, LONGEST)
    small = _plain(large, SMALL)
    return Picture(_encoded(large), _encoded(small), large.width, large.height)


def _plain(image: Image.Image, side: int) -> Image.Image:
    """Upright pixels on white, on a canvas that has never known the metadata of the file."""
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((side, side))
    seen = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    canvas = Image.new("RGB", seen.size, "white")
    canvas.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return canvas


def _encoded(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _too_many_pixels() -> InvalidInput:
    return InvalidInput("This picture has too many pixels. Please send a smaller one.", field="photo")

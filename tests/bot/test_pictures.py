"""Pictures of customers: what is drawn anew, and what is refused before it can do harm."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from bot.errors import InvalidInput
from bot.pictures import redraw

GPS, ORIENTATION, TURNED = 0x8825, 0x0112, 6
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def drawn(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object
) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 0)).save(written, kind, **options)
    return written.getvalue()


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    shape = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", shape) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_kind_of_picture_becomes_a_jpeg(kind: str) -> None:
    picture = redraw(drawn(kind))
    with Image.open(BytesIO(picture.jpeg)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (60, 40))
    assert (picture.width, picture.height) == (60, 40)


def test_large_pictures_are_made_smaller() -> None:
    picture = redraw(drawn(size=(4000, 1000)))
    assert (picture.width, picture.height) == (2000, 500)
    with Image.open(BytesIO(picture.thumbnail)) as small:
        assert small.size == (320, 80)


def test_the_place_the_profile_and_the_comment_are_gone_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010E] = "canary street"
    data = drawn(exif=exif.tobytes(), comment=b"canary comment", icc_profile=b"canary profile")
    assert data.count(b"canary") == 3
    picture = redraw(data)
    assert (picture.width, picture.height) == (40, 60)
    for kept in (picture.jpeg, picture.thumbnail):
        assert b"canary" not in kept
        assert b"Exif" not in kept
        with Image.open(BytesIO(kept)) as image:
            assert not dict(image.getexif())
            assert {"comment", "icc_profile", "exif"}.isdisjoint(image.info)


def test_texts_of_a_png_are_gone() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "canary")
    assert b"canary" not in redraw(drawn("PNG", pnginfo=texts)).jpeg


def test_what_is_transparent_is_white() -> None:
    with Image.open(BytesIO(redraw(drawn("PNG", mode="RGBA")).jpeg)) as kept:
        assert kept.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("more", [b"PK\x03\x04 archive", b"<script>alert(1)</script>", b"<?php system(1);"])
def test_of_a_file_that_is_two_things_only_the_pixels_are_kept(more: bytes) -> None:
    picture = redraw(drawn() + more)
    assert more not in picture.jpeg + picture.thumbnail


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a/*<script>alert(1)</script>*/",
        EICAR,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        drawn("TIFF"),
        drawn("BMP"),
        drawn("PNG")[:60],
        drawn("WEBP")[:40],
        drawn(size=(600, 600))[:700],
        b"\xff\xd8\xff",
        b"\0" * 5000,
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a picture"):
        redraw(data)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidInput, match="empty"):
        redraw(b"")


def test_a_file_above_the_cap_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too large"):
        redraw(drawn() + b"\0" * 1_000_000, megabytes=1)


@pytest.mark.parametrize("side", [7_100, 9_500, 100_000])
def test_too_many_pixels_are_refused_before_one_is_decoded(side: int) -> None:
    with pytest.raises(InvalidInput, match="too many pixels"):
        redraw(png_header(side, side))


def test_heic_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInput, match="JPEG"):
        redraw(b"\0\0\0\x18ftypheic" + b"\0" * 200)

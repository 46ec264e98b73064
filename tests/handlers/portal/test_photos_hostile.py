"""What somebody may upload instead of a photo: refused in words or drawn anew, and nothing of it is left."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import requests
from sqlalchemy import Engine

from tests.bot.test_pictures import EICAR, drawn, png_header
from tests.handlers.conftest import Door
from tests.handlers.portal.uploading import (
    Browser,
    a_door,
    a_picture,
    files,
    messages,
    photos,
    somebody_asking,
    somebody_talking,
)

CANARY = b"canary-5d41"
SCRIPT = b"<script>/*" + CANARY + b"*/alert(document.cookie)</script>"


def zipped(size: int) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        archive.writestr(CANARY.decode(), b"\0" * size)
    return written.getvalue()


def png_with(kind: bytes, body: bytes) -> bytes:
    """A picture with one more part before its end."""
    picture = drawn("PNG")
    part = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return picture[:-12] + part + picture[-12:]


NOT_READABLE = "Ce fichier n’est pas une image"
REFUSED = {
    "a page": (b"<!doctype html>" + SCRIPT, NOT_READABLE),
    "a page that begins like a picture": (b"\xff\xd8\xff\xe0" + SCRIPT, NOT_READABLE),
    "a script that begins like a picture": (b"GIF89a/*" + SCRIPT, NOT_READABLE),
    "a drawing with a script": (
        b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        NOT_READABLE,
    ),
    "an archive": (zipped(10), NOT_READABLE),
    "an archive that swells": (zipped(20_000_000), NOT_READABLE),
    "a program": (b"MZ" + CANARY + b"\0" * 500, NOT_READABLE),
    "a document": (b"%PDF-1.7\n" + CANARY, NOT_READABLE),
    "a print program": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + CANARY, NOT_READABLE),
    "what scanners look for": (EICAR, NOT_READABLE),
    "half a picture": (drawn("JPEG", (900, 900), quality=95)[:900], NOT_READABLE),
    "a header without pixels": (png_header(100, 100)[:40], NOT_READABLE),
    "ten thousand million pixels": (png_header(100_000, 100_000), "pixels"),
    "a hundred million pixels": (png_header(10_000, 10_000), "pixels"),
    "a photo phones keep": (b"\0\0\0\x18ftypheic" + CANARY, "HEIC"),
    "nothing": (b"", "vide"),
    "eleven megabytes": (a_picture() + b"\0" * 11_000_000, "10"),
}
REDRAWN = {
    "a picture with a page behind it": drawn("JPEG") + SCRIPT,
    "a picture with an archive behind it": drawn("PNG") + zipped(10),
    "a picture with a page in its comment": drawn("JPEG", comment=SCRIPT),
    "a picture with a page in its text": png_with(b"tEXt", b"Comment\0" + SCRIPT),
    "a picture with a profile": drawn("JPEG", icc_profile=SCRIPT),
    "a moving picture with a page in it": drawn("GIF", comment=SCRIPT),
}
NAMES = {
    "up": b"../../../" + CANARY + b".jpg",
    "up, as Windows has it": b"..\\..\\" + CANARY + b".jpg",
    "from the root": b"/etc/" + CANARY,
    "nul": CANARY + b".jpg\0.html",
    "nul, spelled": CANARY + b"%00.jpg",
    "300 characters": CANARY + b"a" * 300 + b".jpg",
    "right to left": CANARY + "\u202egpj.exe".encode(),
    "two endings": CANARY + b".php.jpg",
    "a header": CANARY + b"%0d%0aSet-Cookie: a=b",
    "no text": b"\xff\xfe" + CANARY,
    "a command": b"$(touch " + CANARY + b").jpg",
}


@pytest.fixture
def door(engine: Engine, tmp_path: Path) -> Iterator[Door]:
    with a_door(engine, photo_folder=str(tmp_path / "photos")) as door:
        yield door


@pytest.fixture
def talking(door: Door) -> Browser:
    browser = somebody_talking(door)
    browser.session.headers["accept-language"] = "fr"
    return browser


def left(door: Door) -> list[str]:
    """The files of the desk with anything of the upload in them."""
    database = Path(str(door.world.desk.engine.url.database))
    kept = [*files(door), *database.parent.glob(f"{database.name}*")]
    return [path.name for path in kept if CANARY in path.read_bytes() or EICAR in path.read_bytes()]


def raw(browser: Browser, filename: bytes, data: bytes) -> requests.Response:
    """The form as bytes, for names that no library would send."""
    _, nonce = browser.nonce()
    head = b'--edge\r\nContent-Disposition: form-data; name="%b"'
    body = head % b"nonce" + b"\r\n\r\n" + nonce.encode() + b"\r\n"
    body += head % b"file" + b'; filename="' + filename + b'"\r\nContent-Type: image/jpeg\r\n\r\n'
    body += data + b"\r\n--edge--\r\n"
    return browser.session.post(
        browser.door.url + browser.talk,
        data=body,
        headers={"content-type": "multipart/form-data; boundary=edge"},
        timeout=10,
        allow_redirects=False,
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_the_customers_words_and_leaves_nothing(
    talking: Browser, name: str
) -> None:
    data, said = REFUSED[name]
    answer = talking.say("Voilà", ("photo.jpg", data))
    assert answer.status_code == 422
    assert said in answer.text.partition('id="photo-problem"')[2].partition("</p>")[0]
    assert "Voilà</textarea>" in answer.text
    assert (photos(talking.door), files(talking.door), messages(talking.door)) == ([], [], [])
    assert left(talking.door) == []


@pytest.mark.parametrize("name", REDRAWN)
def test_what_is_a_photo_and_something_else_becomes_nothing_but_a_photo(talking: Browser, name: str) -> None:
    assert CANARY in REDRAWN[name]
    assert talking.say("", ("photo.html", REDRAWN[name])).status_code == 303
    (photo,) = photos(talking.door)
    for query in ("", "?small"):
        shown = talking.get(f"/returns/photos/{photo.name}{query}")
        assert (shown.content[:3], CANARY in shown.content) == (b"\xff\xd8\xff", False)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
    assert left(talking.door) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_goes_nowhere(talking: Browser, tmp_path: Path, name: str) -> None:
    answer = raw(talking, NAMES[name], a_picture())
    assert answer.status_code in (303, 400)
    assert "set-cookie" not in answer.headers
    assert left(talking.door) == []
    assert [path for path in tmp_path.rglob("*") if CANARY.decode() in path.name] == []
    assert CANARY.decode() not in talking.get(talking.talk).text
    assert {path.parent.name for path in files(talking.door)} <= {"photos"}


def test_fifty_files_are_a_sentence_and_the_first_ones_are_kept_for_the_next_try(talking: Browser) -> None:
    answer = talking.say("Voilà", *((f"{shade}.jpg", a_picture(shade)) for shade in range(50)))
    assert (answer.status_code, "5 photos au plus" in answer.text) == (422, True)
    assert (len(photos(talking.door)), messages(talking.door)) == (5, [])


def test_more_files_than_any_browser_sends_are_no_form_of_ours(talking: Browser) -> None:
    answer = talking.say("Voilà", *((f"{shade}.jpg", b"x") for shade in range(150)))
    assert (answer.status_code, photos(talking.door)) == (400, [])


@pytest.mark.parametrize("name", ["a page", "ten thousand million pixels", "a drawing with a script"])
def test_the_form_of_asking_refuses_the_same(door: Door, name: str) -> None:
    asking = somebody_asking(door)
    asking.session.headers["accept-language"] = "fr"
    answer = asking.ask(asking.get("/returns/ask").text, ("photo.jpg", REFUSED[name][0]))
    assert (answer.status_code, REFUSED[name][1] in answer.text) == (422, True)
    assert (photos(door), files(door), left(door)) == ([], [], [])

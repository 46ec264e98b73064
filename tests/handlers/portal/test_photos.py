"""Photos in the browser, without a script: sent along, kept while the rest is corrected, nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine
from sqlmodel import select

from bot.desk import photos as photo_store
from store.db import reading, writing
from store.models import Return
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

POLICY = "[reason.damaged]\nphoto = true\n"


@pytest.fixture
def door(engine: Engine, tmp_path: Path) -> Iterator[Door]:
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    limits = {"photo_megabytes": 1, "photos_at_once": 3, "return_policy": str(tmp_path / "policy.toml")}
    with a_door(engine, photo_folder=str(tmp_path / "photos"), **limits) as door:
        yield door


@pytest.fixture
def asking(door: Door) -> Browser:
    return somebody_asking(door)


@pytest.fixture
def talking(door: Door) -> Browser:
    return somebody_talking(door)


def test_a_return_is_asked_for_with_photos_that_stand_on_its_page(asking: Browser) -> None:
    review = asking.ask(
        asking.get("/returns/ask").text, ("mug.png", a_picture(kind="PNG")), ("b", a_picture(1))
    )
    assert review.status_code == 200
    assert review.text.count('alt="Photo ') == 2
    sent = asking.ask(review.text, step="send")
    assert sent.status_code == 303
    page = asking.get(sent.headers["location"]).text
    with reading(asking.door.world.desk.engine) as session:
        (rma,) = session.exec(select(Return)).all()
    kept = photos(asking.door)
    assert [(photo.return_id, photo.message_id, photo.line_id) for photo in kept] == [
        (rma.id, None, asking.line)
    ] * 2
    for photo in kept:
        assert f'<img src="/returns/photos/{photo.name}?small" alt="Photo ' in page


def test_a_photo_goes_along_past_the_choice_of_another_article(door: Door) -> None:
    tee = door.world.shop.add_product("Tee", "20.00", kind="variable", sku="TEE")
    small, large = (
        door.world.shop.add_variation(tee, {"Size": size}, price="20.00", sku=f"TEE-{size}", stock=5)
        for size in ("S", "L")
    )
    browser = Browser(door, door.world.order((small, 1))).enter()
    choices = browser.ask(browser.get("/returns/ask").text, ("tee.jpg", a_picture()), wish="exchange")
    article = {f"article-{browser.line}": f"{tee.id}:{large.id}"}
    review = browser.ask(choices.text, step="articles", wish="exchange", **article)
    assert review.text.count('alt="Photo ') == 1
    sent = browser.ask(review.text, step="send", wish="exchange", **article)
    assert sent.status_code == 303
    assert [photo.return_id is None for photo in photos(door)] == [False]


def test_a_photo_is_kept_while_something_else_is_corrected(asking: Browser) -> None:
    shown = asking.ask(asking.get("/returns/ask").text, ("mug.jpg", a_picture()), wish="")
    assert shown.status_code == 422
    assert "1 photo is kept for you." in shown.text
    (photo,) = photos(asking.door)
    assert f'value="{photo.name}" checked' in shown.text
    review = asking.ask(shown.text)
    assert asking.ask(review.text, step="send").status_code == 303
    assert [one.return_id is None for one in photos(asking.door)] == [False]


def test_a_kept_photo_that_is_unticked_is_not_sent(asking: Browser) -> None:
    shown = asking.ask(asking.get("/returns/ask").text, ("mug.jpg", a_picture()), wish="")
    review = asking.ask(shown.text.replace(" checked", ""))
    assert asking.ask(review.text, step="send").status_code == 303
    assert [one.return_id for one in photos(asking.door)] == [None]


def test_a_wrong_photo_is_a_sentence_at_its_field_and_the_right_one_beside_it_is_kept(
    asking: Browser,
) -> None:
    asking.session.headers["accept-language"] = "fr"
    shown = asking.ask(asking.get("/returns/ask").text, ("a.jpg", a_picture()), ("b.jpg", b"<html>"))
    assert shown.status_code == 422
    assert f'<a href="#photo-{asking.line}">Ce fichier n’est pas une image' in shown.text
    assert f'id="photo-{asking.line}-error"' in shown.text
    assert len(photos(asking.door)) == 1
    assert f'value="{photos(asking.door)[0].name}" checked' in shown.text


def test_a_reason_that_needs_a_photo_is_not_sent_without_one(asking: Browser) -> None:
    form = asking.get("/returns/ask").text
    assert "It arrived damaged (photo needed)" in form
    assert "Needed where the reason is: It arrived damaged." in form
    reason = {f"reason-{asking.line}": "damaged"}
    for step in ("review", "send"):
        shown = asking.ask(form, step=step, **reason)
        assert shown.status_code == 422
        assert f'<a href="#photo-{asking.line}">Please add a photo: it is needed' in shown.text
    review = asking.ask(form, ("mug.jpg", a_picture()), **reason)
    assert review.status_code == 200
    assert asking.ask(review.text, step="send").status_code == 303


@pytest.mark.parametrize("name", ["0" * 32, "../../etc/passwd", "", "\u202egpj"])
def test_a_made_up_photo_does_not_count_as_one(asking: Browser, name: str) -> None:
    form = asking.get("/returns/ask").text
    typed = {f"reason-{asking.line}": "damaged", f"photo-{asking.line}": name}
    for step in ("review", "send"):
        assert asking.ask(form, step=step, **typed).status_code == 422
    with reading(asking.door.world.desk.engine) as session:
        assert session.exec(select(Return)).all() == []


def test_the_request_sent_twice_is_one_return_with_its_photo(asking: Browser) -> None:
    review = asking.ask(asking.get("/returns/ask").text, ("mug.jpg", a_picture()))
    first, second = (asking.ask(review.text, step="send") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(photos(asking.door)) == 1


def test_two_tabs_cannot_send_the_same_photo_with_two_returns(asking: Browser) -> None:
    tabs = [asking.ask(asking.get("/returns/ask").text, ("mug.jpg", a_picture())) for _ in range(2)]
    first, second = (asking.ask(tab.text, step="send") for tab in tabs)
    assert (first.status_code, second.status_code) == (303, 422)
    assert f'<a href="#photo-{asking.line}">A photo of yours is no longer there. Please add' in second.text
    again = asking.ask(second.text, ("mug.jpg", a_picture()))
    assert asking.ask(again.text, step="send").status_code == 303
    assert len({photo.return_id for photo in photos(asking.door)}) == 2


def test_a_message_may_be_nothing_but_a_photo(talking: Browser) -> None:
    assert "required" not in talking.get(talking.talk).text
    assert talking.say("", ("bowl.jpg", a_picture())).status_code == 303
    (photo,) = photos(talking.door)
    (message,) = messages(talking.door)
    assert (photo.message_id, message.body) == (message.id, "")
    page = talking.get(talking.talk).text
    assert f'<img src="/returns/photos/{photo.name}?small" alt="Photo 1"' in page


def test_a_message_of_nothing_is_asked_for_again(talking: Browser) -> None:
    shown = talking.say("  ")
    assert (shown.status_code, "Please write something here." in shown.text) == (422, True)


def test_the_same_message_sent_twice_keeps_one_message_and_one_photo(talking: Browser) -> None:
    page = talking.get(talking.talk).text
    sent = [talking.say("Look", ("bowl.jpg", a_picture()), page=page) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert (len(messages(talking.door)), len(photos(talking.door)), len(files(talking.door))) == (1, 1, 2)


def test_a_wrong_photo_keeps_the_text_and_the_right_photo_and_sends_nothing_yet(talking: Browser) -> None:
    shown = talking.say("It <b>broke</b>", ("a.jpg", a_picture()), ("b.jpg", b""))
    assert shown.status_code == 422
    assert "This file is empty." in shown.text
    assert "It &lt;b&gt;broke&lt;/b&gt;</textarea>" in shown.text
    assert "1 photo is kept for you." in shown.text
    assert messages(talking.door) == []
    assert talking.say("It broke", page=shown.text).status_code == 303
    assert [photo.message_id is None for photo in photos(talking.door)] == [False]


def test_no_more_photos_than_allowed_come_with_one_message(talking: Browser) -> None:
    shown = talking.say("Look", *((f"{shade}.jpg", a_picture(shade)) for shade in range(50)))
    assert shown.status_code == 422
    assert "At most 3 photos can be sent at once." in shown.text
    assert len(photos(talking.door)) == 3
    assert talking.say("Look", page=shown.text).status_code == 303


def test_a_photo_of_another_order_is_never_sent_along(talking: Browser, asking: Browser) -> None:
    asking.ask(asking.get("/returns/ask").text, ("mug.jpg", a_picture()))
    (theirs,) = photos(talking.door)
    shown = talking.send(talking.talk, [talking.nonce(), ("photo", theirs.name), ("text", "")])
    assert (shown.status_code, theirs.name in shown.text) == (422, False)
    talking.send(talking.talk, [talking.nonce(), ("photo", theirs.name), ("text", "Mine")])
    assert [(photo.return_id, photo.message_id) for photo in photos(talking.door)] == [(None, None)]


def test_a_photo_is_a_picture_to_its_customer_and_nothing_to_anybody_else(
    talking: Browser, asking: Browser
) -> None:
    talking.say("", ("bowl.jpg", a_picture()))
    address = f"/returns/photos/{photos(talking.door)[0].name}"
    for query in ("", "?small"):
        shown = talking.get(address + query)
        assert shown.status_code == 200
        assert shown.content.startswith(b"\xff\xd8")
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-disposition"].startswith("inline; filename=")
        assert shown.headers["cache-control"].startswith("private")
        assert "sandbox" in shown.headers["content-security-policy"]
    stranger = Browser(talking.door, talking.order)
    unknown = asking.get(f"/returns/photos/{'0' * 32}")
    for other in (asking, stranger):
        refused = other.get(address)
        assert refused.status_code == 404
        assert refused.headers["content-type"].startswith("text/html")
    assert asking.get(address).text == unknown.text.replace("0" * 32, address.rpartition("/")[2])


def test_a_photo_of_one_return_is_not_shown_to_a_link_to_another(door: Door) -> None:
    mug = door.world.shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    whole = Browser(door, door.world.order((mug, 3))).enter()
    first, second = (door.world.open(whole.order, units={whole.line: 1}) for _ in range(2))
    photo = photo_store.accept(door.world.desk, whole.order.id, a_picture())
    with writing(door.world.desk.engine) as session:
        photo_store.attach(session, whole.order.id, first, [photo.name])
    links = (whole, Browser(door, whole.order).enter(first), Browser(door, whole.order).enter(second))
    seen = [one.get(f"/returns/photos/{photo.name}").status_code for one in links]
    assert seen == [200, 200, 404]


def test_what_is_too_large_in_all_is_a_page_in_words_and_a_stranger_may_send_less(talking: Browser) -> None:
    page = talking.get(talking.talk).text
    shown = talking.say("x", ("a.jpg", b"\xff" * 4_200_000), page=page)
    assert (shown.status_code, "too large" in shown.text) == (413, True)
    stranger = requests.post(talking.door.url + talking.talk, files={"file": b"x" * 1_500_000}, timeout=10)
    assert stranger.status_code == 413
    assert files(talking.door) == []


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n\r\n--x--", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"]
)
@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x; charset=punycode"])
def test_what_is_no_form_changes_nothing(talking: Browser, body: bytes, kind: str) -> None:
    for path in (talking.talk, "/returns/ask"):
        answer = talking.session.post(
            talking.door.url + path, data=body, headers={"content-type": kind}, timeout=10
        )
        assert answer.status_code in (400, 404)
    assert messages(talking.door) == []

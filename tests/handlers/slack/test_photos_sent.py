"""Photos the team sends: fetched from Slack alone, drawn anew, with the message or told why not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.desk.conversation import talk_of
from bot.desk.outgoing import PATIENCE
from bot.desk.photos import photo_bytes
from bot.errors import Refused
from bot.rules.talk import TalkLine
from bot.sandbox.faults import Fault
from bot.sandbox.serving import Service
from bot.sandbox.slack.hands import NotThere
from bot.sandbox.story.people import ALICE, BOB
from handlers.slack.transfer import TOO_LARGE, download, is_slacks
from handlers.work import performers
from store.db import writing
from store.models import Member, Return
from tests.bot.test_pictures import drawn
from tests.conftest import SqliteFiles
from tests.counter import Counter, Rma
from tests.handlers.slack.photographs import albums, an_office, go_on, picture, thread
from tests.handlers.slack.photographs import lose as lose_at

PRIVATE = r"/files-pri/"


@pytest.fixture(scope="module")
def office(
    databases: Callable[[str], SqliteFiles], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    with an_office(databases("sqlite"), tmp_path_factory.mktemp("photos")) as counter:
        yield counter


def writes(counter: Counter, rma: Rma, text: str, *files: tuple[str, bytes], user: str = ALICE) -> None:
    """Somebody opens the box, chooses files and sends; the worker has not heard of it yet."""
    assert counter.slack.click(user, rma.card, "message").acked
    if files:
        counter.slack.choose_files(user, "photos", *files)
    sent = counter.slack.submit(user, values={"text": text})
    assert sent.acked, sent
    assert counter.slack.modal(user) is None


def lines(counter: Counter, rma: Rma) -> tuple[TalkLine, ...]:
    return talk_of(counter.desk, rma.return_id).lines


def told(counter: Counter, user: str = ALICE) -> str:
    return counter.told(user)[-1] if counter.told(user) else ""


def mails(counter: Counter, rma: Rma) -> list[str]:
    return [unescape(mail.text) for mail in counter.shop.outbox if mail.order_id == rma.order.id]


def test_a_message_goes_out_with_its_photos_drawn_anew_and_the_thread_shows_both(counter: Counter) -> None:
    rma = counter.open()
    secret = picture() + b"GPS 48.8566 N"
    writes(counter, rma, "This is how to pack it.", ("my holiday.jpg", secret), ("b.jpg", picture(1)))
    assert lines(counter, rma) == ()
    counter.work()
    (line,) = lines(counter, rma)
    assert line.text == "This is how to pack it."
    kept = [photo_bytes(counter.desk, name) for name in line.photos]
    assert len(kept) == 2
    assert not any(b"GPS" in one for one in kept)
    assert "See the photos and answer here" in mails(counter, rma)[-1]
    words, album = thread(counter, rma)
    assert "This is how to pack it." in str(words.all_blocks)
    assert "2 photos sent to the customer" in album.text
    assert [file["name"] for file in album.files] == [f"{rma.number}-1.jpg", f"{rma.number}-2.jpg"]
    assert "holiday" not in str(counter.everything()["messages"])


def test_nothing_is_asked_of_slack_between_the_click_and_its_acknowledgement(counter: Counter) -> None:
    rma = counter.open()
    knocks = len(counter.faults.knocks)
    writes(counter, rma, "Here", ("a.jpg", picture()))
    asked = [one.path for one in counter.faults.knocks[knocks:] if one.service == "slack"]
    assert asked == ["/api/views.open"]
    counter.work()


def test_the_preview_names_the_photos_and_what_the_customer_will_read(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.click(ALICE, rma.card, "message")
    counter.slack.choose_files(ALICE, "photos", ("dent <left>.jpg", picture()))
    counter.slack.type_text(ALICE, counter.modal(), "text", "See the dent")
    shown = counter.slack.wait_for(lambda: _if_redrawn(counter))
    assert "1 photo: dent &lt;left&gt;.jpg" in shown
    assert "See the photos and answer here" in shown
    counter.slack.close_modal(ALICE)


def _if_redrawn(counter: Counter) -> str:
    blocks = str(counter.modal().blocks)
    return blocks if "The customer will read" in blocks else ""


def test_a_message_without_photos_goes_out_as_ever(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "No pictures")
    assert [line.text for line in lines(counter, rma)] == ["No pictures"]
    counter.work()
    assert albums(counter, rma) == []


def test_what_is_no_picture_or_too_large_is_told_and_the_rest_goes_out(counter: Counter) -> None:
    rma = counter.open()
    large = picture() + b"\0" * (counter.desk.settings.photo_megabytes * 1_000_000)
    counter.slack.click(ALICE, rma.card, "message")
    with pytest.raises(NotThere):
        counter.slack.choose_files(ALICE, "photos", ("large.jpg", large))
    counter.slack.choose_files(
        ALICE, "photos", ("good.jpg", picture()), ("page.jpg", b"<html>"), ("grown.jpg", picture(1))
    )
    grown = counter.slack.file("grown.jpg")
    grown.content = large  # it says one size and is another
    counter.slack.submit(ALICE, values={"text": "Three of them"})
    counter.work()
    (line,) = lines(counter, rma)
    assert (line.text, len(line.photos)) == ("Three of them", 1)
    assert "“page.jpg” was not sent: This file is not a picture" in told(counter)
    assert "“grown.jpg” was not sent: This picture is too large: at most 10 MB" in told(counter)
    grown.content = b""


def test_a_file_is_counted_while_it_comes_and_nothing_of_it_is_unpacked(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "Bomb", ("bomb.jpg", picture()))
    settings = counter.desk.settings
    base = settings.slack_api_url.removesuffix("/api/")
    address = f"{base}/files-pri/T1-{counter.slack.file('bomb.jpg').id}/bomb.jpg"
    with pytest.raises(Refused) as refused:
        download(address, settings, len(picture()) - 1)
    assert refused.value.code == TOO_LARGE
    assert download(address, settings, len(picture())) == picture()
    lose_at(counter, Fault.BOMB_AFTER, 1, PRIVATE)
    assert len(download(address, settings, 1_000_000)) < 1_000_000
    lose_at(counter, Fault.BOMB_AFTER, 1, PRIVATE)
    counter.work()
    assert "“bomb.jpg” was not sent: This file is not a picture" in told(counter)


def test_a_size_that_is_too_large_is_not_even_fetched(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "Large", ("large.jpg", picture()))
    counter.slack.file("large.jpg").length = 99_000_000
    knocks = len(counter.faults.knocks)
    counter.work()
    assert not [one for one in counter.faults.knocks[knocks:] if "/files-pri/" in one.path]
    assert "too large" in told(counter)
    assert [line.photos for line in lines(counter, rma)] == [()]


def test_a_file_that_was_deleted_in_slack_is_told_and_the_text_goes_out(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "See this", ("gone.jpg", picture()))
    counter.slack.delete_file("gone.jpg")
    counter.work()
    assert [line.text for line in lines(counter, rma)] == ["See this"]
    assert "“gone.jpg” was not sent: it was deleted in Slack" in told(counter)
    assert "See the photos" not in mails(counter, rma)[-1]


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        (Fault.LOST_AFTER, PRIVATE),
        (Fault.CLOSED_BEFORE, PRIVATE),
        (Fault.LIMITED_BEFORE, PRIVATE),
        (Fault.TRUNCATED_AFTER, r"files\.info$"),
        (Fault.HTML_AFTER, r"files\.info$"),
        (Fault.BUSY, r"files\.info$"),
    ],
)
def test_what_slack_cannot_hand_over_just_now_is_waited_for(
    counter: Counter, fault: Fault, path: str
) -> None:
    rma = counter.open()
    writes(counter, rma, "Wait", ("a.jpg", picture()), ("b.jpg", picture(1)))
    lose_at(counter, fault, 1, path)
    go_on(counter, 3)
    (line,) = lines(counter, rma)
    assert len(line.photos) == 2
    assert len(albums(counter, rma)) == 1


def test_after_ten_minutes_the_text_goes_out_without_them(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "Too long", ("slow.jpg", picture()))
    counter.faults.storm("slack", Fault.CLOSED_BEFORE, path=PRIVATE)
    counter.work(minutes=1)
    assert lines(counter, rma) == ()
    late = replace(counter.desk, clock=lambda: counter.desk.now() + PATIENCE + timedelta(minutes=1))
    client = counter.journal.performers["slack.sending"].send.args[1]  # type: ignore[attr-defined]
    patient = replace(counter.journal, performers=performers(late, client))
    counter.later.pass_(minutes=5)
    patient.run_all()
    counter.faults.clear()
    counter.work()
    assert [line.text for line in lines(counter, rma)] == ["Too long"]
    assert "“slow.jpg” was not sent: Slack did not hand it over in time" in told(counter)


@pytest.mark.parametrize("fault", [Fault.HTML_AFTER, Fault.REDIRECT_BEFORE, Fault.FORBIDDEN_BEFORE])
def test_a_page_in_place_of_the_file_is_told(counter: Counter, fault: Fault) -> None:
    rma = counter.open()
    writes(counter, rma, "Page", ("a.jpg", picture()))
    lose_at(counter, fault, 1, PRIVATE)
    counter.work()
    assert [line.text for line in lines(counter, rma)] == ["Page"]
    assert "Slack does not hand it over" in told(counter)


def test_a_scope_that_lacks_is_named(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "Scope", ("a.jpg", picture()))
    scopes = counter.slack.settings.scopes
    counter.slack.limit_scopes(scopes.replace("files:read", ""))
    counter.work()
    counter.slack.limit_scopes(scopes)
    assert [line.text for line in lines(counter, rma)] == ["Scope"]
    counter.work()
    assert "lacks the permission files:read" in told(counter)


def test_a_worker_that_dies_after_sending_sends_once(counter: Counter) -> None:
    """Everything was done, and only the journal did not hear of it."""
    rma = counter.open()
    writes(counter, rma, "Once", ("a.jpg", picture()))
    counter.work()
    key = next(
        value
        for row in counter.everything()["operations"]
        for value in row
        if isinstance(value, str) and value.startswith(f"{rma.number}/sending/") and "told" not in value
    )
    row = counter.operation(key)
    with writing(counter.desk.engine) as session:
        row.state, row.finished_at = type(row.state).DUE, None
        session.merge(row)
    go_on(counter, 2)
    assert len(lines(counter, rma)) == 1
    assert len(albums(counter, rma)) == 1


def test_who_may_not_act_any_more_sends_nothing_and_gets_the_words_back(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "I was right", ("a.jpg", picture()), user=BOB)
    with writing(counter.desk.engine) as session:
        member = session.get_one(Member, BOB)
        member.in_group = False
    counter.journal.run_all()
    with writing(counter.desk.engine) as session:
        session.get_one(Member, BOB).in_group = True
    assert lines(counter, rma) == ()
    assert "You wrote: I was right" in told(counter, BOB)


def test_a_customer_who_was_erased_meanwhile_is_not_written_to(counter: Counter) -> None:
    rma = counter.open()
    writes(counter, rma, "Hello", ("a.jpg", picture()))
    with writing(counter.desk.engine) as session:
        session.get_one(Return, rma.return_id).customer_email = ""
    counter.work()
    assert lines(counter, rma) == ()
    assert "this customer has no address any more" in told(counter)


def test_more_photos_than_may_be_sent_at_once_are_refused_in_the_box(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.click(ALICE, rma.card, "message")
    files = [(f"{number}.jpg", picture(number)) for number in range(6)]
    with pytest.raises(NotThere):
        counter.slack.choose_files(ALICE, "photos", *files)
    counter.slack.choose_files(ALICE, "photos", *files[:5])
    chosen = counter.modal().values["photos", "photos"]["files"]
    chosen.append({**chosen[0], "id": "F0SIXTH"})
    answer = counter.slack.submit(ALICE, values={"text": "Six"})
    assert "At most 5 photos at once" in answer.errors["photos"]
    counter.slack.close_modal(ALICE)


# The server asks nobody but Slack, whatever Slack's answer names.

HOSTILE = [
    "http://127.0.0.1:{port}/inside.jpg",
    "http://[::1]:{port}/inside.jpg",
    "http://[::ffff:127.0.0.1]:{port}/inside.jpg",
    "http://2130706433:{port}/inside.jpg",
    "http://0x7f000001:{port}/inside.jpg",
    "http://017700000001:{port}/inside.jpg",
    "http://localhost:{port}/inside.jpg",
    "http://files.slack.com@127.0.0.1:{port}/inside.jpg",
    "https://files.slack.com@127.0.0.1:{port}/inside.jpg",
    "https://files.slack.com:443@127.0.0.1:{port}/x.jpg",
    "https://files.slack.com\\@127.0.0.1:{port}/x.jpg",
    "https://files.slack.com.127.0.0.1.nip.example:{port}/x.jpg",
    "https://127.0.0.1:{port}/#@files.slack.com/",
    "http://files.slack.com/files-pri/T1-F1/x.jpg",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/x",
    "//127.0.0.1:{port}/x",
    "/etc/passwd",
    "http://[not an address/",
]


@pytest.fixture(scope="module")
def inside() -> Iterator[tuple[Service, list[Any]]]:
    """A service that nobody outside may reach, and who asked it for what."""
    asked: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            asked.append((scope["path"], dict(scope["headers"])))
            headers = [(b"content-type", b"image/jpeg")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": picture()})

    with Service(app) as service:
        yield service, asked


@pytest.mark.parametrize("address", HOSTILE)
def test_no_other_host_is_asked(counter: Counter, inside: tuple[Service, list[Any]], address: str) -> None:
    service, asked = inside
    rma = counter.open()
    writes(counter, rma, "Trap", ("a.jpg", picture()))
    counter.slack.file("a.jpg").address = address.format(port=urlsplit(service.url).port)
    counter.work()
    assert asked == []
    assert [line.photos for line in lines(counter, rma)] == [()]
    assert "it does not lie with Slack" in told(counter)


def test_no_redirect_is_followed_and_the_token_goes_nowhere_else(
    counter: Counter, inside: tuple[Service, list[Any]]
) -> None:
    service, asked = inside
    rma = counter.open()
    writes(counter, rma, "Moved", ("a.jpg", picture()))
    counter.slack.file("a.jpg").moved_to = f"{service.url}/a.jpg"
    counter.work()
    assert asked == []
    assert "Slack does not hand it over" in told(counter)


def test_slacks_own_host_of_files_is_asked(counter: Counter) -> None:
    settings = counter.desk.settings
    assert is_slacks("https://files.slack.com/files-pri/T1-F1/a.jpg", settings)
    assert is_slacks(settings.slack_api_url.replace("/api/", "/files-pri/T1-F1/a.jpg"), settings)
    assert not is_slacks("https://files.slack.com:8443/files-pri/T1-F1/a.jpg", settings)


def test_pictures_of_every_kind_the_box_offers_are_sent(counter: Counter) -> None:
    rma = counter.open()
    kinds = {"a.JPG": "JPEG", "b.png": "PNG", "c.webp": "WEBP", "d.gif": "GIF"}
    files = [(name, drawn(kind, (70 + place, 40))) for place, (name, kind) in enumerate(kinds.items())]
    writes(counter, rma, "All", *files)
    counter.work()
    (line,) = lines(counter, rma)
    assert len(line.photos) == 4

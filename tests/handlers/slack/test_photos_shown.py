"""Customers' photos below the card: at once, after their words, once whatever Slack answers."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.desk.photos import photo_bytes
from bot.sandbox.faults import Fault
from bot.sandbox.story.people import CHANNEL
from store.db import writing
from store.models import Operation
from store.terms import OperationState
from tests.conftest import SqliteFiles
from tests.counter import Counter
from tests.handlers.slack.photographs import (
    albums,
    an_office,
    asks_with_photos,
    files_of,
    go_on,
    lose,
    sends,
    thread,
)

UPLOAD = r"/upload/v1/"


@pytest.fixture(scope="module")
def office(
    databases: Callable[[str], SqliteFiles], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    with an_office(databases("sqlite"), tmp_path_factory.mktemp("photos")) as counter:
        yield counter


def state_of(counter: Counter, key: str) -> OperationState:
    return counter.operation(key).state


def test_the_photos_of_a_message_stand_below_its_words_under_names_of_ours(counter: Counter) -> None:
    rma = counter.open()
    names = sends(counter, rma, "Look at this", 2)
    counter.work()
    words, album = thread(counter, rma)
    assert "Look at this" in str(words.all_blocks)
    assert "2 photos of the customer’s message" in album.text
    shown = files_of(counter, album)
    assert [one.name for one in shown] == [f"{rma.number}-1.jpg", f"{rma.number}-2.jpg"]
    assert [one.title for one in shown] == ["Photo 1 of 2", "Photo 2 of 2"]
    assert [one.alt for one in shown] == [f"Photo {n} of 2, return {rma.number}" for n in (1, 2)]
    assert [one.content for one in shown] == [photo_bytes(counter.desk, name) for name in names]


def test_photos_that_came_with_a_return_stand_below_its_card(counter: Counter) -> None:
    rma = asks_with_photos(counter, 2)
    counter.work()
    counter.work(seconds=5)
    (album,) = albums(counter, rma)
    assert album.thread_ts == rma.card.ts
    assert "came with the return" in album.text
    assert len(album.files) == 2


def test_a_return_without_photos_asks_nothing_of_slack(counter: Counter) -> None:
    before = [call.method for call in counter.slack.calls].count("files.getUploadURLExternal")
    counter.open()
    assert [call.method for call in counter.slack.calls].count("files.getUploadURLExternal") == before


def test_photos_wait_for_their_words(counter: Counter) -> None:
    """The line of the thread is held up; the photos do not overtake it."""
    rma = counter.open()
    lose(counter, Fault.BUSY, 1, r"chat\.postMessage$")
    sends(counter, rma, "Words first")
    counter.journal.run_all()
    assert albums(counter, rma) == []
    go_on(counter, 3)
    words, album = thread(counter, rma)
    assert "Words first" in str(words.all_blocks)
    assert album.files


def test_messages_with_photos_keep_their_order(counter: Counter) -> None:
    rma = counter.open()
    lose(counter, Fault.LOST_AFTER, 1)
    sends(counter, rma, "one")
    sends(counter, rma, "two", 2, shade=10)
    go_on(counter)
    assert [len(album.files) for album in albums(counter, rma)] == [1, 2]


@pytest.mark.parametrize(
    "fault",
    [
        Fault.LOST_AFTER,
        Fault.LOST_BEFORE,
        Fault.HTML_AFTER,
        Fault.ERROR_AFTER,
        Fault.GATEWAY_BEFORE,
        Fault.TRUNCATED_AFTER,
        Fault.BUSY,
    ],
)
def test_whatever_slack_answers_the_photos_are_there_once(counter: Counter, fault: Fault) -> None:
    rma = counter.open()
    lose(counter, fault)
    sends(counter, rma, "Look", 2)
    go_on(counter)
    (album,) = albums(counter, rma)
    assert len(album.files) == 2
    assert not counter.faults.waiting()


def test_three_lost_answers_in_a_row_are_one_album(counter: Counter) -> None:
    rma = counter.open()
    lose(counter, Fault.LOST_AFTER, 3)
    sends(counter, rma, "Look")
    go_on(counter, 20)
    assert len(albums(counter, rma)) == 1


@pytest.mark.parametrize("path", [r"files\.getUploadURLExternal$", UPLOAD, r"files\.info$"])
@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.HTML_AFTER, Fault.CLOSED_BEFORE])
def test_what_goes_wrong_on_the_way_is_done_again_unseen(counter: Counter, path: str, fault: Fault) -> None:
    rma = counter.open()
    lose(counter, fault, 1, path)
    sends(counter, rma, "Look", 2)
    go_on(counter)
    (album,) = albums(counter, rma)
    assert len(album.files) == 2


def test_what_slack_said_it_shared_and_never_showed_is_shared_again(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.drop_shares(1)
    sends(counter, rma, "Look")
    go_on(counter)
    assert len(albums(counter, rma)) == 1


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_worker_that_died_in_between_leaves_one_album(counter: Counter, *, was_sent: bool) -> None:
    """It had told the journal that it would send; whether it did, only Slack knows."""
    rma = counter.open()
    if was_sent:
        lose(counter, Fault.LOST_AFTER)
    else:
        lose(counter, Fault.LOST_BEFORE)
    sends(counter, rma, "Look")
    counter.work()
    with writing(counter.desk.engine) as session:
        row = counter.operation(_newest_key(counter, rma.number))
        held = session.get_one(Operation, row.id)
        held.state, held.lease_owner, held.sent_at = OperationState.RUNNING, "dead", held.planned_at
        held.lease_until = held.planned_at
        session.add(held)
    go_on(counter)
    assert len(albums(counter, rma)) == 1


def _newest_key(counter: Counter, number: str) -> str:
    rows = counter.everything()["operations"]
    keys = [value for row in rows for value in row if isinstance(value, str)]
    return [key for key in keys if key.startswith(f"{number}/photos/")][-1]


def test_a_photo_that_is_gone_is_told_and_the_others_come(counter: Counter) -> None:
    rma = counter.open()
    names = sends(counter, rma, "Look", 2)
    counter.desk.photos.delete(names[0])
    counter.work()
    (album,) = albums(counter, rma)
    assert len(album.files) == 1
    assert any("1 photo is no longer there" in one.text for one in thread(counter, rma))


def test_a_folder_that_is_away_is_told_once_and_the_photos_follow(counter: Counter) -> None:
    rma = counter.open()
    sends(counter, rma, "Look")
    folder = Path(counter.desk.settings.photo_folder)
    away = folder.with_name("elsewhere")
    os.rename(folder, away)
    folder.write_text("no folder any more")
    for _ in range(3):
        counter.work(minutes=1)
    told = [one for one in thread(counter, rma) if "photos are kept does not answer" in one.text]
    folder.unlink()
    os.rename(away, folder)
    go_on(counter)
    assert len(told) == 1
    assert len(albums(counter, rma)) == 1


def test_in_an_archived_channel_they_wait_and_are_not_brought_again_and_again(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.archive(CHANNEL)
    try:
        sends(counter, rma, "Look")
        go_on(counter, 5)
        places = len([one for one in counter.slack.core.files.values() if one.name.startswith(rma.number)])
        assert albums(counter, rma) == []
    finally:
        counter.slack.archive(CHANNEL, archived=False)
    go_on(counter)
    assert places <= 1
    assert len(albums(counter, rma)) == 1


def test_a_card_that_was_deleted_is_drawn_anew_with_its_photos_below(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.delete(rma.card)
    sends(counter, rma, "Look")
    go_on(counter)
    assert len(albums(counter, rma)) == 1


def test_a_scope_that_lacks_is_named_in_words_and_the_photos_follow_once_it_is_there(
    counter: Counter,
) -> None:
    rma = counter.open()
    scopes = counter.slack.settings.scopes
    counter.slack.limit_scopes(scopes.replace("files:write", ""))
    sends(counter, rma, "Look")
    go_on(counter, 3)
    told = [one.text for one in thread(counter, rma) if "files:write" in one.text]
    counter.slack.limit_scopes(scopes)
    go_on(counter)
    assert len(told) == 1
    assert "reinstall" in told[0]
    assert len(albums(counter, rma)) == 1


def test_what_slack_will_not_take_is_told(counter: Counter) -> None:
    rma = counter.open()
    lose(counter, Fault.REFUSED_BEFORE, 1)
    sends(counter, rma, "Look")
    go_on(counter, 2)
    assert any("Slack does not take the photos" in one.text for one in thread(counter, rma))


def test_an_address_that_is_not_slacks_is_not_asked(counter: Counter) -> None:
    """Where an upload goes to is what Slack answers; a proxy in between could answer anything."""
    rma = counter.open()
    knocks = len(counter.faults.knocks)
    other = counter.desk.settings.slack_api_url.removesuffix("/api/").replace("127.0.0.1", "localhost")
    counter.slack.core.upload_base = other
    sends(counter, rma, "Look")
    counter.work()
    counter.slack.core.upload_base = ""
    assert not [one for one in counter.faults.knocks[knocks:] if "/upload/" in one.path]
    assert albums(counter, rma) == []

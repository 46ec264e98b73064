"""Photos between customers and the team, with workers that work by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.desk.conversation import customer_says, return_of_message, talk_of
from bot.desk.photo_thread import PHOTOS
from bot.desk.photos import accept
from bot.sandbox.faults import Fault
from bot.sandbox.server import Sandbox
from bot.sandbox.slack import Message
from bot.sandbox.story import Story
from bot.sandbox.story.people import ALICE, CHANNEL
from handlers.slack.photos import SHOWING
from store import talk
from store.db import reading
from tests.bot.test_pictures import drawn
from tests.wire.conftest import SECONDS, Office, at_work

COMPLETE = r"files\.completeUploadExternal$"


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Iterator[Office]:
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        yield from at_work(sandbox, engine, photo_folder=str(tmp_path / "photos"))


def a_return(office: Office) -> tuple[int, int, str]:
    """Order, return and number of a return whose card is there."""
    order = office.order((office.shop.add_product("Mug, white", "33.00", stock=5), 1))
    number = office.open(order)
    ts = office.card(number).ts
    found = office.slack.wait_for(lambda: return_of_message(office.desk, CHANNEL, ts), seconds=SECONDS)
    return order.id, int(found), number


def says(office: Office, order_id: int, return_id: int, text: str, shade: int) -> None:
    photo = accept(office.desk, order_id, drawn(size=(60 + shade, 40)), return_id=return_id)
    customer_says(office.desk, return_id, text, f"form-{shade}", [photo.name])


def thread(office: Office, number: str) -> list[Message]:
    return office.slack.thread(office.card(number))


def albums(office: Office, number: str) -> list[Message]:
    return [message for message in thread(office, number) if message.files]


def test_a_photo_is_below_its_words_within_seconds(office: Office) -> None:
    order_id, return_id, number = a_return(office)
    says(office, order_id, return_id, "Look", 1)
    office.slack.wait_for(lambda: albums(office, number), seconds=SECONDS)
    said = [("words", "files")[bool(one.files)] for one in thread(office, number)]
    assert said == ["words", "files"]
    office.card_says(number, "1 photo")


def test_a_photo_of_the_team_is_with_the_customer_within_seconds(office: Office) -> None:
    _, return_id, number = a_return(office)
    office.slack.click(ALICE, office.card(number), "message")
    office.slack.choose_files(ALICE, "photos", ("label.png", drawn("PNG")))
    assert office.slack.submit(ALICE, values={"text": "Here is where to stick it."}).acked
    office.slack.wait_for(lambda: albums(office, number), seconds=SECONDS)
    (line,) = talk_of(office.desk, return_id).lines
    assert len(line.photos) == 1


@pytest.mark.slow
def test_lost_answers_among_several_returns_leave_each_photo_there_once(office: Office) -> None:
    returns = [a_return(office) for _ in range(3)]
    office.sandbox.faults.plan("slack", Fault.LOST_AFTER, path=COMPLETE, times=2)
    for shade, (order_id, return_id, _) in enumerate(returns):
        says(office, order_id, return_id, "Look", shade)

    def all_told() -> bool:
        """Whether the journal knows of each that it is there: until then it may send again."""
        with reading(office.desk.engine) as session:
            return not any(talk.lines_to_come(session, return_id, PHOTOS) for _, return_id, _ in returns)

    office.slack.wait_for(all_told, seconds=SHOWING + 2 * SECONDS)
    assert [len(albums(office, number)) for _, _, number in returns] == [1, 1, 1]

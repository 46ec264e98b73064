"""The same listeners behind Slack's sockets, opened as ``serve`` opens them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from bot.commands.running import _socket
from bot.sandbox.slack import Result
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, EVE
from handlers.slack.app import create_bolt
from handlers.slack.calls import open_client
from store.db import open_engine
from tests.conftest import SqliteFiles
from tests.counter import Counter, a_counter


@pytest.fixture(scope="module")
def engine_of_module(databases: Callable[[str], SqliteFiles]) -> Iterator[Engine]:
    engine = open_engine(databases("sqlite").migrated())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def office(engine_of_module: Engine) -> Iterator[Counter]:
    """A desk that Slack reaches through two sockets."""
    with a_counter(engine_of_module, slack_app_token="xapp-sandbox") as counter, ExitStack() as sockets:
        for number in (1, 2):
            bolt = create_bolt(counter.desk, open_client(counter.desk.settings))
            sockets.enter_context(_socket(bolt, counter.desk.settings))
            counter.slack.wait_for(lambda number=number: len(counter.slack.board.lines) == number)
        yield counter


def through_a_socket(result: Result) -> Result:
    assert result.answer is not None
    assert result.answer.via == "socket"
    assert result.acked
    return result


def deliveries(counter: Counter) -> int:
    return len(counter.everything()["deliveries"])


def test_a_click_comes_through_one_of_two_sockets_once(office: Counter) -> None:
    for _ in range(6):
        rma = office.open()
        before = deliveries(office)
        through_a_socket(office.slack.click(ALICE, rma.card, "take"))
        assert rma.case.owner is not None
        assert deliveries(office) == before + 1
    assert all(line.envelopes > 0 for line in office.slack.board.lines)


def test_a_return_is_refunded_through_the_sockets(office: Counter) -> None:
    rma = office.open(arrived=True)
    through_a_socket(office.slack.click(ALICE, rma.card, "refund_box"))
    wrong = through_a_socket(office.slack.submit(ALICE, values={"custom_amount": "999"}))
    assert set(wrong.errors) == {"custom_amount"}
    through_a_socket(office.slack.submit(ALICE, values={"custom_amount": "10"}))
    through_a_socket(office.slack.submit(ALICE))
    office.work()
    assert rma.paid_back == 1000
    assert office.slack.modal(ALICE) is None


def test_a_command_is_answered_through_the_socket(office: Counter) -> None:
    rma = office.open()
    through_a_socket(office.slack.command(ALICE, CHANNEL, "/returns", rma.number))
    assert rma.number in str(office.slack.ephemerals(ALICE)[-1].blocks)


def test_a_gesture_that_comes_by_socket_and_again_by_the_door_is_one(office: Counter) -> None:
    """A socket that closes before the acknowledgement lets Slack deliver again, wherever it can."""
    rma = office.open()
    payload = through_a_socket(office.slack.click(ALICE, rma.card, "take")).payload
    taken = office.everything()
    assert office.send(payload).status_code == 200
    assert office.everything() == taken


def test_a_stranger_gets_no_further_through_a_socket(office: Counter) -> None:
    rma = office.open()
    through_a_socket(office.slack.click(EVE, rma.card, "take"))
    office.work()
    through_a_socket(office.slack.click(EVE, rma.card, "take"))
    office.work()
    assert rma.case.owner is None
    assert "workspace" in office.told(EVE)[-1]


def test_sockets_that_slack_recycles_come_back(office: Counter) -> None:
    office.slack.recycle_sockets()
    office.slack.wait_for(lambda: len(office.slack.board.lines) == 2, seconds=15)
    rma = office.open()
    through_a_socket(office.slack.click(BOB, rma.card, "take"))
    assert rma.case.owner is not None

"""Socket Mode with slack_sdk's built-in client under bolt's own handler: envelopes, acks, reconnecting."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import requests
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as websocket

from bot.sandbox.serving import Service
from bot.sandbox.slack import Slack
from tests.sandbox.slack.pieces import actions, button, field, keep, modal

RETURNS, ALICE = "C01RETURNS", "U01ALICE"
Connect = Callable[[], SocketModeHandler]


@pytest.fixture
def connect(slack: Slack, bolt: App) -> Iterator[Connect]:
    """Open one more socket, and wait until Slack has it."""
    opened: list[SocketModeHandler] = []

    def open_one() -> SocketModeHandler:
        before = slack.board.connected
        quiet = logging.getLogger("quiet")
        handler = SocketModeHandler(
            bolt, slack.settings.app_token, logger=quiet, auto_reconnect_enabled=False
        )
        opened.append(handler)
        handler.connect()  # type: ignore[no-untyped-call]
        slack.wait_for(lambda: slack.board.connected > before)
        return handler

    yield open_one
    slack.drop_sockets()
    for handler in opened:
        _wait_until_closed(handler)  # the client stumbles when both ends hang up in the same moment
        handler.close()  # type: ignore[no-untyped-call]


def _wait_until_closed(handler: SocketModeHandler) -> None:
    deadline = time.monotonic() + 4
    while handler.client.is_connected() and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_click_goes_over_the_socket_and_its_modal_opens(
    slack: Slack, bolt: App, client: WebClient, connect: Connect
) -> None:
    def show(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(field("amount")))

    bolt.action("open")(show)
    bolt.view("box")(lambda ack: ack(response_action="errors", errors={"b_amount": "too much"}))
    connect()
    client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("open"))])
    pressed = slack.click(ALICE, slack.messages("returns")[0], "open")
    assert pressed.answer
    assert (pressed.answer.via, pressed.acked) == ("socket", True)
    assert slack.submit(ALICE, values={"amount": "99"}).errors == {"b_amount": "too much"}


def test_commands_answer_in_the_ack_and_events_arrive(slack: Slack, bolt: App, connect: Connect) -> None:
    heard: list[dict[str, Any]] = []
    bolt.command("/returns")(lambda ack: ack("All quiet"))
    bolt.event("message")(keep(heard))
    connect()
    assert slack.command(ALICE, "returns", "/returns", "x").acked
    assert [one.text for one in slack.ephemerals(ALICE)] == ["All quiet"]
    assert slack.say(ALICE, "returns", "hello").acked
    assert heard[0]["event"]["text"] == "hello"


def test_several_sockets_share_the_payloads(
    slack: Slack, bolt: App, client: WebClient, connect: Connect
) -> None:
    bolt.action("go")(lambda ack: ack())
    connect()
    connect()
    client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("go"))])
    for _ in range(4):
        assert slack.click(ALICE, slack.messages("returns")[0], "go").acked
    assert [line.envelopes for line in slack.board.lines] == [2, 2]


def test_an_unacked_event_comes_again_with_its_number(slack: Slack, bolt: App, connect: Connect) -> None:
    slack.core.settings = replace(slack.settings, ack_seconds=0.3)
    tries: list[Any] = []

    def listener(request: Any, ack: Ack) -> None:
        tries.append(request.headers.get("x-slack-retry-num"))
        if len(tries) < 2:
            raise ValueError("busy")

    bolt.event("message")(listener)
    bolt.error(lambda error: None)
    connect()
    slack.say(ALICE, "returns", "hello")
    slack.wait_for(lambda: len(slack.answers) == 2)
    assert tries == [["0"], ["1"]]  # sockets number the first attempt too
    assert [answer.trouble for answer in slack.answers] == ["http_timeout", ""]


def test_a_recycled_client_comes_back_by_itself(
    slack: Slack, bolt: App, client: WebClient, connect: Connect
) -> None:
    bolt.action("go")(lambda ack: ack())
    connect()
    first = slack.board.lines[0]
    slack.recycle_sockets()
    slack.wait_for(lambda: slack.board.connected == 1 and slack.board.lines[0] is not first)
    client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("go"))])
    assert slack.click(ALICE, slack.messages("returns")[0], "go").answer.via == "socket"  # type: ignore[union-attr]


def test_without_a_socket_the_door_is_used_again(
    slack: Slack, bolt: App, client: WebClient, connect: Connect, door: Service
) -> None:
    bolt.action("go")(lambda ack: ack())
    connect().close()  # type: ignore[no-untyped-call]
    slack.wait_for(lambda: slack.board.connected == 0)
    client.chat_postMessage(channel=RETURNS, text="card", blocks=[actions(button("go"))])
    result = slack.click(ALICE, slack.messages("returns")[0], "go")
    assert result.answer
    assert (result.answer.via, result.acked) == ("http", True)


def test_a_ticket_opens_one_socket_only(slack: Slack, served: Service) -> None:
    header = {"Authorization": f"Bearer {slack.settings.app_token}"}
    answer = requests.post(f"{served.url}/api/apps.connections.open", headers=header, timeout=5).json()
    assert answer["url"].startswith(served.url.replace("http", "ws") + "/link/?ticket=")
    with websocket(answer["url"]) as socket:
        hello = json.loads(socket.recv())
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(InvalidStatus), websocket(answer["url"]):
            pass


def test_the_eleventh_socket_is_sent_away(slack: Slack, served: Service) -> None:
    address = f"{served.url.replace('http', 'ws')}/link/?ticket="
    with ExitStack() as open_sockets:
        for _ in range(10):
            open_sockets.enter_context(websocket(address + slack.board.ticket())).recv()
        slack.wait_for(lambda: slack.board.connected == 10)
        with websocket(address + slack.board.ticket()) as one_too_many:
            assert json.loads(one_too_many.recv())["reason"] == "too_many_websockets"

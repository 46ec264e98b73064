"""A Slack over loopback, its client, and a small app behind an HTTP door."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.sandbox.serving import Service
from bot.sandbox.slack import Slack, create_app
from tests.sandbox.slack.pieces import Stage, Watch, actions, button, door_app, web_client


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def slack(watch: Watch) -> Iterator[Slack]:
    """A workspace whose app hears events again after 0, 10 and 20 ms when it did not answer."""
    slack = Slack(clock=watch, retry_delays=(0.0, 0.01, 0.02), echoes=False)
    yield slack
    slack.close()


@pytest.fixture(scope="session")
def slack_stage() -> Iterator[tuple[Stage, Service]]:
    """One server for all tests, since stopping one takes longer than a test."""
    stage = Stage()
    with Service(stage) as service:
        yield stage, service


@pytest.fixture(scope="session")
def door_stage() -> Iterator[tuple[Stage, Service]]:
    """One server for all doors."""
    stage = Stage()
    with Service(stage) as service:
        yield stage, service


@pytest.fixture
def served(slack: Slack, slack_stage: tuple[Stage, Service]) -> Service:
    stage, service = slack_stage
    stage.app = create_app(slack)
    return service


@pytest.fixture
def client(slack: Slack, served: Service) -> WebClient:
    return web_client(served, slack.settings.bot_token)


@pytest.fixture
def bolt(slack: Slack, client: WebClient) -> App:
    """A bolt app without listeners; tests add theirs."""
    return App(client=client, signing_secret=slack.settings.signing_secret, process_before_response=True)


@pytest.fixture
def door(slack: Slack, bolt: App, door_stage: tuple[Stage, Service]) -> Service:
    stage, service = door_stage
    stage.app = door_app(bolt)
    slack.request_url = f"{service.url}/slack/events"
    return service


Opener = Callable[..., Any]


@pytest.fixture
def open_box(slack: Slack, bolt: App, door: Service, client: WebClient) -> Opener:
    """Post a card whose button opens the given modal, press it as Alice, and hand out the open view."""
    wanted: list[dict[str, Any]] = []

    def show(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=wanted[-1])

    def open_it(view: dict[str, Any]) -> Any:
        wanted.append(view)
        client.chat_postMessage(channel="C01RETURNS", text="card", blocks=[actions(button("open"))])
        pressed = slack.click("U01ALICE", slack.messages("returns")[-1], "open")
        assert pressed.acked
        return pressed.view

    bolt.action("open")(show)
    return open_it

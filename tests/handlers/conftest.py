"""The desk's HTTP doors on a real port, with a real shop behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import Engine

from bot.sandbox.serving import Service
from handlers.signing import intake_signature
from handlers.web import create_app
from tests.world import World, a_world


@dataclass
class Door:
    """The desk as others reach it, and the world behind it."""

    url: str
    world: World

    def post(self, path: str, body: bytes, **headers: str) -> requests.Response:
        return requests.post(self.url + path, data=body, headers=headers, timeout=10)

    def hand_in(self, body: bytes, **headers: str) -> requests.Response:
        """A signed request to the intake."""
        secret = self.world.desk.settings.intake_secret.get_secret_value()
        signed = {"x-returns-signature": intake_signature(body, secret, self.world.clock())}
        return self.post("/api/v1/returns", body, **{**signed, **headers})


def a_silent_bolt(**_: Any) -> App:
    """A Bolt application without listeners, for doors that have nothing to do with Slack."""
    return App(
        signing_secret="unused",
        authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-test"),
        process_before_response=True,
        request_verification_enabled=False,
    )


@pytest.fixture
def door(engine: Engine) -> Iterator[Door]:
    with a_world(engine) as world, Service(create_app(world.desk, a_silent_bolt())) as service:
        yield Door(service.url, world)

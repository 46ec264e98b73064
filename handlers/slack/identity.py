"""Who the bot is: asked once at start, and again behind people's backs while Slack did not say.

Nothing is asked between a click and its acknowledgement, and no click waits for an answer to this.
"""

import logging
import threading
import time
from typing import Any

from slack_bolt import BoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.errors import GatewayError
from handlers.slack.calls import called

log = logging.getLogger(__name__)
AGAIN = 30.0  # seconds from one question to the next


class Identity:
    """Bolt's ``authorize``: the token for each request, and the bot's own ids as soon as they are known."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._known: dict[str, Any] = {"team_id": None}
        self._asked_at = time.monotonic()
        self._asking = threading.Lock()
        self._ask()

    def result(self, context: BoltContext) -> AuthorizeResult:
        """Who we are, as far as that is known."""
        if self._known["team_id"] is None and time.monotonic() - self._asked_at > AGAIN:
            self._ask_aside()
        token = str(self._client.token)
        return AuthorizeResult(enterprise_id=context.enterprise_id, bot_token=token, **self._known)

    def _ask_aside(self) -> None:
        if self._asking.acquire(blocking=False):
            self._asked_at = time.monotonic()
            threading.Thread(target=self._ask_and_release, name="who am I", daemon=True).start()

    def _ask_and_release(self) -> None:
        try:
            self._ask()
        finally:
            self._asking.release()

    def _ask(self) -> None:
        try:
            us = called(self._client.auth_test)
        except GatewayError:
            log.warning("Slack does not say who we are; going on all the same")
            return
        self._known = {
            "team_id": us.get("team_id"),
            "bot_id": us.get("bot_id"),
            "bot_user_id": us.get("user_id"),
        }

"""Sends a payload the way the app listens: over an open socket if there is one, else to its HTTP door."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.outbound import knock
from bot.sandbox.slack.outcome import Answer
from bot.sandbox.slack.sockets import Switchboard


@dataclass
class Post:
    """The way out to the app; keeps a record of every delivery in ``core.answers``."""

    core: Core
    board: Switchboard

    def deliver(self, kind: str, payload: dict[str, Any], *, attempt: int = 0, reason: str = "") -> Answer:
        """Send and wait for the answer. ``kind`` is "interactive", "slash_commands" or "events_api"."""
        if self.board.connected:
            retry: Mapping[str, Any] = {"retry_attempt": attempt, "retry_reason": reason}
            answer = self.board.deliver(kind, payload, retry)
        elif self.core.request_url:
            answer = knock(self.core, kind, payload, _retry_headers(attempt, reason))
        else:
            answer = Answer(kind, payload, None, 0.0, trouble="connection_failed")
        answer = replace(answer, attempt=attempt)
        with self.core.lock:
            self.core.answers.append(answer)
            self.core.touch()
        return answer

    def verify_door(self) -> bool:
        """Slack's handshake with a new request URL: a signed challenge that must come back."""
        challenge = self.core.new_id("challenge")
        token = self.core.settings.verification_token
        payload = {"type": "url_verification", "token": token, "challenge": challenge}
        answer = knock(self.core, "events_api", payload)
        body = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        return answer.acked and body == challenge


def _retry_headers(attempt: int, reason: str) -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}


class Courier:
    """Delivers events in the background and tries again as Slack does: three times, ever later."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.closed = threading.Event()

    def send(self, payload: dict[str, Any]) -> threading.Thread:
        """Start delivering; join the thread to wait for the first attempt."""
        first = threading.Thread(target=self._attempt, args=(payload, 0, ""), daemon=True)
        first.start()
        return first

    def _attempt(self, payload: dict[str, Any], attempt: int, reason: str) -> None:
        answer = self.post.deliver("events_api", payload, attempt=attempt, reason=reason)
        delays = self.post.core.settings.retry_delays
        if answer.acked or answer.no_retry or attempt >= len(delays) or self.closed.is_set():
            return
        why = answer.trouble or "http_timeout"
        again = threading.Thread(
            target=self._later, args=(payload, attempt + 1, why, delays[attempt]), daemon=True
        )
        again.start()

    def _later(self, payload: dict[str, Any], attempt: int, reason: str, delay: float) -> None:
        if not self.closed.wait(delay):
            self._attempt(payload, attempt, reason)

    def close(self) -> None:
        """Give up every retry that is still to come."""
        self.closed.set()

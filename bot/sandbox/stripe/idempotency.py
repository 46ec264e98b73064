"""Idempotency keys as Stripe treats them: the first answer is the answer, for a day; knows no endpoint."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.stripe.errors import StripeError, invalid

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255


@dataclass
class Saved:
    """One key: what was asked under it, and the answer once there is one (status 0 until then)."""

    path: str
    params: dict[str, Any]
    since: datetime
    request_id: str
    status: int = 0
    body: bytes = b""


class IdempotencyKeys:
    """The keys of one account; a key used with a test key is another one than with a live key."""

    def __init__(self) -> None:
        self._saved: dict[tuple[bool, str], Saved] = {}
        self._lock = threading.Lock()

    @property
    def in_use(self) -> int:
        """How many keys have a request at work and no answer yet."""
        with self._lock:
            return sum(not saved.status for saved in self._saved.values())

    def claim(self, scope: tuple[bool, str], asked: Saved) -> Saved | None:
        """The saved answer, or None when the key is now ours to use; raises Stripe's refusals of a key."""
        if len(scope[1]) > LONGEST_KEY:
            raise invalid(f"Idempotency keys may have at most {LONGEST_KEY} characters")
        with self._lock:
            known = self._saved.get(scope)
            if known is None or asked.since - known.since >= KEPT_FOR:
                self._saved[scope] = asked
                return None
            _compare(known, asked, scope[1])
            return known

    def keep(self, scope: tuple[bool, str], status: int, body: bytes) -> None:
        """Remember the answer given under a claimed key."""
        with self._lock:
            if scope in self._saved:
                self._saved[scope].status, self._saved[scope].body = status, body

    def release(self, scope: tuple[bool, str]) -> None:
        """Forget a claimed key: the request failed validation or was turned away."""
        with self._lock:
            self._saved.pop(scope, None)

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            self._saved.clear()


def _compare(known: Saved, asked: Saved, key: str) -> None:
    if not known.status:
        text = f"Another request with the idempotency key '{key}' is still in progress."
        raise StripeError(409, text, kind="idempotency_error", code="idempotency_key_in_use", kept=False)
    if known.path != asked.path:
        text = f"The idempotency key '{key}' was first used for {known.path}, not for {asked.path}."
        raise StripeError(400, text, kind="idempotency_error", kept=False)
    if known.params != asked.params:
        text = f"The idempotency key '{key}' was first used with other parameters; use a new key."
        raise StripeError(400, text, kind="idempotency_error", kept=False)

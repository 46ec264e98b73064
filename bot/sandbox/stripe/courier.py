"""Delivers signed events in the background and tries again when nobody answers; knows no event by name."""

import heapq
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Literal

import requests

from bot.sandbox.habits import Habits

LONGEST_WAIT = 10.0


@dataclass(frozen=True)
class Parcel:
    """One event for one endpoint."""

    event_id: str
    endpoint_id: str
    url: str
    secret: str
    body: bytes
    attempt: int = 1


@dataclass(frozen=True)
class Delivery:
    """What became of one attempt; status 0 when no answer came."""

    event_id: str
    endpoint_id: str
    url: str
    attempt: int
    status: int


def sign(body: bytes, secret: str, at: int) -> str:
    """The ``Stripe-Signature`` header for a body sent at ``at`` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


class Courier:
    """A thread that posts parcels one by one; starts with the first parcel, ends with ``stop()``."""

    def __init__(self, *, retry_delays: tuple[float, ...], clock: Callable[[], float]) -> None:
        self.retry_delays, self.clock = retry_delays, clock
        self.on_delivered: Callable[[str], None] = lambda event_id: None
        self._waiting: list[tuple[float, int, Parcel]] = []
        self._done: tuple[Delivery, ...] = ()
        self._changed = threading.Condition()
        self._counter = count()
        self._copies = 1
        self.habits = Habits()
        self._paused = self._busy = self._stopped = False
        self._thread: threading.Thread | None = None

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every attempt so far, oldest first."""
        return self._done

    def send(self, parcel: Parcel) -> None:
        """Deliver soon, as often as ``duplicate_next`` asked for."""
        with self._changed:
            copies, self._copies = max(self._copies, self.habits.copies), 1
            if self.habits.lost:
                return
            for _ in range(copies):
                self._push(parcel, after=0.0)
            self._start()

    def duplicate_next(self, copies: int = 2) -> None:
        """Deliver the next parcel this many times, as Stripe now and then does."""
        with self._changed:
            self._copies = copies

    def pause(self) -> None:
        """Hold every parcel back until ``resume()``."""
        with self._changed:
            self._paused = True

    def resume(self, order: Literal["as_sent", "reversed"] = "as_sent") -> None:
        """Go on; ``reversed`` delivers the newest held parcel first, for Stripe promises no order."""
        with self._changed:
            if order == "reversed":
                held = sorted(self._waiting, reverse=True)
                self._waiting = [(0.0, next(self._counter), parcel) for _, _, parcel in held]
                heapq.heapify(self._waiting)
            self._paused = False
            self._changed.notify_all()

    def lose(self, *, lost: bool = True) -> None:
        """Let all parcels get lost, also those that wait, until told otherwise; nothing is tried again."""
        with self._changed:
            self.habits.lost = lost
            if lost:
                self._waiting = []
            self._changed.notify_all()

    def wait_until_idle(self, timeout: float = 5.0) -> bool:
        """Whether within ``timeout`` seconds nothing is left to deliver or to try again."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def clear(self) -> None:
        """Forget parcels and attempts."""
        with self._changed:
            self._waiting, self._done, self._paused, self._copies = [], (), False, 1
            self.habits = Habits()
            self._changed.notify_all()

    def stop(self) -> None:
        """End the thread; what waits is not delivered."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(timeout=LONGEST_WAIT)

    def _push(self, parcel: Parcel, *, after: float) -> None:
        heapq.heappush(self._waiting, (time.monotonic() + after, next(self._counter), parcel))
        self._changed.notify_all()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sandbox Stripe events", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            status = self._post(parcel)
            if 200 <= status < 300:
                self.on_delivered(parcel.event_id)
            with self._changed:
                self._note(parcel, status)

    def _next(self) -> Parcel | None:
        with self._changed:
            while not self._stopped:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0 and not self._paused:
                    self._busy = True
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(None if self._paused else wait)
            return None

    def _post(self, parcel: Parcel) -> int:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign(parcel.body, parcel.secret, int(self.clock())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.post(
                    parcel.url, data=parcel.body, headers=headers, timeout=LONGEST_WAIT, allow_redirects=False
                )
            except requests.RequestException:
                return 0
            return answer.status_code

    def _note(self, parcel: Parcel, status: int) -> None:
        self._busy = False
        self._done = (
            *self._done,
            Delivery(parcel.event_id, parcel.endpoint_id, parcel.url, parcel.attempt, status),
        )
        if not 200 <= status < 300 and parcel.attempt <= len(self.retry_delays):
            again = Parcel(**(vars(parcel) | {"attempt": parcel.attempt + 1}))
            self._push(again, after=self.retry_delays[parcel.attempt - 1])
        self._changed.notify_all()

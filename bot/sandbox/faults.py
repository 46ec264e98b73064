"""Faults on request: answers of a service are lost, late, or replaced by what proxies and crashes send."""

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot.sandbox.fault_answers import Answer, instead, spoiled
from bot.sandbox.fault_names import BEFORE, Fault

__all__ = ["BEFORE", "EVER", "Fault", "Faults", "Faulty", "Plan", "machine_clock"]

EVER = 1_000_000_000  # times
CUT = (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.HANG_BEFORE, Fault.HANG_AFTER)
PAUSED = (Fault.SLOW, Fault.HANG_BEFORE, Fault.HANG_AFTER)
LOOK_AGAIN = 1.0  # seconds between two looks whether the client is still there
DRIP = 0.05  # seconds between two bytes of a body that never ends
MOST_KEPT = 500  # answers a cache keeps
MANNERS = (b"content-type", b"content-length")


def machine_clock() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


@dataclass
class Plan:
    """A fault waiting for its request: method and path pattern, how many times or until when, seconds.

    ``seconds`` is how long a fault takes that takes its time, or what a busy service asks to wait.
    An empty ``service`` is any. ``until`` ends it by the clock of ``Faults``, however many times are left.
    """

    service: str
    fault: Fault
    method: str = ""
    path: str = ""
    times: int = 1
    seconds: float = 1.0
    until: datetime | None = None
    number: int = 0

    def fits(self, service: str, method: str, path: str) -> bool:
        """Whether this request is the one the fault waits for."""
        right = self.service in ("", service) and self.method in ("", method) and self.times > 0
        return right and re.search(self.path, path) is not None


@dataclass
class Faults:
    """The planned faults of all services, safe to use from threads. ``met`` counts those that struck."""

    plans: list[Plan] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    clock: Callable[[], datetime] = machine_clock
    met: int = 0
    kept: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def plan(self, service: str, fault: Fault, **where: Any) -> Plan:
        """Let the next fitting request of ``service`` meet ``fault``; see ``Plan`` for ``where``."""
        with self.lock:
            plan = Plan(service, fault, **where, number=next(self.numbers))
            self.plans.append(plan)
            return plan

    def storm(self, service: str, fault: Fault = Fault.BUSY, *, times: int = EVER, **where: Any) -> Plan:
        """Let all fitting requests meet ``fault``: ``times`` of them, ``until`` a moment, or all."""
        return self.plan(service, fault, times=times, **where)

    def withdraw(self, number: int) -> None:
        """Take back the plan with this number; one that is used up or unknown does not matter."""
        with self.lock:
            self.plans[:] = [plan for plan in self.plans if plan.number != number]

    def waiting(self) -> list[Plan]:
        """The plans that can still strike, oldest first."""
        with self.lock:
            return [plan for plan in self.plans if plan.times > 0 and self._still(plan)]

    def take(self, service: str, method: str, path: str) -> Plan | None:
        """The fault for this request, used up once per call; None when it is to be answered as usual."""
        with self.lock:
            fitting = (plan for plan in self.plans if plan.fits(service, method, path) and self._still(plan))
            plan = next(fitting, None)
            if plan:
                plan.times -= 1
                self.met += 1
            return plan

    def clear(self) -> None:
        """Forget every planned fault."""
        with self.lock:
            self.plans.clear()

    def keep(self, place: tuple[str, str], answer: list[Any]) -> None:
        """Remember how a GET was answered, for a cache that will answer with it later."""
        with self.lock:
            self.kept.pop(place, None)
            self.kept[place] = answer
            while len(self.kept) > MOST_KEPT:
                del self.kept[next(iter(self.kept))]

    def _still(self, plan: Plan) -> bool:
        return plan.until is None or self.clock() < plan.until


class Faulty:
    """ASGI wrapper around one service that applies the planned faults."""

    def __init__(self, app: Any, faults: Faults, service: str) -> None:
        self.app, self.faults, self.service = app, faults, service

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        plan = None
        if scope["type"] == "http":
            plan = self.faults.take(self.service, scope["method"], scope["path"])
        if plan is None:
            await self._as_usual(scope, receive, send)
        elif plan.fault is Fault.STALE:
            await self._from_cache(scope, receive, send)
        elif plan.fault is Fault.LATE_AFTER:
            await self._later(plan, scope, receive, send)
        else:
            await self._meet(plan, scope, receive, send)

    async def _as_usual(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        answer: list[Any] = []

        async def both(message: Any) -> None:
            answer.append(message)
            await send(message)

        await self.app(scope, receive, both)
        self.faults.keep(self._place(scope), answer)

    async def _from_cache(self, scope: Any, receive: Any, send: Any) -> None:
        """Caches know an address with its whole query; who asks with a new one gets a new answer."""
        kept = self.faults.kept.get(self._place(scope)) if scope["method"] == "GET" else None
        if kept is None:
            await self._as_usual(scope, receive, send)
            return
        for message in kept:
            await send(message)

    def _place(self, scope: Any) -> tuple[str, str]:
        """Signatures in the query are new each time; without them it is the address of a shop behind TLS."""
        query = scope["query_string"].decode("latin-1").split("&")
        plain = "&".join(part for part in query if not part.startswith("oauth_"))
        return self.service, f"{scope['path']}?{plain}"

    async def _later(self, plan: Plan, scope: Any, receive: Any, send: Any) -> None:
        """The client is gone before the work begins; without a delay the work is done when it notices."""
        whole = await _whole(receive)
        if plan.seconds:
            send.__self__.transport.abort()
            await asyncio.sleep(plan.seconds)
        await self.app(scope, _again(whole), _collector([]))
        if not plan.seconds:
            await _cut(receive, send)

    async def _meet(self, plan: Plan, scope: Any, receive: Any, send: Any) -> None:
        answer: list[Any] = []
        if plan.fault not in BEFORE:
            await self.app(scope, receive, _collector(answer))
        if plan.fault in PAUSED:
            await _wait(plan.seconds, send)
        if plan.fault in CUT:
            await _cut(receive, send)
        elif plan.fault is Fault.ENDLESS_AFTER:
            await _drip(_right(answer), plan.seconds, receive, send)
        elif plan.fault is Fault.SLOW:
            await _pass_on(answer, send)
        else:
            other = instead(plan.fault, self.service, plan.seconds)
            await _send(other or spoiled(plan.fault, _right(answer)), send)


def _collector(answer: list[Any]) -> Any:
    async def collect(message: Any) -> None:
        answer.append(message)

    return collect


async def _whole(receive: Any) -> list[Any]:
    """All parts of a request."""
    parts = [await receive()]
    while parts[-1].get("more_body", False):
        parts.append(await receive())
    return parts


def _again(parts: list[Any]) -> Any:
    left = list(parts)

    async def receive() -> Any:
        return left.pop(0) if left else {"type": "http.disconnect"}

    return receive


def _right(answer: list[Any]) -> Answer:
    """The service's own answer as one."""
    start, body = answer[0], b"".join(message.get("body", b"") for message in answer)
    headers = dict(start["headers"])
    kind = headers.get(b"content-type", b"application/json")
    more = tuple((name, value) for name, value in start["headers"] if name.lower() not in MANNERS)
    return Answer(start["status"], kind, body, more)


async def _wait(seconds: float, send: Any) -> None:
    """Let time go by, but not for somebody who has gone: a server that stops must not wait for that."""
    left = seconds
    while left > 0 and not getattr(send.__self__, "disconnected", False):
        await asyncio.sleep(min(left, LOOK_AGAIN))
        left -= LOOK_AGAIN


async def _cut(receive: Any, send: Any) -> None:
    """Close the socket without an answer, which is what a cut line looks like from the other end."""
    # The server's own sender knows the socket, in both of uvicorn's HTTP implementations.
    send.__self__.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue


async def _drip(answer: Answer, seconds: float, receive: Any, send: Any) -> None:
    headers = [(b"content-type", answer.kind), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body[:1], "more_body": True})
    for _ in range(int(seconds / DRIP)):
        if getattr(send.__self__, "disconnected", False):
            return
        await asyncio.sleep(DRIP)
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
    await _cut(receive, send)


async def _pass_on(answer: list[Any], send: Any) -> None:
    for message in answer:
        await send(message)


async def _send(answer: Answer, send: Any) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers()})
    await send({"type": "http.response.body", "body": answer.body})

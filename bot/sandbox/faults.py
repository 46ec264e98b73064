"""Faults on request: the next answers of a service are lost, late, or replaced by what proxies and crashes send."""

import asyncio
import re
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """What happens to one request. The names say whether the effect took place."""

    LOST_AFTER = "lost_after"  # the effect happens, the connection drops without an answer
    LOST_BEFORE = "lost_before"  # nothing happens, the connection drops without an answer
    ERROR_BEFORE = "error_before"  # nothing happens, 500 with a JSON body of no known code
    ERROR_AFTER = "error_after"  # the effect happens, the answer is that same 500
    HTML_AFTER = "html_after"  # the effect happens, a cache answers 200 with a page
    BUSY = "busy"  # nothing happens, 429 with Retry-After
    SLOW = "slow"  # the effect happens, the answer comes ``seconds`` later


@dataclass
class Plan:
    """A fault waiting for its request: method and path pattern, how many times, and a delay in seconds."""

    service: str
    fault: Fault
    method: str = ""
    path: str = ""
    times: int = 1
    seconds: float = 1.0

    def fits(self, service: str, method: str, path: str) -> bool:
        """Whether this request is the one the fault waits for."""
        right = service == self.service and self.method in ("", method) and self.times > 0
        return right and re.search(self.path, path) is not None


@dataclass
class Faults:
    """The planned faults of all services, safe to use from several threads."""

    plans: list[Plan] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, service: str, fault: Fault, **where: Any) -> None:
        """Let the next fitting request of ``service`` meet ``fault``; see ``Plan`` for ``where``."""
        with self.lock:
            self.plans.append(Plan(service, fault, **where))

    def take(self, service: str, method: str, path: str) -> Plan | None:
        """The fault for this request, used up once per call; None when it is to be answered as usual."""
        with self.lock:
            plan = next((plan for plan in self.plans if plan.fits(service, method, path)), None)
            if plan:
                plan.times -= 1
            return plan

    def clear(self) -> None:
        """Forget every planned fault."""
        with self.lock:
            self.plans.clear()


class Faulty:
    """ASGI wrapper around one service that applies the planned faults."""

    def __init__(self, app: Any, faults: Faults, service: str) -> None:
        self.app, self.faults, self.service = app, faults, service

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        plan = None
        if scope["type"] == "http":
            plan = self.faults.take(self.service, scope["method"], scope["path"])
        if plan is None:
            await self.app(scope, receive, send)
            return
        answer: list[Any] = []
        if plan.fault not in (Fault.LOST_BEFORE, Fault.ERROR_BEFORE, Fault.BUSY):
            await self.app(scope, receive, _collector(answer))
        await _answer(plan, send, answer)


def _collector(answer: list[Any]) -> Any:
    async def collect(message: Any) -> None:
        answer.append(message)

    return collect


async def _answer(plan: Plan, send: Any, answer: list[Any]) -> None:
    if plan.fault in (Fault.LOST_BEFORE, Fault.LOST_AFTER):
        # The server's own sender knows the socket; closing it is what a cut line looks like.
        send.__self__.transport.abort()
    elif plan.fault is Fault.SLOW:
        await asyncio.sleep(plan.seconds)
        for message in answer:
            await send(message)
    elif plan.fault is Fault.HTML_AFTER:
        await _send(send, 200, b"text/html", b"<!doctype html><title>Welcome</title>")
    elif plan.fault is Fault.BUSY:
        retry = str(int(plan.seconds)).encode()
        await _send(
            send, 429, b"application/json", b'{"ok":false,"error":"ratelimited"}', (b"retry-after", retry)
        )
    else:
        await _send(send, 500, b"application/json", b'{"code":"internal_server_error","message":"fault"}')


async def _send(send: Any, status: int, kind: bytes, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

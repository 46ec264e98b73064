"""Faults on request: answers of a service are lost, late, or replaced by what proxies and crashes send."""

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
    TIMEOUT_AFTER = "timeout_after"  # the effect happens, a proxy answers 504 with a page
    TRUNCATED_AFTER = "truncated_after"  # the effect happens, half of the answer's body arrives as all of it
    NOTICE_AFTER = "notice_after"  # the effect happens, a PHP notice stands before the JSON
    FORBIDDEN_BEFORE = "forbidden_before"  # nothing happens, a firewall answers 403 with a page
    REDIRECT_BEFORE = "redirect_before"  # nothing happens, 302 to another host
    BUSY = "busy"  # nothing happens, 429 with Retry-After
    SLOW = "slow"  # the effect happens, the answer comes ``seconds`` later


BEFORE = (
    Fault.LOST_BEFORE,
    Fault.ERROR_BEFORE,
    Fault.FORBIDDEN_BEFORE,
    Fault.REDIRECT_BEFORE,
    Fault.BUSY,
)


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
        if plan.fault not in BEFORE:
            await self.app(scope, receive, _collector(answer))
        if plan.fault in (Fault.LOST_BEFORE, Fault.LOST_AFTER):
            await _cut(receive, send)
        else:
            await _answer(plan, send, answer)


def _collector(answer: list[Any]) -> Any:
    async def collect(message: Any) -> None:
        answer.append(message)

    return collect


async def _cut(receive: Any, send: Any) -> None:
    """Close the socket without an answer, which is what a cut line looks like from the other end."""
    # The server's own sender knows the socket, in both of uvicorn's HTTP implementations.
    send.__self__.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue


async def _answer(plan: Plan, send: Any, answer: list[Any]) -> None:
    if plan.fault in CHANGED:
        await _send_changed(plan.fault, send, answer)
    elif plan.fault is Fault.SLOW:
        await asyncio.sleep(plan.seconds)
        for message in answer:
            await send(message)
    elif plan.fault is Fault.BUSY:
        retry = str(int(plan.seconds)).encode()
        await _send(
            send, 429, b"application/json", b'{"ok":false,"error":"ratelimited"}', (b"retry-after", retry)
        )
    else:
        status, kind, body, *more = ANSWERS[plan.fault]
        await _send(send, status, kind, body, *more)


async def _send_changed(fault: Fault, send: Any, answer: list[Any]) -> None:
    body = b"".join(message.get("body", b"") for message in answer)
    changed = body[: len(body) // 2] if fault is Fault.TRUNCATED_AFTER else NOTICE + body
    await _send(send, answer[0]["status"], b"application/json; charset=UTF-8", changed)


async def _send(send: Any, status: int, kind: bytes, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


CHANGED = (Fault.TRUNCATED_AFTER, Fault.NOTICE_AFTER)
NOTICE = (
    b"<br />\n<b>Deprecated</b>: Creation of dynamic property in <b>plugin.php</b> on line <b>12</b><br />\n"
)
PAGE = b"<!doctype html><title>%s</title>"
ERROR = (500, b"application/json", b'{"code":"internal_server_error","message":"fault"}')
ANSWERS: dict[Fault, Any] = {
    Fault.ERROR_BEFORE: ERROR,
    Fault.ERROR_AFTER: ERROR,
    Fault.HTML_AFTER: (200, b"text/html", PAGE % b"Welcome"),
    Fault.TIMEOUT_AFTER: (504, b"text/html", PAGE % b"504 Gateway Time-out"),
    Fault.FORBIDDEN_BEFORE: (403, b"text/html", PAGE % b"Access denied"),
    Fault.REDIRECT_BEFORE: (302, b"text/html", b"", (b"location", b"http://elsewhere.example/")),
}

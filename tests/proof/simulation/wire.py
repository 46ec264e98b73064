"""The sandbox's services without a network: the real clients talk to them in process, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError

from bot.sandbox.faults import Fault, Faults, Faulty, Plan
from bot.sandbox.shop.app import respond
from bot.sandbox.shop.http import Request as ShopRequest
from bot.sandbox.shop.state import State
from bot.sandbox.stripe import Stripe
from bot.sandbox.stripe.app import Request as StripeRequest
from bot.sandbox.stripe.app import StripeApp
from tests.proof.simulation.scheduler import Scheduler

LATENCY = 0.05  # seconds a request takes to be answered
CLIENT_GIVES_UP = 100.0  # seconds after which the desk's client stops to listen
LONGEST_BODY = 20 * 1024 * 1024

# What happens to the line itself, beside what the sandbox's own faults can do.
NO_CONNECTION, ARRIVES_LATE = "no_connection", "arrives_late"


@dataclass(eq=False)
class Call:
    """One request on its way: the ``number`` of its kind since the decision, and what is to become of it."""

    number: int
    service: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    fault: Fault | str | None = None
    seconds: float = 0.0
    answer: HTTPResponse | None = None

    @property
    def name(self) -> str:
        """For the trace, and to tell writes from reads."""
        return f"{self.service} {self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether it asks for a change."""
        return self.method != "GET"


@dataclass(eq=False)
class Wires:
    """All calls of a run. ``on_call`` may give a call its fault, before the first byte of it is sent."""

    scheduler: Scheduler
    on_call: Callable[[Call], None] = lambda call: None
    on_delivery: Callable[[Call], None] = lambda call: None
    count: int = 0

    def carry(self, call: Call, ask: Callable[[], None]) -> None:
        """Bring a request to its service, with a point before and one after."""
        self.scheduler.reach(f"calls {call.name}")
        self.count += 1
        call.number = self.count
        self.on_call(call)
        if call.fault == NO_CONNECTION:
            return
        if call.fault == ARRIVES_LATE:
            self.scheduler.at(self.scheduler.time.seconds + call.seconds, f"late: {call.name}", ask)
            self.scheduler.sleep(min(call.seconds / 2, CLIENT_GIVES_UP))
        else:
            self.scheduler.sleep(LATENCY)
            self.on_delivery(call)
            ask()
        self.scheduler.reach(f"{call.fault or 'answer'} {call.name}")


class Wire(HTTPAdapter):
    """Carries the requests of one service's clients; to ``requests`` it is the network."""

    def __init__(self, service: str, app: Any, wires: Wires) -> None:
        super().__init__()
        self.service, self.app, self.wires = service, app, wires

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Deliver one request. Raises what ``requests`` raises when the line breaks."""
        call = _call(self.service, request)
        self.wires.carry(call, lambda: self._ask(call))
        if call.fault == NO_CONNECTION:
            nobody = MaxRetryError(cast(Any, None), call.path, ConnectTimeoutError())
            raise requests.ConnectTimeout(nobody, request=request)
        if call.answer is None or call.fault == ARRIVES_LATE:
            broken = ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer"))
            raise requests.ConnectionError(broken, request=request)
        return self.build_response(request, call.answer)

    def close(self) -> None:
        """Nothing is open."""

    def _ask(self, call: Call) -> None:
        fate = Fate(call)
        sink = Sink()
        app = Faulty(self.app, fate, self.service)
        drive(app(_scope(call), _source(call.body), sink.send), self.wires.scheduler.sleep)
        call.answer = sink.response()


class Fate(Faults):
    """The sandbox's faults for one call: the schedule decided already."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call

    def take(self, service: str, method: str, path: str) -> Plan | None:
        """The fault of this call."""
        fault = self.call.fault
        return Plan(service, fault, seconds=self.call.seconds) if isinstance(fault, Fault) else None


class ShopDoor:
    """The shop as an application that answers in the thread that asks."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        request = ShopRequest(scope["method"], scope["path"], scope["query"], scope["plain"], body)
        answer = respond(self.state, request)
        await _say(
            send, answer.status, {"Content-Type": answer.content_type, **answer.headers}, answer.content()
        )


class StripeDoor:
    """Stripe as an application that answers in the thread that asks."""

    def __init__(self, stripe: Stripe) -> None:
        self.app = StripeApp(stripe)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"].decode()
        request = StripeRequest(scope["method"], scope["path"], scope["query"], scope["plain"], body)
        answer = self.app.answer(request)
        await _say(send, answer.status, answer.headers, answer.body)


@dataclass
class Sink:
    """Where an application sends its answer. To cut the line is to leave nothing in it."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    @property
    def transport(self) -> Any:
        """What a server would close."""
        return SimpleNamespace(abort=self._cut)

    async def send(self, message: Any) -> None:
        """Take one part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            ]
        elif len(self.body) < LONGEST_BODY:
            self.body += message.get("body", b"")

    def response(self) -> HTTPResponse | None:
        """The answer as it came over the line."""
        if not self.status:
            return None
        return HTTPResponse(
            BytesIO(self.body), HTTPHeaderDict(self.headers), self.status, preload_content=False
        )

    def _cut(self) -> None:
        self.status = 0


class Loop:
    """The least of an event loop: enough for an application that does nothing but sleep."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self.sleep = sleep
        self.waiting: list[tuple[float, Callable[..., Any], tuple[Any, ...]]] = []

    def get_debug(self) -> bool:
        """No."""
        return False

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=cast(Any, self))

    def call_later(self, delay: float, callback: Any, *args: Any, **_: Any) -> Any:
        """Keep what is to happen after ``delay``."""
        self.waiting.append((delay, callback, args))
        return SimpleNamespace(cancel=lambda: None)

    def call_soon(self, *_: Any, **__: Any) -> Any:
        """Nothing waits for futures here: whoever drives goes on by itself."""

    def let_pass(self) -> None:
        """Sleep until the next thing that waits, and let it happen."""
        delay, callback, args = self.waiting.pop(0)
        self.sleep(delay)
        callback(*args)


def drive(work: Coroutine[Any, Any, None], sleep: Callable[[float], None]) -> None:
    """Run an application's coroutine to its end in this thread."""
    loop = Loop(sleep)
    asyncio._set_running_loop(cast(Any, loop))
    try:
        while True:
            work.send(None)
            asyncio._set_running_loop(None)
            loop.let_pass()
            asyncio._set_running_loop(cast(Any, loop))
    except StopIteration:
        return
    finally:
        asyncio._set_running_loop(None)


def _call(service: str, request: requests.PreparedRequest) -> Call:
    address = urlsplit(request.url or "")
    body = request.body or b""
    return Call(
        number=0,
        service=service,
        method=request.method or "",
        path=unquote(address.path),
        query=address.query,
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


def _scope(call: Call) -> dict[str, Any]:
    # The proxy in front of a real shop says so when it took the request over TLS.
    plain = {**call.headers, "host": "shop.example", "x-forwarded-proto": "https"}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in plain.items()]
    query = {"query": call.query, "query_string": call.query.encode("latin-1")}
    return {"type": "http", "method": call.method, "path": call.path, "headers": raw, "plain": plain, **query}


def _source(body: bytes) -> Any:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _say(send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    known = {**headers, "Content-Length": str(len(body))}
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in known.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value

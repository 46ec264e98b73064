"""Socket Mode: the app's open sockets, envelopes to any one of them, and the acks that come back."""

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.outcome import Answer

MOST_SOCKETS = 10


@dataclass(eq=False)
class _Line:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    envelopes: int = 0

    def send(self, message: dict[str, Any]) -> None:
        """Send from any thread; raises RuntimeError or OSError if the line is gone."""
        asyncio.run_coroutine_threadsafe(self.socket.send_text(json.dumps(message)), self.loop).result(2)

    def close(self) -> None:
        """Hang up from any thread."""
        asyncio.run_coroutine_threadsafe(self.socket.close(1000), self.loop).result(2)


@dataclass
class Switchboard:
    """All open sockets of the app, used in turn."""

    core: Core
    lines: list[_Line] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    waiting: dict[str, "Future[Any]"] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return len(self.lines)

    def ticket(self) -> str:
        """A key that opens one socket once."""
        ticket = self.core.new_id("ticket").lower()
        with self.lock:
            self.tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Hold one socket: greet it, then read acks until it closes."""
        with self.lock:
            known = socket.query_params.get("ticket") in self.tickets
            self.tickets.discard(socket.query_params.get("ticket", ""))
        if not known:
            await socket.close(4001)
            return
        await socket.accept()
        if self.connected >= MOST_SOCKETS:
            await socket.send_text(json.dumps(_disconnect("too_many_websockets")))
            await socket.close(1000)
            return
        line = _Line(socket, asyncio.get_running_loop())
        await socket.send_text(json.dumps(self._hello()))
        with self.lock:
            self.lines.append(line)
        self.core.touch()
        await self._listen(line)

    async def _listen(self, line: _Line) -> None:
        try:
            while True:
                self._note_ack(json.loads(await line.socket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            self._drop(line)

    def _note_ack(self, message: dict[str, Any]) -> None:
        with self.lock:
            waiting = self.waiting.pop(str(message.get("envelope_id")), None)
        if waiting is not None:
            waiting.set_result(message.get("payload"))

    def _drop(self, line: _Line) -> None:
        with self.lock:
            if line in self.lines:
                self.lines.remove(line)
        self.core.touch()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.connected + 1,
            "debug_info": _debug_info(approximate_connection_time=18060),
            "connection_info": {"app_id": self.core.app_id},
        }

    def deliver(self, kind: str, payload: dict[str, Any], retry: Mapping[str, Any]) -> Answer:
        """Put a payload into an envelope, send it over one socket, and wait at most three seconds."""
        envelope_id, future = self.core.new_id("envelope-"), Future[Any]()
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
            **(retry if kind == "events_api" else {}),
        }
        with self.lock:
            self.waiting[envelope_id] = future
        started = time.perf_counter()
        if not self._send(envelope):
            return Answer(kind, payload, None, 0.0, trouble="connection_failed", via="socket")
        return self._await(kind, payload, future, started)

    def _await(self, kind: str, payload: dict[str, Any], future: "Future[Any]", started: float) -> Answer:
        try:
            body = future.result(self.core.settings.ack_seconds)
        except Late:
            spent = (time.perf_counter() - started) * 1000
            return Answer(kind, payload, None, spent, trouble="http_timeout", via="socket")
        spent = (time.perf_counter() - started) * 1000
        return Answer(kind, payload, 200, spent, body=body, via="socket")

    def _send(self, envelope: dict[str, Any]) -> bool:
        for line in sorted(self.lines, key=lambda line: line.envelopes):
            try:
                line.envelopes += 1
                line.send(envelope)
            except (RuntimeError, OSError, Late):
                self._drop(line)
            else:
                return True
        return False

    def recycle(self, reason: str = "refresh_requested") -> None:
        """Ask every client to come back, as Slack does every few hours; "warning" only announces it."""
        for line in list(self.lines):
            line.send(_disconnect(reason))
            if reason != "warning":
                self._drop(line)
                line.close()

    def hang_up(self) -> None:
        """Close every socket without a word."""
        for line in list(self.lines):
            self._drop(line)
            line.close()


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": _debug_info()}


def _debug_info(**more: Any) -> dict[str, Any]:
    started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.000")
    return {"host": "applink-sandbox", "started": started, "build_number": 1, **more}

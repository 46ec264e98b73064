"""What Slack, the shop and other programs send, signed and ready to leave; and how long an answer took.

Requests are sent by hand over plain sockets: a client library would cost the machine more than the desk does.
"""

import base64
import hashlib
import hmac
import itertools
import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.slack.outbound import encoded, sign
from handlers.signing import intake_signature

GIVE_UP = 3.0  # seconds, as Slack
CALLERS = 64
NUMBERS = itertools.count(time.time_ns() // 1000)


@dataclass(frozen=True)
class Answer:
    """Status 0: there was none within Slack's patience."""

    status: int
    body: bytes
    milliseconds: float

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Door:
    """Where a server listens, and what Slack signs with."""

    url: str
    secret: str

    def slack(self, kind: str, payload: Mapping[str, Any]) -> Answer:
        """Deliver a payload of Slack's."""
        body, content = encoded(kind, payload)
        return self.knock("/slack/events", body, {"Content-Type": content, **sign(self.secret, body)})

    def knock(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request over a connection of its own, and wait for the answer."""
        started = time.perf_counter()
        try:
            with self.connection() as line:
                return exchange(line, self.request(path, body, headers), started)
        except OSError:
            return Answer(0, b"", (time.perf_counter() - started) * 1000)

    def connection(self) -> socket.socket:
        """An open connection that gives up when Slack would."""
        place = urlsplit(self.url)
        line = socket.create_connection((place.hostname, place.port), timeout=GIVE_UP)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def request(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The bytes of a request."""
        head = {"Host": urlsplit(self.url).netloc, "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def exchange(line: socket.socket, request: bytes, started: float) -> Answer:
    """Send a request over an open connection and read the whole answer. Raises OSError."""
    line.sendall(request)
    read = b""
    while b"\r\n\r\n" not in read:
        read += _more(line)
    head, _, body = read.partition(b"\r\n\r\n")
    fields = dict(row.lower().split(b": ", 1) for row in head.split(b"\r\n")[1:])
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length:
        body += _more(line)
    return Answer(int(head[9:12]), body, (time.perf_counter() - started) * 1000)


def _more(line: socket.socket) -> bytes:
    data = line.recv(65_536)
    if not data:
        raise ConnectionResetError("the server ended the connection")
    return data


# What people do


def press(action: str, value: str, user: str) -> tuple[str, dict[str, Any]]:
    """Somebody presses a button of a card."""
    number, at = next(NUMBERS), f"{next(NUMBERS) / 1e6:.6f}"
    payload = {
        **_person("block_actions", user),
        "trigger_id": f"{number}.1.a",
        "container": {"type": "message", "message_ts": at, "channel_id": "C01RETURNS"},
        "channel": {"id": "C01RETURNS", "name": "returns"},
        "message": {"ts": at, "text": "", "type": "message"},
        "response_url": "",
        "actions": [
            {"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": at}
        ],
    }
    return "interactive", payload


def submit(callback: str, place: str, typed: Mapping[str, str], user: str) -> tuple[str, dict[str, Any]]:
    """Somebody sends a form about the return and version ``place``."""
    number = next(NUMBERS)
    values = {name: {name: {"type": "plain_text_input", "value": text}} for name, text in typed.items()}
    view = {
        "id": f"V{number}",
        "hash": str(number),
        "type": "modal",
        "callback_id": callback,
        "private_metadata": place,
        "state": {"values": values},
        "blocks": [{"type": "input", "block_id": name} for name in typed],
    }
    return "interactive", {**_person("view_submission", user), "trigger_id": f"{number}.1.a", "view": view}


def command(text: str, user: str) -> tuple[str, dict[str, Any]]:
    """Somebody types /returns and something behind it."""
    form = {
        "command": "/returns",
        "text": text,
        "user_id": user,
        "team_id": "T01",
        "channel_id": "C01RETURNS",
        "trigger_id": f"{next(NUMBERS)}.1.a",
        "response_url": "",
    }
    return "slash_commands", form


def _person(kind: str, user: str) -> dict[str, Any]:
    who = {"id": user, "username": user, "name": user, "team_id": "T01"}
    return {"type": kind, "user": who, "team": {"id": "T01", "domain": "bench"}, "api_app_id": "A01"}


def webhook(secret: str, order_id: int, number: int) -> tuple[bytes, dict[str, str]]:
    """The shop says that an order changed: body and headers. As long as a small order's own are."""
    body = json.dumps({"id": order_id, "number": number, "coupon_lines": [], "padding": "x" * 3_000}).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    return body, {
        "Content-Type": "application/json",
        "X-WC-Webhook-Signature": signature,
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": str(number),
    }


def wish(secret: str, order: int, line: int, key: str) -> tuple[bytes, dict[str, str]]:
    """A customer wants to return both mugs of an order: body and headers for the intake."""
    items = [{"line": line, "quantity": 2, "reason": "too_small"}]
    about = {"request_id": key, "order": str(order), "email": "marie@example.com", "items": items}
    body = json.dumps(about).encode()
    signed = intake_signature(body, secret, datetime.now(UTC))
    return body, {"Content-Type": "application/json", "X-Returns-Signature": signed}


# Open loop: requests leave when planned, however long the ones before them take


@dataclass(frozen=True)
class Planned:
    """A deed and its moment, in seconds from the beginning."""

    at: float
    act: Callable[[], Answer]


@dataclass(frozen=True)
class Kept:
    """How one planned deed went: milliseconds from its planned moment to the whole answer."""

    milliseconds: float
    answer: Answer


def open_loop(plan: Sequence[Planned]) -> Sequence[Kept]:
    """Do all that is planned, each at its moment, and wait for all answers; they come in the plan's order.

    The time is counted from the planned moment, so that a stall counts for everybody who stood in it.
    """
    begun = time.perf_counter() + 0.05
    going: dict[int, Future[Kept]] = {}
    with ThreadPoolExecutor(CALLERS) as callers:
        for place, one in sorted(enumerate(plan), key=lambda placed: placed[1].at):
            time.sleep(max(0.0, begun + one.at - time.perf_counter()))
            going[place] = callers.submit(_keep, one, begun)
    return [going[place].result() for place in range(len(plan))]


def _keep(planned: Planned, begun: float) -> Kept:
    answer = planned.act()
    return Kept((time.perf_counter() - begun - planned.at) * 1000, answer)

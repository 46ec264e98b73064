"""A socket that answers what a test wrote down, and the answers a real shop was recorded giving."""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

RECORDINGS = Path(__file__).parents[2] / "recordings"
Reply = Callable[[socket.socket], None]


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Route:
    """Replies to requests of one method and path, in turn; the last one is repeated."""

    method: str
    path: str
    replies: list[Reply]

    def next(self) -> Reply:
        """The reply that is due."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@dataclass
class Script:
    """A small HTTP server over raw sockets that does what its routes say, however odd."""

    listener: socket.socket
    routes: list[Route] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def on(self, method: str, path: str, *replies: Reply) -> None:
        """Answer requests whose path ends like the pattern ``path``; later rules win."""
        self.routes.insert(0, Route(method, path, list(replies)))

    def to(self, method: str, path: str = "") -> list[Asked]:
        """The requests of a method whose path ends like the pattern."""
        return [each for each in self.asked if each.method == method and re.search(f"{path}$", each.path)]

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            wrapped = self.wrap(connection)
        except OSError:
            connection.close()
            return
        with wrapped:
            asked = read_request(wrapped)
            if asked is None:
                return
            self.asked.append(asked)
            fitting = (
                r for r in self.routes if r.method == asked.method and re.search(f"{r.path}$", asked.path)
            )
            next(fitting).next()(wrapped)


def read_request(connection: socket.socket) -> Asked | None:
    """One request from the socket, or None if the line was closed before one came."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part or part.startswith(b"\x16\x03"):  # nobody, or somebody who begins to speak TLS
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Asked(method, urlsplit(target).path, parse_qs(urlsplit(target).query), headers, body)


def say(status: int, body: Any = b"", kind: str = "application/json; charset=UTF-8", **headers: str) -> Reply:
    """Answer with ``body``: bytes as they are, anything else as JSON. Names take "_" for "-"."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    raw = "\r\n".join([*lines, "connection: close", "", ""]).encode() + content
    return lambda connection: connection.sendall(raw)


def raw(data: bytes) -> Reply:
    """Send these bytes and close."""
    return lambda connection: connection.sendall(data)


def cut(connection: socket.socket) -> None:
    """Reset the line without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang(seconds: float) -> Reply:
    """Say nothing for a while."""
    return lambda connection: time.sleep(seconds)


def drip(connection: socket.socket) -> None:
    """Begin an answer that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n[")
    try:
        for _ in range(200):
            connection.sendall(b" ")
            time.sleep(0.02)
    except OSError:
        return


def recorded(name: str) -> Any:
    """What a WooCommerce 10.5 shop was recorded saying: the body of the answer."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]["body"]


def replay(name: str) -> Reply:
    """The recorded answer, status and body."""
    answer = json.loads((RECORDINGS / f"{name}.json").read_text())["response"]
    body = answer["body"].encode() if isinstance(answer["body"], str) else answer["body"]
    return say(answer["status"], body, answer["headers"]["content-type"])

"""Clients that are slow, or send too much, take nothing from anybody else."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import requests
import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import Engine

from bot.commands.patience import HastyProtocol
from bot.commands.running import listening
from handlers.web import create_app
from tests.handlers.conftest import a_silent_bolt
from tests.world import a_world

DOORS = ("/returns/", "/slack/events", "/api/v1/returns", "/webhooks/woocommerce")
MEGABYTE = 1_000_000


class Hastier(HastyProtocol):
    """The same in a test's time, with room for a busy machine."""

    patience, look = 6.0, 0.1


@pytest.fixture
def address(engine: Engine) -> Iterator[tuple[str, int]]:
    with a_world(engine) as world, served(create_app(world.desk, a_silent_bolt())) as opened:
        yield opened


@contextmanager
def served(app: Any) -> Iterator[tuple[str, int]]:
    """The doors behind connections as ``serve`` has them."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        config = listening(app, "127.0.0.1", listener.getsockname()[1])
        assert config.http is HastyProtocol
        config.http = Hastier
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join(5)


def answer(address: tuple[str, int], path: str = "/returns/") -> tuple[int, float]:
    """The status of a customer's request, and how many seconds it took."""
    begun = time.monotonic()
    url = f"http://{address[0]}:{address[1]}{path}"
    return requests.get(url, timeout=10).status_code, time.monotonic() - begun


def whole(opened: socket.socket) -> bytes:
    """An answer up to its two letters "ok", in however many pieces it comes."""
    said = b""
    while not said.endswith(b"ok"):
        piece = opened.recv(1000)
        assert piece, f"the connection ended after {said!r}"
        said += piece
    return said


def begin(stack: ExitStack, address: tuple[str, int], head: str) -> socket.socket:
    """A request that has only begun."""
    opened = stack.enter_context(socket.create_connection(address, timeout=5))
    opened.sendall(head.encode())
    return opened


def is_ended(opened: socket.socket) -> bool:
    try:
        return opened.recv(1000) == b""
    except ConnectionError:
        return True


HEADS = {
    "headers": "POST /returns/ HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "body": "POST /returns/ HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nnumber=",
    "parts": "POST /returns/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    "Content-Length: 500000\r\n\r\n--b\r\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_slow_clients_keep_nobody_waiting_and_are_let_go(address: tuple[str, int], head: str) -> None:
    answer(address)
    with ExitStack() as stack:
        slow = [begin(stack, address, head) for _ in range(200)]
        answers = [answer(address) for _ in range(5)]
        assert {status for status, _ in answers} == {200}
        assert max(seconds for _, seconds in answers) < Hastier.patience
        for _ in range(6):  # a byte now and then is no reason to wait longer
            time.sleep(0.5)
            for one in slow:
                trickle(one)
        assert all(is_ended(one) for one in slow)


@pytest.mark.slow
def test_a_body_that_comes_slowly_but_steadily_is_waited_for(address: tuple[str, int]) -> None:
    head = "POST /returns/ HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n"
    with ExitStack() as stack:
        steady = begin(stack, address, head)
        for _ in range(25):
            steady.sendall(b"a" * 2000)
            time.sleep(0.1)
        assert steady.recv(100).startswith(b"HTTP/1.1")


@pytest.mark.slow
def test_who_asks_again_and_again_keeps_the_connection(address: tuple[str, int]) -> None:
    with ExitStack() as stack:
        opened = begin(stack, address, "")
        for _ in range(10):
            opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert whole(opened).startswith(b"HTTP/1.1 200")
            time.sleep(0.25)


@pytest.mark.slow
def test_a_large_answer_may_be_taken_slowly() -> None:
    app = FastAPI()
    app.add_api_route("/photo", lambda: Response(bytes(8 * MEGABYTE)))
    with served(app) as address, ExitStack() as stack:
        opened = stack.enter_context(socket.socket())
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        opened.connect(address)
        opened.sendall(b"GET /photo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(2.5)
        with opened.makefile("rb") as answered:
            assert len(answered.read()) > 8 * MEGABYTE


def trickle(opened: socket.socket) -> None:
    try:
        opened.sendall(b"a")
    except OSError:
        return


@pytest.mark.slow
@pytest.mark.parametrize("path", DOORS)
def test_a_body_of_100_megabytes_is_refused_long_before_its_end(address: tuple[str, int], path: str) -> None:
    answer(address)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {100 * MEGABYTE}\r\n\r\n"
    with ExitStack() as stack:
        opened = begin(stack, address, head)
        sent = sent_until_refused(opened, bytes(MEGABYTE))
    assert sent < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kilobytes
    assert answer(address)[0] == 200


def sent_until_refused(opened: socket.socket, part: bytes) -> int:
    """How many parts the other side took before it answered or closed."""
    for count in range(100):
        opened.settimeout(0.02)
        try:
            if opened.recv(1, socket.MSG_PEEK) or not count:
                return count
        except TimeoutError:
            pass
        except ConnectionError:
            return count
        opened.settimeout(5)
        try:
            opened.sendall(part)
        except OSError:
            return count
    return 100


@pytest.mark.slow
@pytest.mark.parametrize("headers", ["X-A: b\r\n" * 200_000, "X-A: " + "b" * 2_000_000])
def test_a_flood_of_headers_is_cut_off(address: tuple[str, int], headers: str) -> None:
    with ExitStack() as stack:
        opened = begin(stack, address, "GET /returns/ HTTP/1.1\r\nHost: x\r\n")
        try:
            opened.sendall(headers.encode())
            said = opened.recv(100)
        except ConnectionError:
            said = b""
        assert not said or said.startswith(b"HTTP/1.1 400")
    assert answer(address)[0] == 200

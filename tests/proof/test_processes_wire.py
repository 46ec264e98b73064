"""The proof's own ground: a shop and a bank that act on half a request would prove nothing."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        yield sandbox


def send_half(url: str, path: str, headers: str, body: bytes) -> bytes:
    """Send the head and half of the body, hang up, and return what came back."""
    address = urlsplit(url)
    head = f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port or 80), timeout=5) as line:
        line.sendall(head.encode() + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        return line.recv(1024)


def test_a_bank_does_not_act_on_half_a_request(sandbox: Sandbox) -> None:
    mug = sandbox.shop.add_product("Mug", "33.00")
    order = sandbox.shop.place_order([(mug, 1)], payment_method="stripe")
    intent = sandbox.stripe.get(order.transaction_id)["payment_intent"]
    headers = f"Authorization: Bearer {sandbox.keys.stripe_key}\r\nContent-Type: {FORM}\r\n"
    body = f"payment_intent={intent}&amount=100&metadata[reason]={'x' * 200}".encode()
    assert send_half(sandbox.stripe_base, "/v1/refunds", headers, body) == b""
    assert sandbox.stripe.refunded(intent) == 0


def test_a_shop_does_not_act_on_half_a_request(sandbox: Sandbox) -> None:
    send_half(sandbox.shop_url, "/wp-json/wc/v3/orders", "Content-Type: text/json\r\n", b'{"a": 1}' * 9)
    assert sandbox.shop.state.orders == {}

"""Slack's answers as words of what is known, whatever a proxy makes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.errors import GatewayError, OutcomeUnknown, Refused, Unreachable
from bot.sandbox.serving import Service
from handlers.slack.calls import called

Header = tuple[bytes, bytes]


@contextmanager
def a_slack(status: int, body: bytes, *headers: Header) -> Iterator[WebClient]:
    """A client of a Slack that always says the same."""

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        told = [(b"content-type", b"application/json"), *headers]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})

    with Service(answer) as service:
        yield WebClient(token="xoxb-1", base_url=f"{service.url}/api/", timeout=2, retry_handlers=[])


def said(client: WebClient) -> GatewayError:
    with pytest.raises(GatewayError) as told:
        called(client.chat_postMessage, channel="C1", text="x")
    return told.value


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (b"7", 7),
        (b"0", 1),
        (b"999999", 600),
        (b"-1", 30),
        (b"1.5", 30),
        (b"soon", 30),
        (b"", 30),
        (b"Wed, 21 Oct 2026 07:28:00 GMT", 30),
        (b"9" * 400, 600),
    ],
)
def test_a_pause_is_as_long_as_asked_for_within_reason(asked: bytes, seconds: float) -> None:
    with a_slack(429, b'{"ok":false,"error":"ratelimited"}', (b"retry-after", asked)) as client:
        told = said(client)
    assert isinstance(told, Unreachable)
    assert told.retry_after == seconds


def test_a_pause_without_a_length_is_half_a_minute() -> None:
    with a_slack(429, b'{"ok":false,"error":"ratelimited"}') as client:
        assert said(client).retry_after == 30


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"ok":false,"error":"is_archived"}', Refused),
        (200, b'{"ok":false,"error":"invalid_blocks"}', Refused),
        (200, b'{"ok":false,"error":"internal_error"}', OutcomeUnknown),
        (200, b'{"ok":false,"error":"ratelimited"}', Unreachable),
        (200, b"<!doctype html><title>Welcome</title>", OutcomeUnknown),
        (200, b'{"ok":tr', OutcomeUnknown),
        (500, b"", OutcomeUnknown),
        (503, b"<html>", OutcomeUnknown),
        (504, b"{}", OutcomeUnknown),
    ],
)
def test_an_answer_says_what_is_known(status: int, body: bytes, kind: type[GatewayError]) -> None:
    with a_slack(status, body) as client:
        assert type(said(client)) is kind


def test_a_slack_that_is_not_there_was_certainly_not_reached() -> None:
    with a_slack(200, b"{}") as client:
        pass
    assert isinstance(said(client), Unreachable)

"""What the tests of the sandbox's Slack are made of: a clock, a client, a door, and small blocks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.serving import Service


class Watch:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Stage:
    """An ASGI application whose play changes from test to test."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def web_client(served: Service, token: str) -> WebClient:
    return WebClient(token=token, base_url=f"{served.url}/api/", retry_handlers=[])


def door_app(bolt: App) -> Starlette:
    """The door of a bolt app: raw body in, dispatch in a thread."""

    async def receive(request: Request) -> Response:
        body = (await request.body()).decode()
        headers: dict[str, Any] = {name: [value] for name, value in request.headers.items()}
        answer = await run_in_threadpool(bolt.dispatch, BoltRequest(body=body, headers=headers))
        flat = {name: values[0] for name, values in answer.headers.items()}
        return Response(answer.body, answer.status, flat)

    return Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])


def note(into: list[dict[str, Any]]) -> Callable[..., None]:
    """A listener for anything interactive: ack, and keep the body."""

    def listener(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        into.append(body)

    return listener


def keep(into: list[dict[str, Any]]) -> Callable[..., None]:
    """A listener for events: keep the body."""

    def listener(body: dict[str, Any]) -> None:
        into.append(body)

    return listener


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str, text: str = "Go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


def field(action_id: str, kind: str = "plain_text_input", **more: Any) -> dict[str, Any]:
    outer: dict[str, Any] = {
        name: more.pop(name) for name in ("optional", "dispatch_action", "block_id") if name in more
    }
    element = {"type": kind, "action_id": action_id, **more}
    return {
        "type": "input",
        "block_id": f"b_{action_id}",
        "label": plain(action_id),
        "element": element,
        **outer,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"type": "modal", "title": plain("Refund"), "submit": plain("Send")}
    return {**base, "callback_id": "box", "blocks": list(blocks) or [section()], **more}

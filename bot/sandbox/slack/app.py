"""The sandbox Slack's doors: Web API, uploads, private files, response_urls, Socket Mode."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.sandbox.slack.api import answer
from bot.sandbox.slack.api_files import receive
from bot.sandbox.slack.delivery import Courier
from bot.sandbox.slack.responses import respond
from bot.sandbox.slack.slack import Slack


def create_app(slack: Slack) -> Starlette:
    """The HTTP face of one workspace; serve it with ``bot.sandbox.serving.Service``."""
    doors = _Doors(slack)
    return Starlette(
        routes=[
            Route("/api/{method}", doors.api, methods=["GET", "POST"]),
            Route("/actions/{name:path}", doors.response, methods=["POST"]),
            Route("/upload/v1/{file_id}", doors.upload, methods=["POST"]),
            Route("/files-pri/{name}/{filename}", doors.file, methods=["GET"]),
            WebSocketRoute("/link/", doors.link),
        ]
    )


class _Doors:
    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.core, self.courier = slack.core, slack.courier

    async def api(self, request: Request) -> Response:
        given = await _arguments(request)
        return await run_in_threadpool(self._answer, request, given)

    def _answer(self, request: Request, given: dict[str, Any] | None) -> Response:
        if given is None:
            return JSONResponse({"ok": False, "error": "invalid_json"})
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        token, base = bearer or str(given.get("token") or ""), _base(request)
        name = request.path_params["method"]
        reply = answer(self.core, self.slack.board, name, given, token=token, base=base)
        _send(self.courier, reply.events)
        return JSONResponse(reply.body, reply.status, reply.headers)

    async def response(self, request: Request) -> Response:
        raw = await request.body()
        status, body = await run_in_threadpool(self._respond, request.path_params["name"], raw)
        return JSONResponse(body, status)

    def _respond(self, name: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        try:
            body = json.loads(raw)
        except ValueError:
            return 400, {"ok": False, "error": "invalid_payload"}
        return respond(self.core, name, body)

    async def upload(self, request: Request) -> Response:
        content = await _uploaded(request)
        status, text = receive(self.core, request.path_params["file_id"], content)
        return PlainTextResponse(text, status)

    async def file(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        stored = self.core.files.get(request.path_params["name"].partition("-")[2])
        if token not in self.core.tokens:
            return RedirectResponse("/?redir=%2Ffiles-pri", 302)
        if "files:read" not in self.core.tokens[token].scopes:
            return RedirectResponse("/?redir=%2Ffiles-pri", 302)
        if stored is None or stored.content is None or stored.deleted:
            return PlainTextResponse("not found", 404)
        if stored.moved_to:
            return RedirectResponse(stored.moved_to, 302)
        return Response(stored.content, media_type="application/octet-stream")

    async def link(self, socket: WebSocket) -> None:
        await self.slack.board.serve(socket)


def _send(courier: Courier, events: list[dict[str, Any]]) -> None:
    for event in events:
        courier.send(event)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


async def _arguments(request: Request) -> dict[str, Any] | None:
    """Query and body together; None for a JSON body that cannot be read."""
    content = request.headers.get("content-type", "")
    given: dict[str, Any] = dict(request.query_params)
    if content.startswith("multipart/form-data"):
        async with request.form() as form:
            return {**given, **{name: value for name, value in form.items() if isinstance(value, str)}}
    raw = await request.body()
    if content.startswith("application/json"):
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            return None
        return {**given, **body} if isinstance(body, dict) else None
    return {**given, **dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))}


async def _uploaded(request: Request) -> bytes:
    """The bytes of an upload, sent raw or as the first file of a multipart form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            if isinstance(value, UploadFile):
                return await value.read()
    return b""

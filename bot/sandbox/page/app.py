"""The page's HTTP side: its files, one question ("what is there to see?") and one way to do things."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.page.deeds import NotPossible, do
from bot.sandbox.page.view import see

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

WEB = Path(__file__).parent.parent / "web"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".html": "text/html",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' http://127.0.0.1:* data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
HERE = ("127.0.0.1", "localhost")


def create_page(sandbox: "Sandbox") -> Starlette:
    """The page of one sandbox, with nothing in it that comes from elsewhere."""

    def state(request: Request) -> Response:
        query = request.query_params
        seen = see(sandbox, query.get("as", ""))
        if query.get("seen") == seen["version"]:
            return Response(status_code=204)
        return JSONResponse(seen)

    async def act(request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":
            return JSONResponse({"error": "only JSON is read here"}, 415)
        wanted = await request.json()
        return await run_in_threadpool(_act, sandbox, wanted)

    routes = [
        Route("/", _index),
        Route("/web/{name}", _file),
        Route("/files/{file_id}", _slack_file(sandbox)),
        Route("/api/state", state),
        Route("/api/act", act, methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guarded)])


def _act(sandbox: "Sandbox", wanted: dict[str, Any]) -> Response:
    try:
        return JSONResponse(do(sandbox, wanted))
    except NotPossible as refusal:
        return JSONResponse({"error": str(refusal), "field": refusal.field}, 409)


def _index(_request: Request) -> Response:
    return FileResponse(WEB / "index.html", media_type="text/html")


def _file(request: Request) -> Response:
    path = WEB / request.path_params["name"]
    if path.parent != WEB or path.suffix not in KINDS or not path.is_file():
        return Response("not found", 404)
    return FileResponse(path, media_type=KINDS[path.suffix])


def _slack_file(sandbox: "Sandbox") -> Any:
    def file(request: Request) -> Response:
        stored = sandbox.slack.core.files.get(request.path_params["file_id"])
        kind = _picture_kind(stored.content) if stored and stored.content else ""
        if stored is None or not kind:
            return Response("not found", 404)
        return Response(stored.content, media_type=kind)

    return file


def _picture_kind(content: bytes) -> str:
    """Pictures only: what somebody uploads must never be able to act as a page."""
    marks = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in marks.items() if content.startswith(mark)), "")


class Guarded:
    """Answers only to this machine's own names, and lets no other site's script act here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _from_here(Request(scope)):
            await Response("only for this machine", 403)(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *known]
            await send(message)

        await self.app(scope, receive, sent)


def _from_here(request: Request) -> bool:
    origin = request.headers.get("origin", "")
    names = [request.url.hostname, urlsplit(origin).hostname if origin else "127.0.0.1"]
    return all(name in HERE for name in names)

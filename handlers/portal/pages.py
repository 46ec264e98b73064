"""From values to a page: templates, words, and the headers that keep a page to itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.desk import Desk
from bot.i18n import LANGUAGES, Words
from handlers.portal.visitor import LANGUAGE, PATH, language_of

HERE = Path(__file__).parent
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": CSP,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "private, no-store",
}
YEAR = 365 * 24 * 3600  # seconds
KINDS = {".css": "text/css", ".js": "text/javascript"}
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    desk: Desk, request: Request, name: str, *, status: int = 200, at: str = "", **values: Any
) -> Response:
    """A page in the customer's language. ``at`` is its address, where a form was sent to another."""
    language = language_of(request, desk)
    words = Words(language, desk.settings.timezone)
    html = TEMPLATES.get_template(name).render(
        words=words,
        language=language,
        languages=LANGUAGES,
        path=at or request.url.path,
        now=desk.now(),
        **values,
    )
    answer = HTMLResponse(html, status_code=status)
    if request.query_params.get("lang") == language:
        answer.set_cookie(LANGUAGE, language, max_age=YEAR, path=PATH, samesite="lax", httponly=True)
    return protected(desk, answer)


def protected(desk: Desk, answer: Response) -> Response:
    """The same answer with the headers every page has."""
    answer.headers.update(HEADERS)
    if desk.settings.public_url.startswith("https:"):
        answer.headers["strict-transport-security"] = f"max-age={YEAR}"
    return answer


def static_files(router: APIRouter) -> None:
    """The style sheet and the script, by name; there is no folder to look around in."""
    files = {path.name: path for path in (HERE / "static").iterdir() if path.suffix in KINDS}

    @router.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        headers = {**HEADERS, "cache-control": "public, max-age=3600"}
        return Response(files[name].read_bytes(), media_type=KINDS[files[name].suffix], headers=headers)

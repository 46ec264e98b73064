"""The customer's side of the conversation: a page of it, the form, and what came since for an open page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.desk import Desk
from bot.desk.conversation import customer_says, seen_by_customer, talk_after, talk_of
from bot.errors import DeskError
from bot.i18n import Words
from handlers.bodies import body_of
from handlers.portal.follow import visited
from handlers.portal.forms import Stale, read_form
from handlers.portal.pages import TEMPLATES, page, protected
from handlers.portal.talk_values import EMPTY, PURPOSE, Typed, line_values, seen_words, talk_values
from handlers.portal.visitor import Visitor, may_see

MOST_PHOTOS = 5  # with one message
Body = Annotated[bytes, Depends(body_of)]
Place = Annotated[int | None, Query(ge=0, lt=2**63)]


def add_routes(router: APIRouter, desk: Desk) -> None:
    """The conversation of one return."""

    @router.get("/r/{number}/talk")
    def read(request: Request, number: str, before: Place = None) -> Response:
        return visited(desk, request, lambda visitor: _page(desk, request, visitor, number, before=before))

    @router.get("/r/{number}/news")
    def news(request: Request, number: str, after: Place = 0) -> Response:
        return visited(desk, request, lambda visitor: _news(desk, visitor, number, after or 0))

    @router.post("/r/{number}/talk")
    def say(request: Request, number: str, body: Body) -> Response:
        return visited(desk, request, lambda visitor: _say(desk, request, visitor, number, body))


def _page(
    desk: Desk,
    request: Request,
    visitor: Visitor,
    number: str,
    *,
    before: int | None = None,
    typed: Typed = EMPTY,
    status: int = 200,
) -> Response:
    return_id = may_see(desk, visitor, number)
    talk = talk_values(desk, request, visitor, number, return_id, before=before, typed=typed)
    return page(desk, request, "talk_page.html", status=status, number=number, talk=talk)


def _news(desk: Desk, visitor: Visitor, number: str, after: int) -> Response:
    """What was said after the message ``after``, as the page's own HTML, and what the shop has seen."""
    return_id = may_see(desk, visitor, number)
    words = Words(visitor.language, desk.settings.timezone)
    view, latest = talk_after(desk, return_id, after), talk_of(desk, return_id)
    newest = max(after, view.newest)
    seen_by_customer(desk, return_id, newest)
    lines = line_values(desk, view, words)
    html = TEMPLATES.get_template("talk_lines.html").render(words=words, lines=lines) if lines else ""
    return protected(desk, JSONResponse({"lines": html, "after": newest, "seen": seen_words(latest, words)}))


def _say(desk: Desk, request: Request, visitor: Visitor, number: str, body: bytes) -> Response:
    """Keep the message; where that cannot be, show why beside the text, which stays."""
    return_id = may_see(desk, visitor, number)
    words = Words(visitor.language, desk.settings.timezone)
    text = ""
    try:
        form = read_form(desk, request, body, visitor.visit_id, f"{PURPOSE}/{number}")
        text = form.get("text")
        customer_says(desk, return_id, text, form.nonce, form.lists.get("photo", ())[:MOST_PHOTOS])
    except Stale:
        said = words("This page was open for too long. Please look at it again and repeat what you did.")
        return _page(desk, request, visitor, number, typed=Typed(text, said), status=400)
    except DeskError as e:
        said = words(e.message, **e.values)
        return _page(desk, request, visitor, number, typed=Typed(text, said), status=422)
    return protected(desk, RedirectResponse(f"/returns/r/{number}#talk", status_code=303))

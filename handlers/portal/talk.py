"""The customer's side of the conversation: a page of it, the form, and what came since for an open page."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.desk import Desk
from bot.desk.conversation import customer_says, is_said, seen_by_customer, talk_after, talk_of
from bot.desk.photos import unsent
from bot.errors import DeskError
from bot.i18n import Words
from handlers.portal.follow import visited
from handlers.portal.forms import Form, Stale, read_form
from handlers.portal.pages import TEMPLATES, page, protected
from handlers.portal.photo_values import take_photos
from handlers.portal.talk_values import EMPTY, PURPOSE, Typed, line_values, seen_words, talk_values
from handlers.portal.uploads import Sent, form_with_photos
from handlers.portal.visitor import Visitor, may_see

Place = Annotated[int | None, Query(ge=0, lt=2**63)]


def add_routes(router: APIRouter, desk: Desk) -> None:
    """The conversation of one return."""
    with_photos = form_with_photos(desk)

    @router.get("/r/{number}/talk")
    def read(request: Request, number: str, before: Place = None) -> Response:
        return visited(desk, request, lambda visitor: _page(desk, request, visitor, number, before=before))

    @router.get("/r/{number}/news")
    def news(request: Request, number: str, after: Place = 0) -> Response:
        return visited(desk, request, lambda visitor: _news(desk, visitor, number, after or 0))

    @router.post("/r/{number}/talk")
    def say(request: Request, number: str, sent: Annotated[Sent, Depends(with_photos)]) -> Response:
        return visited(desk, request, lambda visitor: _say(desk, request, visitor, number, sent))


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


def _say(desk: Desk, request: Request, visitor: Visitor, number: str, sent: Sent) -> Response:
    """Keep the message; where that cannot be, show why beside the text, which stays."""
    return_id = may_see(desk, visitor, number)
    words = Words(visitor.language, desk.settings.timezone)
    try:
        form = read_form(desk, request, sent, visitor.visit_id, f"{PURPOSE}/{number}")
    except Stale:
        text = next(iter(sent.lists.get("text", ())), "")
        said = words("This page was open for too long. Please look at it again and repeat what you did.")
        return _page(
            desk,
            request,
            visitor,
            number,
            typed=Typed(text, said),
            status=400,
        )
    if not is_said(desk, return_id, form.nonce):
        typed = _keep(desk, visitor, return_id, form, sent)
        if typed != EMPTY:
            return _page(desk, request, visitor, number, typed=typed, status=422)
    return protected(desk, RedirectResponse(f"/returns/r/{number}#talk", status_code=303))


def _keep(desk: Desk, visitor: Visitor, return_id: int, form: Form, sent: Sent) -> Typed:
    """The message is sent whole or not at all; what then stands in the form again, EMPTY once it is sent."""
    words = Words(visitor.language, desk.settings.timezone)
    old = unsent(desk, visitor.order_id, form.lists.get("photo", ()))
    new, problems = take_photos(
        desk, visitor.order_id, sent.files.get("file", ()), return_id=return_id, besides=len(old)
    )
    typed = Typed(form.get("text"), photos=(*old, *new))
    if problems:
        return replace(typed, photo_problem=" ".join(words(one.message, **one.values) for one in problems))
    try:
        customer_says(desk, return_id, typed.text, form.nonce, typed.photos)
    except DeskError as e:
        return replace(typed, problem=words(e.message, **e.values))
    return EMPTY

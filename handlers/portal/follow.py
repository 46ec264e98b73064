"""What the customer follows: the list of an order's returns, and one of them with what can be done."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk import Desk
from bot.desk.photos import photos_of_return
from bot.desk.portal_follow import cancel_by_customer, load_follow, note_tracking
from bot.desk.portal_links import returns_of
from bot.errors import DeskError
from bot.i18n import Words
from bot.rules.label import host_of
from handlers.bodies import body_of
from handlers.portal.forms import Form, Stale, nonce_for, read_form
from handlers.portal.pages import page, protected
from handlers.portal.photo_values import photo_address
from handlers.portal.talk_values import talk_values
from handlers.portal.timeline import STATES, steps
from handlers.portal.visitor import NoVisit, Visitor, may_see, visitor_of

Body = Annotated[bytes, Depends(body_of)]
Deed = Callable[[Desk, int, Form], None]


def add_routes(router: APIRouter, desk: Desk) -> None:
    """The pages of a visitor."""

    @router.get("/mine")
    def mine(request: Request) -> Response:
        return visited(desk, request, lambda visitor: _mine(desk, request, visitor))

    @router.get("/r/{number}")
    def one(request: Request, number: str) -> Response:
        return visited(desk, request, lambda visitor: follow_page(desk, request, visitor, number))

    @router.post("/r/{number}/{deed}")
    def do(request: Request, number: str, deed: str, body: Body) -> Response:
        return visited(
            desk, request, lambda visitor: _do(desk, request, visitor, number, deed=deed, body=body)
        )


def visited(desk: Desk, request: Request, show: Callable[[Visitor], Response]) -> Response:
    """What a visitor sees; whoever is none, or looks for what is not theirs, sees how to get a link."""
    try:
        return show(visitor_of(request, desk))
    except NoVisit:
        return page(desk, request, "expired.html", status=404)


def follow_page(
    desk: Desk,
    request: Request,
    visitor: Visitor,
    number: str,
    *,
    problem: str = "",
    field: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    """One return. ``problem`` is about ``field``, in which ``typed`` stands still."""
    return_id = may_see(desk, visitor, number)
    view = load_follow(desk, return_id)
    nonces = {deed: nonce_for(desk, visitor.visit_id, f"{deed}/{number}") for deed in DEEDS}
    words = Words(visitor.language, desk.settings.timezone)
    values = {"view": view, "nonces": nonces, "problem": problem, "field": field, "typed": typed}
    values["talk"] = talk_values(desk, request, visitor, number, return_id)
    values["photos"] = [photo_address(photo.name) for photo in photos_of_return(desk, return_id)]
    shown = {"states": STATES, "steps": steps(view, words), "label_host": host_of(view.label_link)}
    return page(desk, request, "follow.html", status=status, at=f"/returns/r/{number}", **values, **shown)


def back_to(desk: Desk, number: str) -> Response:
    """The page of the return, after something was done: loading it again does nothing twice."""
    return protected(desk, RedirectResponse(f"/returns/r/{number}", status_code=303))


def _mine(desk: Desk, request: Request, visitor: Visitor) -> Response:
    found = [load_follow(desk, rma.id) for rma in returns_of(desk, visitor.link) if rma.id is not None]
    return page(
        desk, request, "mine.html", returns=found, may_ask=visitor.link.return_id is None, states=STATES
    )


def _do(desk: Desk, request: Request, visitor: Visitor, number: str, *, deed: str, body: bytes) -> Response:
    return_id = may_see(desk, visitor, number)
    if deed not in DEEDS:
        raise NoVisit
    words = Words(visitor.language, desk.settings.timezone)
    try:
        form = read_form(desk, request, body, visitor.visit_id, f"{deed}/{number}")
    except Stale:
        said = words("This page was open for too long. Please look at it again and repeat what you did.")
        return follow_page(desk, request, visitor, number, problem=said, status=400)
    try:
        DEEDS[deed](desk, return_id, form)
    except DeskError as e:
        said = words(e.message, **e.values)
        typed = form.get("tracking")[:200]
        return follow_page(
            desk, request, visitor, number, problem=said, field=e.field or "", typed=typed, status=422
        )
    return back_to(desk, number)


def _cancel(desk: Desk, return_id: int, _form: Form) -> None:
    cancel_by_customer(desk, return_id)


def _send(desk: Desk, return_id: int, form: Form) -> None:
    note_tracking(desk, return_id, form.get("tracking"))


DEEDS: dict[str, Deed] = {"cancel": _cancel, "send": _send}

"""The way in: ask for a link, and follow it. The answer is the same whether there is such an order or not."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk import Desk
from bot.desk.portal_links import ask_for_link, open_link
from handlers.bodies import body_of
from handlers.portal.forms import Stale, nonce_for, read_form
from handlers.portal.pages import page, protected
from handlers.portal.visitor import PATH, language_of, let_in

Body = Annotated[bytes, Depends(body_of)]
PURPOSE = "link"
NOBODY = 0  # there is no visit yet


def add_routes(router: APIRouter, desk: Desk) -> None:
    """The pages before there is a visit."""

    @router.get("")
    def without_its_slash() -> Response:
        return protected(desk, RedirectResponse(f"{PATH}/", status_code=303))

    @router.get("/")
    def start(request: Request) -> Response:
        return _form(desk, request)

    @router.post("/")
    def ask(request: Request, body: Body) -> Response:
        return _ask(desk, request, body)

    @router.get("/l/{secret}")
    def follow(request: Request, secret: str) -> Response:
        return _follow(desk, request, secret)


def _form(
    desk: Desk, request: Request, *, problem: str = "", number: str = "", email: str = "", status: int = 200
) -> Response:
    nonce = nonce_for(desk, NOBODY, PURPOSE)
    return page(
        desk, request, "start.html", status=status, nonce=nonce, problem=problem, number=number, email=email
    )


def _ask(desk: Desk, request: Request, body: bytes) -> Response:
    try:
        form = read_form(desk, request, body, NOBODY, PURPOSE)
    except Stale:
        return _form(desk, request, problem="stale", status=400)
    number, email = form.get("number").strip(), form.get("email").strip()
    if not number.strip("# ") or "@" not in email:
        return _form(desk, request, problem="missing", number=number, email=email, status=422)
    ask_for_link(desk, number, email, _address(desk, request), language_of(request, desk))
    return page(desk, request, "sent.html")


def _follow(desk: Desk, request: Request, secret: str) -> Response:
    """The secret is exchanged for a cookie and leaves the address; to follow a link changes nothing."""
    visit = open_link(desk, secret)
    if visit is None:
        return page(desk, request, "expired.html", status=404)
    answer = RedirectResponse("/returns/mine", status_code=303)
    let_in(answer, visit, secure=desk.settings.public_url.startswith("https:"))
    return protected(desk, answer)


def _address(desk: Desk, request: Request) -> str:
    """Where a request comes from; of an IPv6 address the network, since one person has many of them."""
    host = _host(desk, request)
    try:
        known = ip_address(host)
    except ValueError:
        return host
    return str(ip_network(f"{known}/64", strict=False)) if isinstance(known, IPv6Address) else host


def _host(desk: Desk, request: Request) -> str:
    """The address our own outermost proxy saw. What stands before it in the header, anybody can write."""
    trusted = desk.settings.trusted_proxies
    passed = [one.strip() for one in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
    if trusted and len(passed) >= trusted and passed[-trusted]:
        return passed[-trusted]
    return request.client.host if request.client else ""

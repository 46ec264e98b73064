"""Who looks at a page: the browser that followed a link, known by its cookie."""

from dataclasses import dataclass

from fastapi import Request, Response

from bot.desk import Desk
from bot.desk.portal_links import VISIT, returns_of, visit_of
from bot.i18n import LANGUAGES, closest
from store.portal_models import PortalLink

COOKIE, LANGUAGE = "returns_visit", "returns_language"
PATH = "/returns"


class NoVisit(Exception):
    """There is no visit, or it has ended: the page says how to get a link."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who followed a link to one order, or to one return of it."""

    visit_id: int
    link: PortalLink
    language: str

    @property
    def order_id(self) -> int:
        """The order the link opens."""
        return self.link.order_id


def visitor_of(request: Request, desk: Desk) -> Visitor:
    """The visitor behind a request. Raises NoVisit."""
    found = visit_of(desk, request.cookies.get(COOKIE, ""))
    if found is None or found[0].id is None:
        raise NoVisit
    return Visitor(found[0].id, found[1], language_of(request, desk))


def may_see(desk: Desk, visitor: Visitor, number: str) -> int:
    """The id of the visitor's own return with this number. Raises NoVisit where it is not theirs."""
    for rma in returns_of(desk, visitor.link):
        if rma.number == number and rma.id is not None:
            return rma.id
    raise NoVisit


def let_in(response: Response, secret: str, *, secure: bool) -> None:
    """Give the browser its cookie, for the pages of returns only."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(VISIT.total_seconds()),
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def language_of(request: Request, desk: Desk) -> str:
    """What the customer chose, else what the browser asks for, else the shop's."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    for wish in request.headers.get("accept-language", "")[:200].split(","):
        name = wish.split(";")[0].strip().lower()[:2]
        if name in LANGUAGES:
            return name
    return closest(desk.settings.language)

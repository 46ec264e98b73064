"""A customer's photos, shown to that customer, as pictures and as nothing else. Decides nothing."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from bot.desk import Desk
from bot.desk.photos import photo_bytes, photo_of
from bot.errors import GatewayError, NotFound
from bot.i18n import Words
from handlers.portal.follow import visited
from handlers.portal.pages import protected
from handlers.portal.visitor import NoVisit, Visitor

HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": 'inline; filename="photo.jpg"',
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, max-age=3600",
}


def add_routes(router: APIRouter, desk: Desk) -> None:
    """The photos of the visitor's own order."""

    @router.get("/photos/{name}")
    def photo(request: Request, name: str) -> Response:
        return visited(desk, request, lambda visitor: _photo(desk, request, visitor, name))


def _photo(desk: Desk, request: Request, visitor: Visitor, name: str) -> Response:
    """Somebody else's photo is answered as one that does not exist."""
    try:
        photo = photo_of(desk, visitor.order_id, visitor.link.return_id, name)
        jpeg = photo_bytes(desk, photo.name, small_one="small" in request.query_params)
    except NotFound as e:
        raise NoVisit from e
    except GatewayError:
        words = Words(visitor.language, desk.settings.timezone)
        said = words("This photo cannot be shown at the moment.")
        return protected(desk, PlainTextResponse(said, status_code=503, headers={"retry-after": "60"}))
    answer = protected(desk, Response(jpeg, media_type="image/jpeg"))
    answer.headers.update(HEADERS)
    return answer

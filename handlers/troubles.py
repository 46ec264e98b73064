"""What a request is answered that comes to nothing: JSON for programs, a page in words for customers."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.desk import Desk
from handlers.bodies import TooLarge
from handlers.portal.pages import page
from handlers.portal.visitor import PATH
from store.db import AWAY

log = logging.getLogger(__name__)
Handler = Callable[[Request, Any], Response]


def answer_troubles(app: FastAPI, desk: Desk) -> None:
    """Answer every error on the way to a door and behind it."""
    handlers: list[tuple[type[Exception], str, Handler]] = [
        (TooLarge, "too_large", _too_large),
        *((away, "not_saved", _not_saved) for away in AWAY),
        (HTTPException, "unknown", _refused),
        (RequestValidationError, "unknown", _misread),
        (Exception, "broken", _broken),
    ]
    for error, kind, answer in handlers:
        app.add_exception_handler(error, _or_a_page(desk, kind, answer))


def _or_a_page(desk: Desk, kind: str, answer: Handler) -> Handler:
    """The answer of a door for programs; on the customer's pages a page that says the same in words."""

    def handle(request: Request, error: Exception) -> Response:
        said = answer(request, error)
        if not f"{request.url.path}/".startswith(f"{PATH}/"):
            return said
        shown = page(desk, request, "trouble.html", status=said.status_code, at=f"{PATH}/mine", kind=kind)
        shown.headers.update(
            {name: said.headers[name] for name in ("allow", "retry-after") if name in said.headers}
        )
        return shown

    return handle


def _not_saved(request: Request, error: Exception) -> JSONResponse:
    """Whoever sent it shall send it again: the same request twice does no harm at any of the doors."""
    # The route, not the address: that of a customer's link carries its secret.
    route = getattr(request.scope.get("route"), "path", "a request")
    log.error("%s was not saved: %s", route, error)
    said = "Not saved: the desk cannot write at the moment. Send the same request again in a minute."
    return JSONResponse(_problem("not_saved", said, field=""), status_code=503, headers={"retry-after": "30"})


def _too_large(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse(_problem("too_large", "The request is too large."), status_code=413)


def _refused(_request: Request, error: HTTPException) -> JSONResponse:
    """There is no such address, or it does not take this method."""
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)


def _misread(_request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse({"detail": jsonable_encoder(error.errors())}, status_code=422)


def _broken(_request: Request, _error: Exception) -> JSONResponse:
    """A mistake of ours. The server logs it; the answer says nothing of it."""
    return JSONResponse(_problem("broken", "The desk made a mistake. It is in its log."), status_code=500)


def _problem(code: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}

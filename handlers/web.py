"""create_app(desk): every HTTP door of the desk, mounted on one application."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from slack_bolt import App, BoltRequest, BoltResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.desk import Desk
from handlers import api, portal
from handlers.bodies import TooLarge, body_of
from handlers.portal.pages import page
from handlers.portal.visitor import PATH
from handlers.signing import signed_by_slack
from handlers.slack.payload import read_payload
from handlers.slack.unsaved import ARRIVED
from handlers.webhooks import stripe, woocommerce
from store.db import AWAY, in_a_hurry, reading

log = logging.getLogger(__name__)
Body = Annotated[bytes, Depends(body_of)]
Handler = Callable[[Request, Exception], Response]


def create_app(desk: Desk, bolt: App) -> FastAPI:
    """The web application: Slack, the webhooks of shop and Stripe, the JSON intake, and signs of life."""
    app = FastAPI(title="Returns Desk", version="1", docs_url="/api/docs", openapi_url="/api/openapi.json")
    app.add_exception_handler(TooLarge, _or_a_page(desk, "too_large", _too_large))
    for away in AWAY:
        app.add_exception_handler(away, _or_a_page(desk, "not_saved", _not_saved))

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        """The process answers."""
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> PlainTextResponse:
        """The database answers too, so that a click can be taken."""
        try:
            with reading(desk.engine) as session:
                session.connection().execute(text("SELECT 1 FROM returns LIMIT 1"))
        except SQLAlchemyError:
            return PlainTextResponse("the database does not answer", status_code=503)
        return PlainTextResponse("ready")

    @app.post("/slack/events", include_in_schema=False)
    def slack_events(request: Request, body: Body) -> Response:
        """Clicks, commands, submissions and events of Slack."""
        return _slack(desk, bolt, request, body)

    at_once = replace(desk, engine=in_a_hurry(desk.engine))
    for door in (api, woocommerce, stripe, portal):
        app.include_router(door.create_router(at_once))
    return app


def _slack(desk: Desk, bolt: App, request: Request, body: bytes) -> Response:
    headers = request.headers
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    secret = desk.settings.slack_signing_secret.get_secret_value()
    if not signed_by_slack(body, timestamp, signature, secret, desk.now()):
        return PlainTextResponse("not signed by Slack", status_code=401)
    payload = read_payload(body, headers.get("content-type", ""))
    if payload is None:
        return PlainTextResponse("not what Slack sends", status_code=400)
    arrived = {ARRIVED: request.state.arrived}
    said = BoltRequest(
        body=json.dumps(payload), headers=dict(headers), query=request.url.query, context=arrived
    )
    return _response(bolt.dispatch(said))


def _response(answer: BoltResponse) -> Response:
    return Response(content=answer.body, status_code=answer.status, media_type=_media_type(answer))


def _media_type(answer: BoltResponse) -> str:
    kinds = answer.headers.get("content-type") or ["text/plain"]
    return str(kinds[0])


def _or_a_page(desk: Desk, kind: str, answer: Handler) -> Handler:
    """The answer of a door for programs; on the customer's pages a page that says the same in words."""

    def handle(request: Request, error: Exception) -> Response:
        said = answer(request, error)
        if not request.url.path.startswith(f"{PATH}/"):
            return said
        return page(desk, request, "trouble.html", status=said.status_code, at=f"{PATH}/mine", kind=kind)

    return handle


def _not_saved(request: Request, error: Exception) -> JSONResponse:
    """Whoever sent it shall send it again: the same request twice does no harm at any of the doors."""
    # The route, not the address: that of a customer's link carries its secret.
    route = getattr(request.scope.get("route"), "path", "a request")
    log.error("%s was not saved: %s", route, error)
    said = "Not saved: the desk cannot write at the moment. Send the same request again in a minute."
    problem: dict[str, Any] = {"error": {"code": "not_saved", "message": said, "field": ""}}
    return JSONResponse(problem, status_code=503, headers={"retry-after": "30"})


def _too_large(_request: Request, _error: Exception) -> JSONResponse:
    problem: dict[str, Any] = {"error": {"code": "too_large", "message": "The request is too large."}}
    return JSONResponse(problem, status_code=413)

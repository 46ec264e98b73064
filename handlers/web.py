"""create_app(desk): every HTTP door of the desk, mounted on one application."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from slack_bolt import App, BoltRequest, BoltResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.desk import Desk
from handlers import api, api_search, portal
from handlers.bodies import body_of
from handlers.signing import signed_by_slack
from handlers.slack.payload import read_payload
from handlers.slack.unsaved import ARRIVED
from handlers.troubles import answer_troubles
from handlers.webhooks import stripe, woocommerce
from store.db import MORE, THREADS, in_a_hurry, reading

Body = Annotated[bytes, Depends(body_of)]


def create_app(desk: Desk, bolt: App) -> FastAPI:
    """The web application: Slack, the webhooks of shop and Stripe, the JSON intake, and signs of life."""
    docs: dict[str, Any] = {"docs_url": "/api/docs", "openapi_url": "/api/openapi.json"}
    # A redirect to the address with a slash would leave the headers of the customer's pages out.
    app = FastAPI(title="Returns Desk", version="1", lifespan=_with_threads, redirect_slashes=False, **docs)
    answer_troubles(app, desk)

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
    for door in (api, api_search, woocommerce, stripe, portal):
        app.include_router(door.create_router(at_once))
    return app


@asynccontextmanager
async def _with_threads(_app: FastAPI) -> AsyncIterator[None]:
    """One thread per connection to the database: a request that waits for a thread waits for nothing."""
    current_default_thread_limiter().total_tokens = THREADS + MORE
    yield


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

"""The floor (B0): an empty Bolt application behind the same server as the desk: verify and acknowledge.

``python -m tests.bench.floor PORT SECRET`` has Bolt as it comes, which looks every ten milliseconds whether a
listener has acknowledged. With ``--bare`` the listener runs in the request's own thread, as the desk's do.
"""

import argparse
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.commands.running import listening
from bot.gateways.setup import check_webhook
from handlers.bodies import body_of
from handlers.slack.app import THREADS

Body = Annotated[bytes, Depends(body_of)]
HOST = "127.0.0.1"


def create_floor(secret: str, *, bare: bool = False) -> FastAPI:
    """The application. Webhooks are verified as the shop's are, and thanked for."""
    bolt = App(
        signing_secret=secret,
        authorize=lambda: AuthorizeResult(enterprise_id="", team_id="T01", bot_token="xoxb-none"),
        process_before_response=bare,
        listener_executor=ThreadPoolExecutor(THREADS),
    )
    bolt.action({"type": "block_actions", "action_id": "take"})(_acknowledge)
    bolt.command("/returns")(_acknowledge)
    app = FastAPI(lifespan=_with_threads)

    @app.post("/slack/events")
    def slack(request: Request, body: Body) -> Response:
        said = BoltRequest(body=body.decode(), headers=dict(request.headers))
        answer = bolt.dispatch(said)
        return Response(content=answer.body, status_code=answer.status)

    @app.post("/webhooks/woocommerce")
    def shop(request: Request, body: Body) -> Response:
        is_good = check_webhook(body, request.headers.get("x-wc-webhook-signature", ""), secret)
        return PlainTextResponse("thanks", status_code=200 if is_good else 401)

    @app.get("/healthz")
    def healthz() -> Response:
        return PlainTextResponse("ok")

    return app


def _acknowledge(ack: Ack) -> None:
    ack()


@asynccontextmanager
async def _with_threads(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = 64
    yield


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("secret")
    parser.add_argument("--bare", action="store_true")
    given = parser.parse_args()
    floor = create_floor(given.secret, bare=given.bare)
    uvicorn.Server(listening(floor, HOST, given.port)).run()


if __name__ == "__main__":
    main()

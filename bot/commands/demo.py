"""The whole desk on a simulated Slack, shop and Stripe, over real HTTP, with a story to play in."""

import json
import logging
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
import uvicorn
from rich.console import Console
from rich.progress import Progress

from bot.commands.running import stop_event
from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.errors import GatewayError
from bot.sandbox.server import Ports, Sandbox
from bot.sandbox.story import Request
from handlers.signing import intake_signature
from handlers.slack.app import create_bolt
from handlers.slack.commands import WORDS
from handlers.slack.manifest import app_manifest
from handlers.web import create_app
from handlers.work import create_worker
from store.db import migrate

USUAL_PORT = 8300
HOST = "127.0.0.1"


def demo(*, language: str, port: int) -> None:
    """Open everything, tell the story, say where to look, and stay until told to stop."""
    logging.basicConfig(level=logging.ERROR)
    console = Console(soft_wrap=True)
    stop = stop_event()
    with tempfile.TemporaryDirectory() as folder, _sandbox(language, port) as sandbox, _door() as door:
        desk = open_desk(settings_for(sandbox, Path(folder), door.getsockname()[1]))
        migrate(desk.engine)
        with _open(desk, door):
            sandbox.install(app_manifest(desk.settings.public_url, socket_mode=False), words())
            sandbox.connect(desk.settings.public_url)
            tell(sandbox, desk)
            console.print(
                f"\nOpen [bold]{sandbox.page_url}[/] in a browser. Nothing here is real; Ctrl-C ends it."
            )
            stop.wait()
        desk.engine.dispose()


def settings_for(sandbox: Sandbox, folder: Path, port: int) -> Settings:
    """What somebody would have set who had bought these services."""
    return Settings(
        database_url=f"sqlite:///{folder / 'desk.db'}",
        public_url=f"http://{HOST}:{port}",
        secret_key=secrets.token_urlsafe(48),
        intake_secret=secrets.token_urlsafe(48),
        timezone="Europe/Paris",
        language=sandbox.language,
        slack_bot_token=sandbox.bot_token,
        slack_signing_secret=sandbox.signing_secret,
        slack_channel=sandbox.channel_id,
        slack_user_group=sandbox.group_id,
        slack_api_url=sandbox.slack_api_url,
        woocommerce_url=sandbox.shop_url,
        woocommerce_consumer_key=sandbox.keys.consumer_key,
        woocommerce_consumer_secret=sandbox.keys.consumer_secret,
        woocommerce_webhook_secret=sandbox.keys.shop_webhook_secret,
        poll_seconds=10,
        quiet_minutes=1,
        stripe_api_key=sandbox.keys.stripe_key,
        stripe_webhook_secret=sandbox.keys.stripe_webhook_secret,
        stripe_api_base=sandbox.stripe_base,
        return_number_start=1042,
    )


def words() -> tuple[tuple[str, str], ...]:
    """What may follow /returns, for the page to offer."""
    return tuple((f"{word.name} {word.usage}".strip(), word.about) for word in WORDS)


def tell(sandbox: Sandbox, desk: Desk) -> None:
    """Hand the story's requests in at the intake, as a shop's form would."""
    requested = [request for request in sandbox.story.requests if not request.by_staff]
    with Progress(transient=True) as progress:
        for request in progress.track(requested, description="Customers ask for returns"):
            hand_in(desk, request)


def hand_in(desk: Desk, request: Request) -> None:
    """One request, signed and posted. Raises GatewayError when the desk does not take it."""
    noticed = desk.now() - timedelta(days=request.days)
    body = json.dumps({**request.as_json(), "noticed_at": noticed.isoformat()}).encode()
    signature = intake_signature(body, desk.settings.intake_secret.get_secret_value(), desk.now())
    answer = requests.post(
        f"{desk.settings.public_url}/api/v1/returns",
        data=body,
        headers={"X-Returns-Signature": signature, "Content-Type": "application/json"},
        timeout=30,
    )
    if answer.status_code not in (requests.codes.ok, requests.codes.created):
        raise GatewayError(f"the intake refused request {request.key!r}: {answer.text}")


@contextmanager
def _sandbox(language: str, port: int) -> Iterator[Sandbox]:
    """The sandbox at ``port``; with 0 at its usual one, or at any that is free."""
    try:
        sandbox = Sandbox(language=language, ports=Ports(page=port or USUAL_PORT))
    except OSError:
        if port:
            raise
        sandbox = Sandbox(language=language)
    with sandbox:
        yield sandbox


@contextmanager
def _door() -> Iterator[socket.socket]:
    """A listening socket on a free port."""
    with socket.create_server((HOST, 0)) as door:
        yield door


@contextmanager
def _open(desk: Desk, door: socket.socket) -> Iterator[None]:
    """Doors and worker, each in a thread of its own."""
    config = uvicorn.Config(
        create_app(desk, create_bolt(desk)), log_level="error", lifespan="off", timeout_graceful_shutdown=1
    )
    server, stop = uvicorn.Server(config), threading.Event()
    threads = [
        threading.Thread(target=server.run, args=([door],), name="doors"),
        threading.Thread(target=create_worker(desk).run, args=(stop,), name="worker"),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        server.should_exit = True
        for thread in threads:
            thread.join()

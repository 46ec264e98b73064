"""The whole desk on a simulated Slack, shop and Stripe, over real HTTP, with a story to play in."""

import logging
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.progress import Progress

from bot.commands.console import give_up
from bot.commands.running import Stop, working
from bot.commands.story import Player, ask
from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.sandbox.server import Ports, Sandbox
from handlers.slack.app import create_bolt
from handlers.slack.commands import WORDS
from handlers.slack.manifest import app_manifest
from handlers.web import create_app
from store.db import migrate

USUAL_PORT = 8300
HOST = "127.0.0.1"


def demo(*, language: str, port: int) -> None:
    """Open everything, tell the story, say where to look, and stay until told to stop."""
    logging.basicConfig(level=logging.ERROR)
    console = Console(soft_wrap=True)
    stop = Stop()
    with tempfile.TemporaryDirectory() as folder, _sandbox(language, port) as sandbox, _door() as door:
        desk = open_desk(settings_for(sandbox, Path(folder), door.getsockname()[1]))
        migrate(desk.engine)
        with _doors(desk, door), working(desk, stop.tell):
            sandbox.install(app_manifest(desk.settings.public_url, socket_mode=False), words())
            sandbox.connect(desk.settings.public_url)
            sandbox.ask = partial(ask, desk)
            tell(sandbox, desk, stop)
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


def tell(sandbox: Sandbox, desk: Desk, stop: Stop) -> None:
    """Play the story, unless told to stop meanwhile."""
    player = Player(sandbox, desk)
    player.wait_for_people()
    with Progress(transient=True) as progress:
        for step in progress.track(sandbox.story.steps, description="Customers ask, the team gets going"):
            if stop.told:
                return
            player.play(step)


@contextmanager
def _sandbox(language: str, port: int) -> Iterator[Sandbox]:
    """The sandbox at ``port``; with 0 at its usual one, or at any that is free."""
    try:
        sandbox = Sandbox(language=language, ports=Ports(page=port or USUAL_PORT))
    except OSError as e:
        if port:
            give_up([f"Port {port} cannot be opened ({e.strerror}). Name another with --port."])
        sandbox = Sandbox(language=language)
    with sandbox:
        yield sandbox


@contextmanager
def _door() -> Iterator[socket.socket]:
    """A listening socket on a free port."""
    with socket.create_server((HOST, 0)) as door:
        yield door


@contextmanager
def _doors(desk: Desk, door: socket.socket) -> Iterator[None]:
    """The desk's doors, in a thread of their own."""
    app = create_app(desk, create_bolt(desk))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([door],), name="doors")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()

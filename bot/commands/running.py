"""Run the doors and the worker until the machine says stop."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.commands.database import require_current
from bot.config import Settings
from bot.desk import Desk, open_desk
from handlers.slack.app import create_bolt
from handlers.web import create_app
from handlers.work import create_worker

PATIENCE = 5  # seconds an open request is given when the desk is told to stop


def serve(settings: Settings, *, host: str, with_worker: bool) -> None:
    """Answer Slack, the shop and customers; beside them the worker, if wanted."""
    desk = _open(settings)
    bolt = create_bolt(desk)
    # Addresses of the portal carry keys, so requests are not written to the log.
    config = uvicorn.Config(
        create_app(desk, bolt),
        host=host,
        port=settings.port,
        access_log=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = uvicorn.Server(config)
    _on_stop(partial(setattr, server, "should_exit", True))
    with ExitStack() as beside:
        if settings.socket_mode:
            beside.enter_context(_socket(bolt, settings))
        if with_worker:
            beside.enter_context(_worker(desk, server))
        server.run()


def work(settings: Settings) -> None:
    """Carry out what was written down, and let the clock tick."""
    desk = _open(settings)
    create_worker(desk).run(stop_event())
    desk.engine.dispose()


def stop_event() -> threading.Event:
    """Set when this process is told to stop."""
    stop = threading.Event()
    _on_stop(stop.set)
    return stop


def _on_stop(stop: Callable[[], None]) -> None:
    """Take TERM and INT as a wish to end well; uvicorn raises them again at its end, which must not kill."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop())


def _open(settings: Settings) -> Desk:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    desk = open_desk(settings)
    require_current(desk.engine)
    return desk


@contextmanager
def _socket(bolt: App, settings: Settings) -> Iterator[None]:
    handler = SocketModeHandler(bolt, settings.slack_app_token.get_secret_value())
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]


@contextmanager
def _worker(desk: Desk, server: uvicorn.Server) -> Iterator[None]:
    """The worker in a thread of its own. If it ends by itself, so does the server: one is no desk."""
    stop = threading.Event()

    def run() -> None:
        try:
            create_worker(desk).run(stop)
        finally:
            server.should_exit = True

    thread = threading.Thread(target=run, name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

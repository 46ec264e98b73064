"""Run the doors and the worker until the machine says stop."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import uvicorn
from fastapi import FastAPI
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.commands.database import require_current
from bot.commands.logs import write_logs
from bot.commands.patience import HastyProtocol
from bot.config import Settings
from bot.desk import Desk, open_desk
from handlers.slack.app import create_bolt
from handlers.web import create_app
from handlers.work import create_worker

PATIENCE = 5  # seconds an open request is given when the desk is told to stop
TICK = 0.2  # seconds


class Stop:
    """Becomes true when this process is told to stop, by TERM or INT.

    A plain flag that is looked at: a handler may interrupt a lock's own code, and would then wait for itself.
    """

    def __init__(self) -> None:
        self.told = False
        on_stop(self.tell)

    def tell(self) -> None:
        """It is time to stop."""
        self.told = True

    def wait(self) -> None:
        """Return when it is time to stop."""
        while not self.told:
            time.sleep(TICK)


def on_stop(tell: Callable[[], None]) -> None:
    """Take TERM and INT as a wish to end well; uvicorn raises them again at its end, which must not kill."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: tell())


def serve(settings: Settings, *, host: str, with_worker: bool) -> None:
    """Answer Slack, the shop and customers; beside them the worker, if wanted."""
    desk = _open(settings)
    bolt = create_bolt(desk)
    server = uvicorn.Server(listening(create_app(desk, bolt), host, settings.port))
    leave = partial(setattr, server, "should_exit", True)
    on_stop(leave)
    with ExitStack() as beside:
        if settings.socket_mode:
            beside.enter_context(_socket(bolt, settings))
        if with_worker:
            beside.enter_context(working(desk, leave))
        server.run()
    desk.engine.dispose()


def listening(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How the doors listen: what a connection may cost, and that nothing of it is written down."""
    # Addresses of the portal carry keys, so requests are not written to the log.
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,  # as all the rest is written
        proxy_headers=False,  # TRUSTED_PROXIES says which of them are believed
        timeout_graceful_shutdown=PATIENCE,
        http=HastyProtocol,
    )


def work(settings: Settings) -> None:
    """Carry out what was written down, and let the clock tick."""
    stop = Stop()
    desk = _open(settings)
    with working(desk, stop.tell):
        stop.wait()
    desk.engine.dispose()


@contextmanager
def working(desk: Desk, on_end: Callable[[], None]) -> Iterator[None]:
    """The worker in a thread of its own, told to stop at the end of the block.

    If it ends by itself, ``on_end`` is called and the process fails: whoever watches it shall start it anew.
    """
    told = threading.Event()

    def run() -> None:
        try:
            create_worker(desk).run(told)
        finally:
            on_end()

    thread = threading.Thread(target=run, name="worker")
    thread.start()
    try:
        yield
    finally:
        by_itself = not thread.is_alive()
        told.set()
        thread.join()
    if by_itself:
        raise SystemExit(1)


@contextmanager
def _socket(bolt: App, settings: Settings) -> Iterator[None]:
    handler = SocketModeHandler(bolt, settings.slack_app_token.get_secret_value())
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]


def _open(settings: Settings) -> Desk:
    write_logs()
    desk = open_desk(settings)
    require_current(desk.engine)
    return desk

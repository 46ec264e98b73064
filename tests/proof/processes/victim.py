"""What runs in a child process: the production desk with ears, and a snare at one point of its life."""

import logging
import os
import socket
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import uvicorn

from bot.clock import utc_now
from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.pace import Pace
from bot.resolutions import EXCHANGING
from bot.worker import run
from handlers.slack.app import create_bolt
from handlers.web import create_app
from handlers.work import Worker, create_worker
from tests.proof.processes.observers import MONEY, Ears
from tests.proof.processes.points import Snare, Trap

# Short times in the proportions of the real ones. A frozen worker sleeps past its lease, half a request
# reaches the shop before the quiet period ends, and a request on its way arrives well within it.
PACE = Pace(
    quiet=timedelta(seconds=8),
    agreement=timedelta(seconds=0.5),
    looks=(0.2, 0.5, 1.0, 1.2, 1.2),
    fresh=1.0,
    lease=timedelta(seconds=1.2),
    held=60.0,
    sweep=0.3,
    longest_wait=1.0,
)


@dataclass(frozen=True)
class Orders:
    """What a child is told: its settings, its trap, where to report, how far its clock goes ahead."""

    settings: dict[str, Any]
    trap: Trap | None
    report: Connection
    log: str
    ahead: timedelta


def work(orders: Orders) -> None:
    """A worker, as ``returns-desk worker`` runs one, until its trap springs or somebody kills it."""
    ears = _begin(orders)
    desk = _open(orders)
    worker = create_worker(desk)
    journal = replace(worker.journal, pace=PACE, performers=ears.watched(worker.journal.performers))
    orders.report.send("ready")
    Worker(desk, journal).run(threading.Event())


def pay(orders: Orders) -> None:
    """A worker that knows nothing but money: where thousands of rounds are run, nobody draws their cards."""
    ears = _begin(orders)
    journal = create_worker(_open(orders)).journal
    money = {
        kind: one for kind, one in ears.watched(journal.performers).items() if kind in MONEY | EXCHANGING
    }
    journal = replace(journal, pace=PACE, performers=money)
    orders.report.send("ready")
    run(journal, threading.Event(), threading.Event())


def serve(orders: Orders) -> None:
    """The doors, as ``returns-desk web`` opens them, on a port of their own that is reported."""
    ears = _begin(orders)
    desk = _open(orders)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        app = ears.at_the_door(create_app(desk, create_bolt(desk)))
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        orders.report.send(f"http://127.0.0.1:{door.getsockname()[1]}/slack/events")
        uvicorn.Server(config).run(sockets=[door])
    desk.engine.dispose()


def _open(orders: Orders) -> Desk:
    return open_desk(Settings(**orders.settings), lambda: utc_now() + orders.ahead)


def _begin(orders: Orders) -> Ears:
    logging.basicConfig(filename=orders.log, level=logging.WARNING, format=f"{os.getpid()} %(message)s")
    ears = Ears(Snare(orders.trap, orders.report))
    ears.listen()
    return ears

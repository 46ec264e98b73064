"""A process full of people in a hurry: each does one thing at the same instant as everybody else."""

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.desk.access import Operator
from bot.desk.decisions import reject
from bot.desk.exchange import ExchangeOffer, choose_exchange
from bot.desk.intake import NewReturn, open_return
from bot.desk.resolution import resolve
from bot.errors import DeskError
from bot.i18n import Words
from bot.rules.choice import RefundChoice
from store.db import AWAY

AT_ONCE = 8  # threads, more than any process of a round needs


@dataclass(frozen=True)
class Settle:
    """Somebody who has a card of this version before them settles the return."""

    return_id: int
    seen: int
    choice: RefundChoice
    by: Operator


@dataclass(frozen=True)
class Ask:
    """A customer's request reaches the intake."""

    request: NewReturn


@dataclass(frozen=True)
class Reject:
    """Somebody refuses the return."""

    return_id: int
    seen: int
    by: Operator


@dataclass(frozen=True)
class Choose:
    """Somebody who has a card of this version before them agrees to an exchange."""

    return_id: int
    seen: int
    offer: ExchangeOffer
    by: Operator


Deed = Settle | Ask | Reject | Choose


@dataclass(frozen=True)
class Finish:
    """How it ended for one of them: the reference or number they got, or what they were told.

    ``name`` and ``time`` are what a refusal says about who was first.
    """

    won: str = ""
    error: str = ""
    told: str = ""
    name: str = ""
    time: datetime | None = None


@dataclass(frozen=True)
class Round:
    """What the people of one process do, all at the moment ``at`` of the monotonic clock of the machine."""

    deeds: tuple[Deed, ...]
    at: float


def race(settings: dict[str, Any], line: Connection, log: str) -> None:
    """Run rounds as they come in, and report each; until the line is closed."""
    logging.basicConfig(filename=log, level=logging.WARNING, format=f"{os.getpid()} %(message)s")
    desk = open_desk(Settings(**settings))
    line.send("ready")
    with ThreadPoolExecutor(AT_ONCE) as people:
        while True:
            try:
                round_: Round = line.recv()
            except EOFError:
                return
            line.send(list(people.map(partial(_do, desk, round_.at), round_.deeds)))


def _do(desk: Desk, at: float, deed: Deed) -> Finish:
    time.sleep(max(at - time.monotonic(), 0.0))
    try:
        return Finish(won=_done(desk, deed))
    except DeskError as e:
        told = Words("en", desk.settings.timezone)(e.message, **e.values)
        name, when = e.values.get("name", ""), e.values.get("time")
        return Finish(error=type(e).__name__, told=told, name=str(name), time=when)
    except AWAY as e:
        return Finish(error="Away", told=str(e))


def _done(desk: Desk, deed: Deed) -> str:
    if isinstance(deed, Ask):
        return open_return(desk, deed.request).number
    if isinstance(deed, Reject):
        reject(desk, deed.return_id, deed.by, deed.seen, "no")
        return "rejected"
    if isinstance(deed, Choose):
        return choose_exchange(desk, deed.return_id, deed.by, deed.seen, deed.offer)
    return resolve(desk, deed.return_id, deed.by, deed.seen, deed.choice)

"""Clocks that ring: on a card, below it, and in the channel for what nobody has taken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from blocks.overtime import overtime
from bot.i18n import Words
from bot.rules.case import ReturnCase
from bot.rules.turn import Clock, Turn
from tests import make
from tests.make import NOON

ADDRESS = "https://acme.slack.com/archives/C01RETURNS/p1763900000000100"
HOUR = timedelta(hours=1)


def a_clock(turn: Turn, left: float) -> Clock:
    """One of eight hours, of which ``left`` are left at noon."""
    due = NOON + left * HOUR
    return Clock(turn, due - 8 * HOUR, due - 2 * HOUR, due)


def told(turn: Turn) -> dict[str, Any]:
    """What a line below the card says to Alice."""
    return {"owner": "U01ALICE", "turn": turn.value, "at": (NOON + HOUR).isoformat()}


def waiting(number: str, turn: Turn, left: float) -> ReturnCase:
    """A return nobody has taken."""
    return replace(make.a_case(clock=a_clock(turn, left)), number=number)


CASES = (
    (waiting("RMA-1041", Turn.PENDING, -3), ADDRESS),
    (waiting("RMA-1043", Turn.RECEIVED, -0.5), ""),
    (waiting("RMA-1047", Turn.ANSWER, 1.5), ADDRESS),
)


def _look(cases: tuple[tuple[ReturnCase, str], ...], count: int) -> Callable[[Words], dict[str, Any]]:
    return lambda words: overtime(cases, count, words)


LOOKS = {"one": _look(CASES[2:], 1), "several": _look(CASES, 3), "many": _look(CASES, 41)}

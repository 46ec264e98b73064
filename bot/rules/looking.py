"""Somebody else who has the form of a return open."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.case import Person


@dataclass(frozen=True)
class Looking:
    """Who opened it, and when."""

    by: Person
    at: datetime

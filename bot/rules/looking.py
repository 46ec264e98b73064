"""Somebody else who has the form of a return open."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Looking:
    """Who opened it, and when."""

    user_id: str
    at: datetime

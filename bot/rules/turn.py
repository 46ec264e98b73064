"""Whose turn it is, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Turn(StrEnum):
    """What it is that the team has to do next."""

    PENDING = "pending"  # to agree to it, or not
    RECEIVED = "received"  # to settle what has arrived
    ANSWER = "answer"  # to write to the customer


@dataclass(frozen=True)
class Clock:
    """Until when the team wants to have had its turn; from ``warn_at`` on it says so."""

    turn: Turn
    since: datetime
    warn_at: datetime
    due_at: datetime

    def warns(self, now: datetime) -> bool:
        """Whether it is late, or soon will be."""
        return now >= self.warn_at

    def is_over(self, now: datetime) -> bool:
        """Whether the time is over."""
        return now >= self.due_at

"""What a check found, in one line, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a check ended; a desk with something wrong should not be opened."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """``subject`` is what was looked at, ``text`` what was found, ``advice`` what to do (empty: nothing)."""

    level: Level
    subject: str
    text: str
    advice: str = ""


def ok(subject: str, text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, subject, text)


def warning(subject: str, text: str, advice: str) -> Finding:
    """It works, but somebody should know."""
    return Finding(Level.WARNING, subject, text, advice)


def wrong(subject: str, text: str, advice: str) -> Finding:
    """It cannot work like this."""
    return Finding(Level.WRONG, subject, text, advice)

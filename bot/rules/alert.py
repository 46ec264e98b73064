"""What an alert is: a thing nobody may overlook on a card, by its name, and how bad it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How bad it is; the lower the worse."""

    RED = 0
    AMBER = 1
    BLUE = 2
    GREEN = 3
    GREY = 4


@dataclass(frozen=True)
class Alert:
    """A thing by its name, how bad it is, and the numbers, dates and people behind it."""

    name: str
    level: Level
    values: Mapping[str, object] = field(default_factory=dict)

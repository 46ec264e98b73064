"""What a difference between the books is: as it is found, and as it is shown. Values; decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.rules.case import Person
from store.money import Money
from store.terms import DifferenceKind

BANK_KINDS = frozenset({DifferenceKind.PHANTOM_ROW, DifferenceKind.BANK_DIFFERS})
ORDER_KINDS = frozenset(DifferenceKind) - {DifferenceKind.DAY_DIFFERS, DifferenceKind.NEWS_OFF}


@dataclass(frozen=True)
class Found:
    """A difference as a comparison finds it. ``subject`` names what it is about, within its kind.

    ``ours``, ``shop`` and ``bank`` are what each of the three says, None where that one has no say.
    """

    kind: DifferenceKind
    subject: str
    ours: Money | None = None
    shop: Money | None = None
    bank: Money | None = None
    return_id: int | None = None
    resolution_id: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What it is known by each time it is seen."""
        return f"{self.kind}/{self.subject}"


@dataclass(frozen=True)
class Difference:
    """A difference as people see it, as of ``as_of``: with its order and return, and who looks at it.

    ``settled_by`` None with a ``settled_at`` means that it went away by itself.
    """

    difference_id: int
    kind: DifferenceKind
    found_at: datetime
    as_of: datetime
    ours: Money | None = None
    shop: Money | None = None
    bank: Money | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    order_number: str = ""
    order_address: str = ""
    return_number: str = ""
    card_address: str = ""
    owner: Person | None = None
    settled_at: datetime | None = None
    settled_by: Person | None = None
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.settled_at is None

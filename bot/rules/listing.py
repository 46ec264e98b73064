"""What a list of returns holds: a line for each, and where its pages lie."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.alert import Level
from bot.rules.views import View
from store.money import Money
from store.terms import ReturnStatus, Wish


@dataclass(frozen=True)
class Line:
    """What a list says of one return. ``others`` counts the articles beside ``goods``.

    ``owner`` is a person's Slack id, "" nobody's; ``card_url`` is "" while it has no card.
    """

    return_id: int
    version: int
    number: str
    order_number: str
    customer: str
    wish: Wish
    status: ReturnStatus
    owner: str
    level: Level
    alerts: tuple[str, ...]
    amount: Money
    goods: str
    others: int
    opened_at: datetime
    received_at: datetime | None
    owner_since: datetime | None
    unanswered_since: datetime | None
    refund_due_by: date | None
    card_url: str


@dataclass(frozen=True)
class Count:
    """How many there are; where ``is_exact`` is false, at least so many."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True)
class Page:
    """Some lines of a list, the number of the first, and the cursors of the pages beside it, "" for none."""

    lines: tuple[Line, ...]
    count: Count
    first: int
    newer: str
    older: str


@dataclass(frozen=True)
class HomePage:
    """All that a person's home shows; ``counts`` are those of everybody's views."""

    search: str
    views: tuple[View, ...]
    counts: tuple[Count, ...]
    page: Page

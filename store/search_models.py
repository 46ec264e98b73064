"""What can be found and listed: words and a line for each return, and how many there are of a kind."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, text
from sqlmodel import Field, SQLModel

from store.columns import document

# What only one of the two databases has, and no model can say: the full-text index over ``words``.
BESIDE = frozenset({"ix_search_entries_words", "search_words"})


class SearchEntry(SQLModel, table=True):
    """The searchable side of a return; written anew whenever its card is, and with the return itself.

    ``words`` are folded fields, each on a line of its own, so that no search crosses from one into another.
    ``alerts`` are the names of what stands on the card, each between spaces; ``level`` is the worst of them.
    ``amount`` is what it is about, in thousandths of a unit of the return's currency. ``goods`` is the first
    article with its quantity, ``others`` how many more articles there are.
    """

    __tablename__ = "search_entries"

    return_id: int = Field(
        primary_key=True, foreign_key="returns.id", sa_column_kwargs={"autoincrement": False}
    )
    words: str = Field(sa_type=Text)
    alerts: str = Field(default="", sa_type=Text)
    level: int = 2
    amount: int = Field(default=0, sa_type=BigInteger, index=True)
    goods: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": text("''")})
    others: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class SearchAlert(SQLModel, table=True):
    """One of an entry's alerts, so that the returns with it are found without reading the others."""

    __tablename__ = "search_alerts"

    name: str = Field(primary_key=True, max_length=60)
    return_id: int = Field(
        primary_key=True, foreign_key="returns.id", index=True, sa_column_kwargs={"autoincrement": False}
    )


class ReturnCount(SQLModel, table=True):
    """How many returns of a kind were opened on a day, in UTC; on the day "" those of all days.

    What changed since they were last summed up stands in ``CountChange``.
    """

    __tablename__ = "return_counts"

    day: str = Field(primary_key=True, max_length=10)
    status: str = Field(primary_key=True, max_length=32)
    wish: str = Field(primary_key=True, max_length=32)
    owner_id: str = Field(primary_key=True, max_length=64)
    number: int


class CountChange(SQLModel, table=True):
    """A return of a kind more, or one less. The database itself adds these with each change of a return:
    rows that are only ever added make no two people wait for each other, as one counter for all would.
    """

    __tablename__ = "return_count_changes"

    id: int | None = Field(default=None, primary_key=True)
    day: str = Field(max_length=10)
    status: str = Field(max_length=32)
    wish: str = Field(max_length=32)
    owner_id: str = Field(max_length=64)
    number: int


class Home(SQLModel, table=True):
    """What a person last looked at in their home, and the searches they keep by a name."""

    __tablename__ = "homes"

    user_id: str = Field(primary_key=True, max_length=64)
    search: str = Field(default="", max_length=400)
    cursor: str = Field(default="", max_length=80)
    views: list[Any] = Field(default_factory=list, sa_column=document())


class QueueMessage(SQLModel, table=True):
    """Where a channel's message about its queue is, and a digest of what it shows."""

    __tablename__ = "queue_messages"

    channel: str = Field(primary_key=True, max_length=64)
    ts: str = Field(default="", max_length=32)
    digest: str = Field(default="", max_length=64)
    drawn_at: datetime

"""The kinds of columns and indexes the tables are made of, the same on SQLite and PostgreSQL."""

from enum import Enum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

# Both databases can leave alone, or change, a row that is there already, each by a statement of its own.
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def words_of(enum: type[Enum], *, nullable: bool = False) -> Any:
    """A column holding the words of ``enum`` as text, refused by the database when it is another word."""
    kind = SqlEnum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
    return Column(kind, nullable=nullable)


def minor_units() -> Any:
    """A column of whole minor units of the row's currency."""
    return Column(BigInteger, nullable=False, server_default="0")


def document(*, nullable: bool = False) -> Any:
    """A column holding a JSON document."""
    return Column(JSON, nullable=nullable)


def unique_where(name: str, *columns: str, where: str) -> Index:
    """A unique index over the rows that fulfil ``where``, on both databases."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


def index_where(name: str, *columns: str, sqlite: str, postgresql: str) -> Index:
    """An index over the rows that fulfil a condition, which each database says in its own words."""
    return Index(name, *columns, sqlite_where=text(sqlite), postgresql_where=text(postgresql))

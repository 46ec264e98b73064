"""What each column keeps of a customer, and how that is taken out while numbers and references stay.

A column that is text or a document must have a class here; a test walks all tables and asks for it.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Engine, String, Table, cast, func, or_, text
from sqlalchemy.sql.sqltypes import Enum as SqlEnum
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.sqltypes import AutoString

APPEND_ONLY = ("history", "attempts")


class Kept(StrEnum):
    """What a column may hold of a customer."""

    NOTHING = "nothing"  # ids, references, digests, words of ours
    TEAM = "team"  # people of the team, not customers
    ALL = "all"  # a customer's own: emptied
    NAME = "name"  # a customer's name: says instead that it was erased
    PARTS = "parts"  # may mention a customer: what is known of them is cut out
    RECORD = "record"  # a history: only keys that are known to be harmless keep their text


CLASSES: Mapping[str, Mapping[str, Kept]] = {
    "orders": {
        "number": Kept.NOTHING,
        "email": Kept.ALL,
        "currency": Kept.NOTHING,
        "payment_intent": Kept.NOTHING,
        "snapshot": Kept.PARTS,
        "stock": Kept.NOTHING,
        "customer": Kept.ALL,
    },
    "returns": {
        "number": Kept.NOTHING,
        "source_key": Kept.PARTS,
        "source_digest": Kept.ALL,
        "currency": Kept.NOTHING,
        "customer_name": Kept.NAME,
        "customer_email": Kept.ALL,
        "language": Kept.NOTHING,
        "exchange": Kept.PARTS,
        "owner_id": Kept.TEAM,
        "closed_by": Kept.TEAM,
        "closed_reason": Kept.ALL,
        "late_reason": Kept.ALL,
        "tracking_number": Kept.ALL,
        "question": Kept.ALL,
        "known_refunds": Kept.NOTHING,
        "label_link": Kept.ALL,
        "decided_by_rule": Kept.NOTHING,
    },
    "return_items": {
        "name": Kept.PARTS,
        "variant": Kept.PARTS,
        "sku": Kept.NOTHING,
        "note": Kept.ALL,
    },
    "receipts": {"operator_id": Kept.TEAM},
    "extensions": {"operator_id": Kept.TEAM, "reason": Kept.ALL},
    "resolutions": {
        "reference": Kept.NOTHING,
        "currency": Kept.NOTHING,
        "choice": Kept.PARTS,
        "quote": Kept.PARTS,
        "operator_id": Kept.TEAM,
        "transfer_reference": Kept.PARTS,
        "outcome": Kept.PARTS,
    },
    "operations": {
        "key": Kept.NOTHING,
        "kind": Kept.NOTHING,
        "lane": Kept.NOTHING,
        "payload": Kept.PARTS,
        "lease_owner": Kept.NOTHING,
        "baseline": Kept.PARTS,
        "evidence": Kept.PARTS,
        "detail": Kept.PARTS,
    },
    "attempts": {"step": Kept.NOTHING, "detail": Kept.PARTS},
    "lane_pauses": {"lane": Kept.NOTHING},
    "deliveries": {
        "source": Kept.NOTHING,
        "key": Kept.NOTHING,
        "body": Kept.ALL,
        "outcome": Kept.NOTHING,
    },
    "cards": {
        "channel": Kept.NOTHING,
        "ts": Kept.NOTHING,
        "digest": Kept.NOTHING,
        "permalink": Kept.NOTHING,
    },
    "messages": {"operator_id": Kept.TEAM, "body": Kept.ALL, "nonce": Kept.NOTHING},
    "history": {"verb": Kept.NOTHING, "operator_id": Kept.TEAM, "details": Kept.RECORD},
    "members": {
        "user_id": Kept.TEAM,
        "team_id": Kept.TEAM,
        "name": Kept.TEAM,
        "language": Kept.TEAM,
        "timezone": Kept.TEAM,
    },
    "marks": {"name": Kept.NOTHING, "value": Kept.NOTHING},
    "differences": {
        "key": Kept.NOTHING,
        "currency": Kept.NOTHING,
        "about": Kept.PARTS,
        "owner_id": Kept.TEAM,
        "settled_by": Kept.TEAM,
        "note": Kept.ALL,
        "channel": Kept.NOTHING,
        "ts": Kept.NOTHING,
        "digest": Kept.NOTHING,
    },
    "tallies": {"currency": Kept.NOTHING},
    "portal_links": {"digest": Kept.NOTHING},
    "portal_visits": {"digest": Kept.NOTHING},
    "portal_tries": {"bucket": Kept.NOTHING},
    "photos": {"name": Kept.NOTHING, "digest": Kept.NOTHING},
    "credits": {
        "reference": Kept.NOTHING,
        "digest": Kept.NOTHING,
        "currency": Kept.NOTHING,
        "email": Kept.ALL,
        "revoke_asked_by": Kept.TEAM,
        "revoke_reason": Kept.ALL,
    },
    "credit_uses": {"order_number": Kept.NOTHING, "status": Kept.NOTHING},
    "search_entries": {"words": Kept.ALL, "alerts": Kept.NOTHING, "goods": Kept.PARTS},
    "search_alerts": {"name": Kept.NOTHING},
    "return_counts": {
        "day": Kept.NOTHING,
        "status": Kept.NOTHING,
        "wish": Kept.NOTHING,
        "owner_id": Kept.TEAM,
    },
    "return_count_changes": {
        "day": Kept.NOTHING,
        "status": Kept.NOTHING,
        "wish": Kept.NOTHING,
        "owner_id": Kept.TEAM,
    },
    "homes": {"user_id": Kept.TEAM, "search": Kept.PARTS, "cursor": Kept.NOTHING, "views": Kept.PARTS},
    "open_forms": {"user_id": Kept.TEAM},
    "queue_messages": {"channel": Kept.NOTHING, "ts": Kept.NOTHING, "digest": Kept.NOTHING},
}
# Keys of a history's details whose text is ours: references, methods, sentences of the catalogue.
HARMLESS = frozenset(
    {"reference", "method", "source", "rule", "why", "to", "extra", "refund", "order", "end", "payment"}
)
# Keys of other documents below which people wrote freely, or a customer is named.
FREE = frozenset({"text", "note", "proof", "email", "charge_anyway", "late_reason", "phone", "tracking"})


@dataclass(frozen=True)
class Person:
    """A customer as the database knows them: what identifies them, and which rows are theirs.

    ``label`` is what stands where the name was.
    """

    values: tuple[str, ...]
    orders: frozenset[int]
    returns: frozenset[int]
    label: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        """What is cut out of texts, the longest first."""
        known = sorted({one for one in self.values if len(one) > 2}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, known)) or r"(?!)", re.IGNORECASE)


def text_columns() -> Iterator[tuple[str, Column[Any]]]:
    """Every column of every table in which words can stand."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | AutoString | JSON) and not isinstance(column.type, SqlEnum):
                yield table.name, column


def rows_of(session: Session, table: Table, person: Person) -> Sequence[Mapping[str, Any]]:
    """The rows of a table that are about this person."""
    mine = _mine(table, person)
    if mine is None:
        return ()
    return [dict(row) for row in session.connection().execute(table.select().where(mine)).mappings()]


def erase_rows(session: Session, person: Person) -> int:
    """Take the person out of all their rows; how many rows were changed. Nothing is deleted here."""
    pattern, changed = person.pattern, 0
    with _record_open(session):
        for table in SQLModel.metadata.sorted_tables:
            classes = {
                name: kind
                for name, kind in CLASSES[table.name].items()
                if kind not in (Kept.NOTHING, Kept.TEAM)
            }
            for row in rows_of(session, table, person) if classes else ():
                values = {
                    name: _without(row[name], kind, table.c[name], pattern, person.label)
                    for name, kind in classes.items()
                }
                if any(row[name] != value for name, value in values.items()):
                    same = [column == row[column.name] for column in table.primary_key]
                    session.connection().execute(table.update().where(*same).values(**values))
                    changed += 1
    session.expire_all()
    return changed


def compact(engine: Engine) -> bool:
    """Let the files forget what the tables no longer hold; False where somebody reads and it must wait.

    SQLite keeps old contents in free pages and in its log. PostgreSQL keeps old versions of rows until they
    are vacuumed, and its own log and backups for as long as whoever runs it says.
    """
    if engine.dialect.name == "sqlite":
        return _compact_sqlite(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in SQLModel.metadata.sorted_tables:
            connection.execute(text(f'VACUUM "{table.name}"'))
    return True


def cut(value: Any, pattern: re.Pattern[str], label: str = "") -> Any:
    """A document without what people wrote freely in it and without what the pattern finds."""
    if isinstance(value, str):
        return pattern.sub("…", value)
    if isinstance(value, list):
        return [cut(one, pattern, label) for one in value]
    if isinstance(value, dict):
        return {key: _cut_entry(key, one, pattern, label) for key, one in value.items()}
    return value


def _cut_entry(key: str, value: Any, pattern: re.Pattern[str], label: str) -> Any:
    if key == "buyer" and isinstance(value, dict):
        return {**value, "name": label, "email": "", "phone": "", "customer_id": 0}
    if key in FREE and isinstance(value, str):
        return ""
    return cut(value, pattern, label)


def _without(value: Any, kind: Kept, column: Column[Any], pattern: re.Pattern[str], label: str) -> Any:
    if kind is Kept.NAME:
        return label
    if kind is Kept.PARTS:
        return cut(value, pattern, label)
    if kind is Kept.RECORD:
        return _harmless(value)
    if isinstance(column.type, JSON):
        return None if column.nullable else {}
    return None if value is None else ""


def _harmless(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _harmless(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_harmless(one, key) for one in value]
    return "" if isinstance(value, str) and key not in HARMLESS else value


def _mine(table: Table, person: Person) -> ColumnElement[bool] | None:
    columns = table.c
    if table.name == "attempts":
        operations = SQLModel.metadata.tables["operations"]
        theirs = select(operations.c.id).where(_mine_of_journal(operations, person))
        return columns.operation_id.in_(theirs)
    if table.name == "operations":
        return _mine_of_journal(table, person)
    if table.name == "deliveries":
        return _mentions([columns.body], person.values)
    if "order_id" in columns and table.name != "credit_uses":
        return columns.order_id.in_(person.orders)
    return columns.return_id.in_(person.returns) if "return_id" in columns else None


def _mine_of_journal(table: Table, person: Person) -> ColumnElement[bool]:
    """Operations on their returns and orders, and those without one that mention them."""
    columns, lanes = table.c, [f"order:{order_id}" for order_id in person.orders]
    free = columns.return_id.is_(None) & _mentions(
        [columns.payload, columns.evidence, columns.detail], person.values
    )
    return or_(columns.return_id.in_(person.returns), columns.lane.in_(lanes), free)


def _mentions(columns: Iterable[Column[Any]], values: Collection[str]) -> ColumnElement[bool]:
    """Whether one of the values stands in one of the columns, as it is or as JSON writes it."""
    written = {form for one in values if len(one) > 4 for form in (one, json.dumps(one)[1:-1])}
    found = [
        func.lower(cast(column, String)).contains(form.lower(), autoescape=True)
        for column in columns
        for form in sorted(written)
    ]
    return or_(False, *found)


@contextmanager
def _record_open(session: Session) -> Iterator[None]:
    """Let the transaction, and nobody else, change what is append only; the guards are back at its end."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        for table in APPEND_ONLY:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        for table in APPEND_ONLY:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    wanted = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('history', 'attempts')"
    )
    guards = connection.execute(text(wanted)).all()
    for name, _ in guards:
        connection.execute(text(f'DROP TRIGGER "{name}"'))
    yield
    for _, made in guards:
        connection.exec_driver_sql(made)


def _compact_sqlite(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("INSERT INTO search_words (search_words) VALUES ('rebuild')")  # drops old entries
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.close()
    return not busy

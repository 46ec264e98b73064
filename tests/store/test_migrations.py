"""The revisions build what the models say, can be taken back, and leave nothing half done."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

from store.db import migrate
from store.migrations import Schema, SchemaTooNew, alembic_config, read_schema
from store.search_models import BESIDE
from tests.store.rows import NOON, a_resolution, a_return, an_operation, an_order, keep


def run(engine: Engine, deed: Callable[..., Any], revision: str) -> None:
    """Move the schema with one of Alembic's commands."""
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        deed(config, revision)


def is_in_models(name: str | None, *_where: Any) -> bool:
    """Whether the models say anything of it: the full-text index and its tables are beside them."""
    return not any(str(name).startswith(beside) for beside in BESIDE)


def checks_of(engine: Engine) -> dict[str, dict[str, str]]:
    """The check constraints of every table, which Alembic's comparison does not look at."""
    looked = inspect(engine)
    return {
        table: {str(check["name"]): str(check["sqltext"]) for check in looked.get_check_constraints(table)}
        for table in looked.get_table_names()
        if table != "alembic_version" and is_in_models(table)
    }


def test_the_revisions_build_exactly_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        context = MigrationContext.configure(connection, opts={**opts, "include_name": is_in_models})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_revisions_build_the_check_constraints_of_the_models(
    engine: Engine, empty_engine: Engine
) -> None:
    SQLModel.metadata.create_all(empty_engine)
    wanted = checks_of(empty_engine)
    assert checks_of(engine) == wanted
    assert "ck_returns_returnstatus" in wanted["returns"]


def test_every_revision_can_be_taken_back_to_nothing(engine: Engine) -> None:
    run(engine, command.downgrade, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert read_schema(engine) is Schema.EMPTY
    migrate(engine)
    assert read_schema(engine) is Schema.CURRENT


def test_migrating_twice_keeps_what_is_there(engine: Engine) -> None:
    keep(engine, an_order())
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 1


def insert_as_of(engine: Engine, row: SQLModel) -> None:
    """Keep ``row`` in a database of an older schema, as far as that has its columns."""
    table = Table(str(row.__tablename__), MetaData(), autoload_with=engine)
    values = {name: value for name, value in row.model_dump().items() if name in table.columns}
    with engine.begin() as connection:
        connection.execute(table.insert().values(**values))


def test_rows_survive_from_the_schema_before_and_still_refer_to_each_other(empty_engine: Engine) -> None:
    run(empty_engine, command.upgrade, "0005")
    for row in (an_order(), a_return(id=1, number="RMA-1"), a_resolution(id=1, outcome={})):
        insert_as_of(empty_engine, row)
    migrate(empty_engine)
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT source FROM returns")).scalar() == "staff"
        assert connection.execute(text("SELECT return_id FROM resolutions")).scalar() == 1
    with pytest.raises(IntegrityError):
        keep(empty_engine, a_return(order_id=1))


def test_processes_that_migrate_at_once_wait_for_each_other(empty_url: str) -> None:
    program = "import sys; from store.db import migrate, open_engine; migrate(open_engine(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", program, empty_url]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]


def test_a_migration_that_stops_half_way_leaves_nothing(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.execute(text("CREATE TABLE returns (in_the_way INTEGER)"))
    with pytest.raises(DBAPIError):
        migrate(empty_engine)
    assert inspect(empty_engine).get_table_names() == ["returns"]
    assert read_schema(empty_engine) is Schema.EMPTY


def test_an_older_schema_is_recognised(engine: Engine) -> None:
    run(engine, command.downgrade, "-1")
    assert read_schema(engine) is Schema.OLDER


def test_a_schema_of_a_newer_version_is_refused_in_words(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert read_schema(engine) is Schema.NEWER
    with pytest.raises(SchemaTooNew, match=r"revision 9999.*a newer version has migrated it"):
        migrate(engine)


@pytest.mark.parametrize("deed", ["UPDATE {table} SET at = at", "DELETE FROM {table}"])
@pytest.mark.parametrize("table", ["history", "attempts"])
def test_the_record_can_only_grow(engine: Engine, table: str, deed: str) -> None:
    keep(engine, an_order(), a_return(), an_operation())
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO history (return_id, at, verb, details) VALUES (1, :at, 'open', '{}')"),
            {"at": str(NOON)},
        )
        connection.execute(
            text(
                "INSERT INTO attempts (operation_id, number, step, detail, at) VALUES (1, 1, 'sent', '', :at)"
            ),
            {"at": str(NOON)},
        )
    with pytest.raises(DBAPIError, match=f"{table} is append only"), engine.begin() as connection:
        connection.execute(text(deed.format(table=table)))

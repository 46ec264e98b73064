"""Databases for the tests: a SQLite file each, and a PostgreSQL database each when a server is named.

``TEST_DATABASE_URL`` names a PostgreSQL server and a role that may create databases. Without it the
PostgreSQL variants are not generated. A schema is migrated once per process and copied for each test.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from store.db import migrate, open_engine
from tests.counts import counts, pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

__all__ = ["counts", "pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]

# The browser's driver is installed for `make browser` alone; without it those tests cannot even be read.
collect_ignore = [] if find_spec("playwright") else ["browser"]

SERVER = os.environ.get("TEST_DATABASE_URL", "")
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)] if SERVER else ["sqlite"]

MOMENT = re.compile(r"\b1[789]\d{8}\b|\bGMT\b")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep the present moment out of the names of tests: processes that collect them would disagree."""
    return argname if isinstance(val, str) and MOMENT.search(val) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the longest tests on PostgreSQL to ``make prove``: what they look at is not the database."""
    for item in items:
        if item.get_closest_marker("sqlite_first") and item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.proof)


class SqliteFiles:
    """Hands out SQLite files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        self._migrate_template()

    def _migrate_template(self) -> None:
        engine = open_engine(f"sqlite:///{self.template}")
        migrate(engine)
        engine.dispose()

    def empty(self) -> str:
        """The address of a database without a schema."""
        return f"sqlite:///{self.folder / uuid4().hex}.db"

    def migrated(self) -> str:
        """The address of a database with the newest schema."""
        copy = self.folder / f"{uuid4().hex}.db"
        shutil.copyfile(self.template, copy)
        return f"sqlite:///{copy}"

    def drop_all(self) -> None:
        """Forget every database handed out."""
        shutil.rmtree(self.folder)


class PostgresqlServer:
    """Hands out databases of a PostgreSQL server, named so that test processes never meet."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self.server = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self.prefix = f"returns_desk_test_{uuid4().hex[:12]}"
        self.names: list[str] = []
        self.template = self._create(self.prefix)
        self._migrate_template()

    def _migrate_template(self) -> None:
        engine = open_engine(self._address(self.template))
        migrate(engine)
        engine.dispose()

    def empty(self) -> str:
        """The address of a database without a schema."""
        return self._address(self._create(f"{self.prefix}_{len(self.names)}"))

    def migrated(self) -> str:
        """The address of a database with the newest schema."""
        return self._address(self._create(f"{self.prefix}_{len(self.names)}", template=self.template))

    def drop_all(self) -> None:
        """Forget every database handed out."""
        for name in self.names:
            self._command(f"DROP DATABASE {name} WITH (FORCE)")
        self.server.dispose()

    def _create(self, name: str, template: str = "template0") -> str:
        self._command(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        self.names.append(name)
        return name

    def _address(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _command(self, sql: str) -> None:
        with self.server.connect() as connection:
            connection.execute(text(sql))


@pytest.fixture(scope="session")
def databases(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], SqliteFiles | PostgresqlServer]]:
    """Give the source of databases for a kind, made when it is first asked for."""
    made: dict[str, SqliteFiles | PostgresqlServer] = {}

    def source(kind: str) -> SqliteFiles | PostgresqlServer:
        if kind not in made:
            folder = tmp_path_factory.mktemp("sqlite")
            made[kind] = SqliteFiles(folder) if kind == "sqlite" else PostgresqlServer(SERVER)
        return made[kind]

    yield source
    for databases_of_a_kind in made.values():
        databases_of_a_kind.drop_all()


@pytest.fixture(params=DATABASES)
def database_source(
    request: pytest.FixtureRequest, databases: Callable[[str], SqliteFiles | PostgresqlServer]
) -> SqliteFiles | PostgresqlServer:
    """Each kind of database in turn."""
    return databases(request.param)


@pytest.fixture
def database_url(database_source: SqliteFiles | PostgresqlServer) -> str:
    """The address of a fresh database with the newest schema."""
    return database_source.migrated()


@pytest.fixture
def empty_url(database_source: SqliteFiles | PostgresqlServer) -> str:
    """The address of a fresh database without a schema."""
    return database_source.empty()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine over a fresh database with the newest schema."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    """An engine over a fresh database without a schema."""
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()

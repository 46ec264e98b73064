"""One desk with Slack in front of it for each module; every test brings its own orders and returns."""

from collections.abc import Callable, Iterator

import pytest

from store.db import open_engine
from store.terms import Wish
from tests.conftest import DATABASES, PostgresqlServer, SqliteFiles
from tests.counter import Counter, a_counter
from tests.handlers.slack.barter import Barter, a_barter, unwatch


@pytest.fixture(scope="module", params=DATABASES)
def office(
    request: pytest.FixtureRequest, databases: Callable[[str], SqliteFiles | PostgresqlServer]
) -> Iterator[Counter]:
    """The desk of a module."""
    engine = open_engine(databases(request.param).migrated())
    with a_counter(engine) as counter:
        yield counter
    engine.dispose()


@pytest.fixture
def counter(office: Counter) -> Iterator[Counter]:
    """The desk of the module, with nothing left over of the test before."""
    office.faults.clear()
    office.faults.knocks.clear()
    office.work(hours=1)
    yield office
    office.faults.clear()
    office.slack.spoil_token("")


@pytest.fixture(scope="module")
def unwatched(office: Counter) -> None:
    unwatch(office)


@pytest.fixture
def barter(counter: Counter, unwatched: None) -> Barter:
    return a_barter(counter, Wish.EXCHANGE)

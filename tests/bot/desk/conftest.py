"""A desk on a real database and a real shop, for each test anew."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.world import World, a_world


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine) as world:
        yield world

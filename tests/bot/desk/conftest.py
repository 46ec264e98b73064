"""A desk on a real database and a real shop, for each test anew."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import with_a_bank
from tests.world import World, a_world


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine) as world:
        yield world


@pytest.fixture
def barter(world: World) -> Iterator[Barter]:
    with with_a_bank(world) as stripe:
        yield Barter(world, stripe)

"""One served shop for all tests here, emptied and filled again for each."""

from collections.abc import Iterator

import pytest

from bot.sandbox.serving import Service
from bot.sandbox.shop import CardGateway, Shop, create_app
from tests.sandbox.shop.bench import Bench, fill


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Shop, str]]:
    shop = Shop()
    with Service(create_app(shop)) as service:
        yield shop, service.url


@pytest.fixture
def bench(served: tuple[Shop, str]) -> Bench:
    shop, url = served
    shop.reset()
    shop.state.race_seconds = 0
    shop.gateways["stripe"] = CardGateway(
        "stripe", "Credit card (Stripe)", ledger=lambda: shop.ledger, now=shop.state.now
    )
    return Bench(shop, url, fill(shop))

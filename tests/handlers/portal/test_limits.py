"""How often somebody may ask for a link, and by what they are told apart."""

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from bot.sandbox.serving import Service
from handlers.web import create_app
from store.db import reading
from store.models import Operation
from store.portal_models import PortalTry
from tests.handlers.conftest import Door, a_silent_bolt
from tests.handlers.portal.conftest import Customer, nonce_of
from tests.world import a_world

MOST = 20  # from one address in an hour
KINDS = 5  # of counts: address, network, e-mail, order, all


@pytest.fixture
def proxied(engine: Engine) -> Iterator[Customer]:
    """A customer in front of a desk that stands behind one proxy."""
    with (
        a_world(engine, trusted_proxies=1) as world,
        Service(create_app(world.desk, a_silent_bolt())) as service,
    ):
        yield Customer(Door(service.url, world))


def guess(customer: Customer, times: int, *, start: int = 0, seen_as: str = "") -> None:
    """Ask for links to ``times`` different orders."""
    form = {"nonce": nonce_of(customer.get("/returns/").text, "/returns/")}
    for turn in range(start, start + times):
        headers: Mapping[str, str] = {"x-forwarded-for": seen_as.format(turn=turn)} if seen_as else {}
        typed = {"number": str(turn + 1), "email": f"guess{turn}@example.com"}
        customer.session.post(
            customer.door.url + "/returns/", data={**form, **typed}, headers=headers, timeout=10
        )


def planned(customer: Customer) -> int:
    """How many of them will be looked up."""
    with reading(customer.door.world.desk.engine) as session:
        return len(session.exec(select(Operation).where(col(Operation.kind) == "portal.look_up")).all())


def test_one_address_may_guess_so_often_in_an_hour(customer: Customer) -> None:
    guess(customer, MOST + 5)
    assert planned(customer) == MOST
    customer.door.world.clock.pass_(minutes=61)
    guess(customer, 1, start=100)
    assert planned(customer) == MOST + 1


def test_a_header_that_anybody_can_write_makes_no_new_address(customer: Customer) -> None:
    guess(customer, MOST + 5, seen_as="203.0.113.{turn}")
    assert planned(customer) == MOST


def test_behind_a_proxy_only_what_the_proxy_added_counts(proxied: Customer) -> None:
    guess(proxied, MOST + 5, seen_as="203.0.113.{turn}, 198.51.100.7")
    assert planned(proxied) == MOST
    guess(proxied, 3, start=100, seen_as="203.0.113.1, 198.51.100.{turn}")
    assert planned(proxied) == MOST + 3


def test_the_addresses_of_one_network_count_as_one(proxied: Customer) -> None:
    guess(proxied, MOST + 5, seen_as="2001:db8:1:2::{turn}")
    assert planned(proxied) == MOST


def test_what_is_counted_says_nobodys_address_and_is_forgotten(customer: Customer) -> None:
    guess(customer, MOST + 5)
    with reading(customer.door.world.desk.engine) as session:
        rows = session.exec(select(PortalTry)).all()
    assert len(rows) == KINDS * MOST
    assert not [one for one in rows if "guess" in one.bucket or "127.0.0.1" in one.bucket]
    customer.door.world.clock.pass_(minutes=61)
    guess(customer, 1, start=100)
    with reading(customer.door.world.desk.engine) as session:
        assert len(session.exec(select(PortalTry)).all()) == KINDS

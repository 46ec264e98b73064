"""Links that travel with what customers are told."""

from itertools import pairwise

from sqlmodel import select

from bot.desk import decisions
from bot.desk.portal_links import link_address
from store.db import reading
from store.models import Message, Operation
from store.portal_models import PortalLink
from store.terms import Wish
from tests.world import ALICE, World


def approved(world: World) -> str:
    """The note with which a return is agreed, as the shop got it."""
    mug = world.shop.add_product("Mug", "33.00", stock=5)
    return_id = world.open(world.order((mug, 1)), Wish.REFUND)
    decisions.approve(world.desk, return_id, ALICE, world.case(return_id).version)
    world.work()
    (note,) = [one.text for one in world.shop.state.notes.values() if one.customer_note]
    return note


def test_who_is_told_that_a_return_is_agreed_gets_the_way_to_its_page(world: World) -> None:
    note = approved(world)
    assert "is agreed" in note
    assert "/returns/l/" in note
    with reading(world.desk.engine) as session:
        link = session.exec(select(PortalLink)).one()
    assert link.return_id == 1


def test_the_secret_of_that_link_is_in_no_table(world: World) -> None:
    secret = approved(world).rsplit("/", 1)[1]
    with reading(world.desk.engine) as session:
        rows = [
            str(one.model_dump())
            for table in (PortalLink, Operation, Message)
            for one in session.exec(select(table))
        ]
    assert rows
    assert not [row for row in rows if secret in row]


def test_links_resemble_each_other_in_nothing(world: World) -> None:
    secrets = [link_address(world.desk, number).rsplit("/", 1)[1] for number in range(1, 2001)]
    assert len(set(secrets)) == len(secrets)
    assert {len(one) for one in secrets} == {27}
    alike = [sum(a == b for a, b in zip(one, other, strict=True)) for one, other in pairwise(secrets)]
    assert sum(alike) / len(alike) < 1  # of 27 characters; chance gives 0.42

"""What customers are told carries the way to their page: one link, and never two."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import decisions
from bot.desk.credits_people import resend_credit
from bot.desk.inspection import Arrival, receive
from bot.desk.labels import note_label
from bot.desk.page_access import lock_page, send_new_link
from bot.desk.resolution import resolve
from bot.rules.proposal import default_choice
from store.terms import Method
from tests.world import ALICE, World

ADDRESS = re.compile(r"https?://[^\s<\"]+")


def a_return(world: World) -> int:
    mug = world.shop.add_product("Mug", "33.00", stock=5)
    return world.open(world.order((mug, 2)))


def letters(world: World) -> list[str]:
    world.work()
    return [html.unescape(one.text) for one in world.shop.outbox if one.kind == "customer_note"]


def approved(world: World, return_id: int) -> None:
    decisions.approve(world.desk, return_id, ALICE, world.case(return_id).version)


def rejected(world: World, return_id: int) -> None:
    decisions.reject(world.desk, return_id, ALICE, world.case(return_id).version, "It was worn.")


def cancelled(world: World, return_id: int) -> None:
    decisions.cancel(world.desk, return_id, ALICE, world.case(return_id).version, "a mistake")


def asked(world: World, return_id: int) -> None:
    decisions.ask(world.desk, return_id, ALICE, "Which size?")


def extended(world: World, return_id: int) -> None:
    approved(world, return_id)
    case = world.case(return_id)
    assert case.window_end is not None
    later = case.window_end + timedelta(days=9)
    decisions.extend(world.desk, case.order.order_id, ALICE, later, "illness")


def labelled(world: World, return_id: int) -> None:
    approved(world, return_id)
    link, seen = "https://labels.example/1.pdf", world.case(return_id).version
    note_label(world.desk, return_id, ALICE, seen, link=link, cost="4.90", tracking="")


def renewed(world: World, return_id: int) -> None:
    send_new_link(world.desk, return_id, ALICE)


def settled(world: World, return_id: int, method: Method = Method.GATEWAY_REFUND) -> None:
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, ALICE, (Arrival(line, 2),))
    case = world.case(return_id)
    resolve(world.desk, return_id, ALICE, case.version, replace(default_choice(case), method=method))


def credited(world: World, return_id: int) -> None:
    settled(world, return_id, Method.STORE_CREDIT)


def reminded(world: World, return_id: int) -> None:
    credited(world, return_id)
    world.work()
    case = world.case(return_id)
    resend_credit(world.desk, return_id, ALICE, case.version, reference=f"{case.number}-R1")


Deed = Callable[[World, int], None]
DEEDS: tuple[Deed, ...] = (
    approved,
    rejected,
    cancelled,
    asked,
    extended,
    labelled,
    renewed,
    settled,
    credited,
    reminded,
)


@pytest.mark.parametrize("deed", DEEDS)
def test_each_note_has_one_link_and_it_is_the_customers_page(world: World, deed: Deed) -> None:
    deed(world, a_return(world))
    told = letters(world)
    assert told
    for text in told:
        (address,) = ADDRESS.findall(text)
        assert address.startswith("http://127.0.0.1:8000/returns/l/")


@pytest.mark.parametrize("deed", [credited, reminded])
def test_a_code_and_a_link_go_together(world: World, deed: Deed) -> None:
    deed(world, a_return(world))
    assert re.search(r"code is [A-Z0-9-]{8,}", letters(world)[-1])


@pytest.mark.parametrize("deed", [approved, rejected, asked, settled, credited])
def test_no_note_leads_to_a_locked_page(world: World, deed: Deed) -> None:
    return_id = a_return(world)
    lock_page(world.desk, return_id, ALICE)
    deed(world, return_id)
    assert ADDRESS.findall(" ".join(letters(world))) == []


def test_a_longer_deadline_is_told_to_who_has_sent_nothing_yet(world: World) -> None:
    return_id = a_return(world)
    extended(world, return_id)
    assert sum("You may now send back" in text for text in letters(world)) == 1

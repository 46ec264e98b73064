"""Label and parcel: what is typed about them, who reads it, and what it does to a refund."""

from dataclasses import replace
from typing import Any

import pytest

from bot.desk import decisions
from bot.desk.cases import load_timeline
from bot.desk.inspection import Arrival, receive
from bot.desk.labels import note_label
from bot.errors import Blocked, InvalidInput, StaleCase
from bot.rules.label import host_of, read_label_cost, read_label_link
from bot.rules.proposal import default_choice
from bot.rules.refund import quote_for
from store.money import Money
from store.terms import ReturnStatus
from tests.world import ALICE, World

LINK = "https://labels.example/6A1.pdf?id=7"
TYPED = {"link": LINK, "cost": "6,20", "tracking": " 6A1 \n 2 "}


def a_return(world: World, *, agreed: bool = True) -> int:
    mug = world.shop.add_product("Mug", "33.00", stock=5)
    return_id = world.open(world.order((mug, 2)))
    if agreed:
        decisions.approve(world.desk, return_id, ALICE, world.case(return_id).version)
        world.work()
    return return_id


def note(world: World, return_id: int, **changed: Any) -> None:
    note_label(world.desk, return_id, ALICE, world.case(return_id).version, **{**TYPED, **changed})
    world.work()


def letters(world: World) -> list[str]:
    return [one.text for one in world.shop.state.notes.values() if one.customer_note]


def test_what_is_typed_stands_in_the_return_and_its_history(world: World) -> None:
    return_id = a_return(world)
    note(world, return_id)
    case = world.case(return_id)
    assert (case.label_link, case.tracking_number) == (LINK, "6A1 2")
    assert case.policy.label_cost == Money(620, "EUR")
    assert case.status is ReturnStatus.IN_TRANSIT
    entries = [(one.verb, dict(one.values)) for one in load_timeline(world.desk, return_id)]
    assert ("label_noted", {"amount": 620, "host": "labels.example"}) in entries
    assert ("shipped", {"tracking": "6A1 2"}) in entries


def test_the_customer_of_an_agreed_return_is_told_once_of_a_new_label(world: World) -> None:
    return_id = a_return(world)
    note(world, return_id)
    note(world, return_id, cost="7.00")
    told = [text for text in letters(world) if "is ready to be printed" in text]
    assert len(told) == 1
    assert told[0].count("http") == 1  # the way to their page, where the label is
    assert "labels.example" not in told[0]


def test_before_it_is_agreed_the_customer_hears_of_no_label(world: World) -> None:
    return_id = a_return(world, agreed=False)
    note(world, return_id, tracking="")
    assert letters(world) == []
    assert world.case(return_id).status is ReturnStatus.PENDING


def test_the_forecast_deducts_what_this_label_costs(world: World) -> None:
    return_id = a_return(world)
    note(world, return_id)
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, ALICE, (Arrival(line, 2),))
    case = world.case(return_id)
    quote = quote_for(case, default_choice(case))
    assert quote.label == Money(620, "EUR")
    free = quote_for(case, replace(default_choice(case), deduct_label=False))
    assert quote.amount == free.amount - Money(620, "EUR")


def test_a_label_may_be_free(world: World) -> None:
    return_id = a_return(world)
    note(world, return_id, cost="0")
    assert not world.case(return_id).policy.label_cost


@pytest.mark.parametrize(
    ("name", "typed", "field"),
    [
        ("link", "http://labels.example/1", "label_link"),
        ("link", "javascript:alert(1)", "label_link"),
        ("link", "https://user@labels.example/1", "label_link"),
        ("link", "https://labels.example:99999/1", "label_link"),
        ("link", "https:///1", "label_link"),
        ("link", "https://labels.example/a b", "label_link"),
        ("link", "https://labels.example/\u202e1", "label_link"),
        ("link", "https://labels.example/" + "1" * 577, "label_link"),
        ("cost", "4.90 USD", "label_cost"),
        ("cost", "-4.90", "label_cost"),
        ("cost", "a lot", "label_cost"),
        ("cost", " ", "label_cost"),
        ("tracking", "6" * 600, "tracking"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_changes_nothing(
    world: World, name: str, typed: str, field: str
) -> None:
    return_id = a_return(world)
    before = world.case(return_id)
    with pytest.raises(InvalidInput) as told:
        note(world, return_id, **{name: typed})
    assert told.value.field == field
    after = world.case(return_id)
    assert (after.version, after.label_link, after.tracking_number) == (before.version, "", "")


def test_a_parcel_that_is_here_needs_no_label(world: World) -> None:
    return_id = a_return(world)
    receive(world.desk, return_id, ALICE, (Arrival(world.case(return_id).items[0].line_id, 1),))
    with pytest.raises(Blocked):
        note(world, return_id)


def test_who_saw_an_older_return_changes_nothing(world: World) -> None:
    return_id = a_return(world)
    with pytest.raises(StaleCase):
        note_label(world.desk, return_id, ALICE, 1, **TYPED)


def test_a_host_is_named_as_a_browser_finds_it() -> None:
    assert host_of(read_label_link("https://Labels.Example:8443/a")) == "labels.example"
    assert (host_of(""), read_label_link("  ")) == ("", "")


@pytest.mark.parametrize("typed", ["0", " 0 ", "0.00", "0,00"])
def test_a_zero_is_no_cost(typed: str) -> None:
    assert read_label_cost(typed, "EUR") == Money.zero("EUR")

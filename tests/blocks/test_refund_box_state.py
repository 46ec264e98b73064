"""The refund box read back as Slack hands it over: what was ticked and typed, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from blocks.refund_box import refund_box
from blocks.refund_box_state import (
    Typed,
    read_choice,
    read_confirmed,
    read_place,
    read_units,
    write_confirmed,
    write_units,
)
from bot.i18n import Words
from bot.rules.case import ReturnCase
from bot.rules.choice import ChosenUnits, RefundChoice
from bot.rules.proposal import default_choice
from bot.rules.refund import quote_for
from bot.sandbox.slack.inputs import carried, chosen_value, first_values, state_json
from bot.sandbox.slack.limits import view_problems
from store.terms import Condition, Method
from tests import make
from tests.blocks.cards import CARDS, received, thirty
from tests.blocks.looks import with_shipping
from tests.make import money

GOOD, DAMAGED, WRONG = Condition.GOOD, Condition.DAMAGED, Condition.WRONG_ITEM
ENGLISH = Words("en")


class OpenBox:
    """The box in front of a person: fields keep what was put into them, as Slack's clients do."""

    def __init__(self, case: ReturnCase, choice: RefundChoice | None = None) -> None:
        self.case = case
        self.values: dict[tuple[str, str], dict[str, Any]] = {}
        self.draw(choice or default_choice(case))

    def draw(self, choice: RefundChoice, typed: Typed | None = None) -> None:
        """Show the box for ``choice``."""
        quote = quote_for(self.case, choice)
        texts, errors = (typed.texts, typed.errors) if typed else ({}, {})
        self.view = refund_box(self.case, choice, quote, ENGLISH, typed=texts, errors=errors)
        assert view_problems(self.view) == []
        blocks = self.view["blocks"]
        self.values = carried(self.values, blocks) if self.values else first_values(blocks)

    def put(self, name: str, wanted: Any) -> None:
        """Choose, tick or type; then the box is computed anew."""
        block = next(one for one in self.view["blocks"] if one.get("block_id") == name)
        element = block["element"]
        self.values[name, element["action_id"]] = chosen_value(element, wanted, [])
        typed = self.read()
        self.draw(typed.choice, typed)

    def read(self) -> Typed:
        """What the desk reads from the box as it is."""
        return read_choice({**self.view, "state": state_json(self.values)}, self.case)

    @property
    def inputs(self) -> set[str]:
        """The inputs that are there now."""
        return {block["block_id"] for block in self.view["blocks"] if block["type"] == "input"}


MIXED = received(make.an_item(quantity=3, received={GOOD: 2, DAMAGED: 1}))
BOXES: dict[str, tuple[ReturnCase, dict[str, Any]]] = {
    "as it opens": (CARDS["received"], {}),
    "nothing ticked": (CARDS["received"], {"units": (), "restock": False}),
    "mixed units": (MIXED, {}),
    "thirty lines": (thirty(), {}),
    "everything ticked": (
        with_shipping(),
        {
            "deduct_label": True,
            "charge_fee": True,
            "refund_shipping": True,
            "restock": True,
            "goodwill": True,
        },
    ),
    "nothing else ticked": (
        with_shipping(),
        {"deduct_label": False, "charge_fee": False, "refund_shipping": False, "restock": False},
    ),
    "store credit": (CARDS["received"], {"method": Method.STORE_CREDIT}),
    "another mix": (CARDS["received"], {"units": (ChosenUnits(1, 1, GOOD), ChosenUnits(1, 1, WRONG))}),
    "all missing": (CARDS["received"], {"units": (ChosenUnits(1, 2, Condition.MISSING),)}),
}


@pytest.mark.parametrize("name", BOXES)
def test_what_the_box_shows_is_what_is_read_from_it(name: str) -> None:
    case, changed = BOXES[name]
    choice = replace(default_choice(case), **changed)
    assert OpenBox(case, choice).read() == Typed(choice, {}, dict.fromkeys(TEXTS, ""))


TEXTS = (ids.CUSTOM_AMOUNT, ids.REFERENCE, ids.CHARGE_ANYWAY)


def test_units_are_chosen_line_by_line() -> None:
    box = OpenBox(CARDS["received"])
    box.put("units:1", "1 good, 1 damaged")
    assert box.read().choice.units == (ChosenUnits(1, 1, GOOD), ChosenUnits(1, 1, DAMAGED))


def test_a_line_that_is_unticked_loses_its_menu_and_its_units() -> None:
    box = OpenBox(CARDS["received"])
    box.put("lines:0", [])
    assert "units:1" not in box.inputs
    assert box.read().choice.units == ()


def test_a_line_that_is_ticked_again_starts_with_all_announced_units() -> None:
    box = OpenBox(CARDS["received"])
    box.put("units:1", "1 good")
    box.put("lines:0", [])
    box.put("lines:0", ["1"])
    assert box.read().choice.units == (ChosenUnits(1, 2, GOOD),)
    assert "units:1" in box.inputs


def test_lines_of_every_group_of_ten_are_read() -> None:
    box = OpenBox(thirty())
    box.put("lines:10", ["11", "20"])
    lines = {one.line_id for one in box.read().choice.units}
    assert lines == {*range(1, 12), 20, *range(21, 31)}


def test_an_amount_is_read_as_people_write_it() -> None:
    box = OpenBox(CARDS["received"])
    box.put(ids.CUSTOM_AMOUNT, "12,50")
    assert box.read().choice.custom_amount == money("12.50")


def test_an_amount_that_cannot_be_read_is_an_error_of_its_input_and_stays_as_typed() -> None:
    box = OpenBox(CARDS["received"])
    box.put(ids.CUSTOM_AMOUNT, "about ten")
    read = box.read()
    assert list(read.errors) == [ids.CUSTOM_AMOUNT]
    assert read.choice.custom_amount is None
    assert read.texts[ids.CUSTOM_AMOUNT] == "about ten"


def test_the_input_for_a_reference_comes_and_goes_with_the_manual_method() -> None:
    box = OpenBox(CARDS["received"])
    assert ids.REFERENCE not in box.inputs
    box.put(ids.METHOD, Method.MANUAL_REFUND)
    box.put(ids.REFERENCE, "SEPA-77")
    assert box.read().choice.reference == "SEPA-77"
    box.put(ids.METHOD, Method.GATEWAY_REFUND)
    assert box.read().choice.reference == ""


def test_nothing_typed_is_lost_when_the_box_is_drawn_again() -> None:
    box = OpenBox(CARDS["received"])
    box.put(ids.METHOD, Method.MANUAL_REFUND)
    box.put(ids.REFERENCE, "SEPA-77")
    box.put(ids.CUSTOM_AMOUNT, "1x")
    box.put(ids.FEES, [])
    assert box.read().texts == {ids.REFERENCE: "SEPA-77", ids.CUSTOM_AMOUNT: "1x", ids.CHARGE_ANYWAY: ""}


FORGED: dict[str, Any] = {
    "no state": {},
    "no values": {"state": {}},
    "null values": {"state": {"values": None}},
    "empty blocks": {"state": {"values": {"lines:0": {}, "method": {}, "fees": {}}}},
    "null choices": {
        "state": {
            "values": {
                "lines:0": {"lines:0": {"selected_options": None}},
                "method": {"method": {"selected_option": None}},
                "custom_amount": {"custom_amount": {"value": None}},
            }
        }
    },
    "lines of another order": {
        "state": {"values": {"lines:0": {"x": {"selected_options": [{"value": "999"}, {"value": "1 OR 1"}]}}}}
    },
    "a method of nobody": {
        "state": {"values": {"method": {"x": {"selected_option": {"value": "everything"}}}}}
    },
}


@pytest.mark.parametrize("name", FORGED)
def test_a_view_that_is_not_ours_is_an_empty_choice(name: str) -> None:
    read = read_choice(FORGED[name], CARDS["received"])
    assert read == Typed(RefundChoice(()), {}, dict.fromkeys(TEXTS, ""))


@pytest.mark.parametrize("value", ["", "g", "g0x", "99", "zz9", "g-1", "g１", "d", "❌", "g9999999999"])
def test_units_that_are_not_ours_never_raise(value: str) -> None:
    assert all(one.line_id == 1 and 0 <= one.quantity < 10**6 for one in read_units(1, value))


def test_units_are_written_as_they_are_read() -> None:
    units = tuple(ChosenUnits(7, count, how) for count, how in enumerate(Condition, 3))
    assert read_units(7, write_units(units)) == units


@pytest.mark.parametrize(
    "place", ["", "x", "1", "1:", ":1", "1:2:3", "-1:2", "１:２", "{", '{"place":[]}', "[]", "{}"]
)
def test_a_place_that_is_not_ours_is_nowhere(place: str) -> None:
    assert read_place({"private_metadata": place}) == (0, 0)


def test_the_confirmation_carries_the_whole_choice_within_slacks_limit() -> None:
    case = thirty()
    units = tuple(ChosenUnits(10**9 + line, 99, how) for line in range(30) for how in Condition)
    choice = RefundChoice(
        units, Method.MANUAL_REFUND, True, True, True, True, money("9.50"), True, "“é”" * 200, 'é\\"' * 200
    )
    kept = write_confirmed(case, choice, money("9.50"))
    assert len(kept) <= 3000
    read, amount = read_confirmed({"private_metadata": kept})
    assert (read.units, read.method, read.custom_amount, amount) == (
        units,
        choice.method,
        money("9.50"),
        money("9.50"),
    )
    assert choice.charge_anyway.startswith(read.charge_anyway)
    assert choice.reference.startswith(read.reference)
    assert read_place({"private_metadata": kept}) == (42, 1)


@pytest.mark.parametrize("kept", ["", "null", "[]", "{}", '{"units":[[1]]}', '{"units":[],"method":"all"}'])
def test_a_confirmation_that_is_not_ours_is_refused(kept: str) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        read_confirmed({"private_metadata": kept})


@pytest.mark.parametrize("quantity", [1, 2, 6, 7, 30, 99, 400])
def test_a_menu_offers_no_more_than_slack_takes_and_always_what_is_chosen(quantity: int) -> None:
    line = make.a_line(1, "4000.00", quantity)
    item = make.an_item(1, quantity, "4000.00", received={GOOD: quantity - 1, DAMAGED: 1})
    box = OpenBox(received(item, order=make.an_order(line)))
    menu = next(block for block in box.view["blocks"] if block.get("block_id") == "units:1")["element"]
    assert len(menu["options"]) <= 100
    values = [option["value"] for option in menu["options"]]
    assert len(set(values)) == len(values)
    assert {f"g{quantity}", "g1", f"d{quantity}", f"w{quantity}", f"m{quantity}"} <= set(values)
    assert sum(one.quantity for one in box.read().choice.units) == quantity

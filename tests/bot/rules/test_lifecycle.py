"""Every pair of status and event, and the guards S1 to S5."""

from itertools import product

import pytest

from bot.rules.lifecycle import TRANSITIONS, diagram, is_open, may_cancel, next_status
from bot.rules.receipt import add_up, extra_units, is_complete, outstanding_units, rejected_units
from store.terms import OPEN_STATUSES, Condition, Event, ReturnStatus
from tests import make

TABLE = """
            approve    reject     ship       receive    resolve    cancel     expire     reopen
pending     approved   rejected   in_transit received   resolved   cancelled  -          -
approved    -          rejected   in_transit received   resolved   cancelled  expired    -
in_transit  -          rejected   -          received   resolved   cancelled  -          -
received    -          rejected   -          received   resolved   -          -          -
resolved    -          -          -          received   -          -          -          received
rejected    -          -          -          -          -          -          -          pending
cancelled   -          -          -          -          -          -          -          pending
expired     -          -          -          received   -          -          -          pending
"""
EVENTS, *ROWS = [row.split() for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_status_answers_every_event_as_the_table_says(row: list[str]) -> None:
    status, *expected = row
    found = [next_status(ReturnStatus(status), Event(event)) for event in EVENTS]
    assert [following or "-" for following in found] == expected


def test_the_table_names_every_status_and_event() -> None:
    assert {row[0] for row in ROWS} == set(ReturnStatus)
    assert set(EVENTS) == set(Event)


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_a_return_is_cancelled_only_before_anything_arrived(status: ReturnStatus) -> None:
    """S1."""
    early = status in (ReturnStatus.PENDING, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
    assert may_cancel(status, received=False) == early
    assert not may_cancel(status, received=True)


@pytest.mark.parametrize(
    "status", [ReturnStatus.RESOLVED, ReturnStatus.REJECTED, ReturnStatus.CANCELLED, ReturnStatus.EXPIRED]
)
def test_a_reopened_return_stands_where_its_goods_are(status: ReturnStatus) -> None:
    assert next_status(status, Event.REOPEN, received=True) is ReturnStatus.RECEIVED
    assert next_status(status, Event.REOPEN, received=False) is ReturnStatus.PENDING


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_open_statuses_are_those_somebody_has_to_act_on(status: ReturnStatus) -> None:
    assert is_open(status) == (status in OPEN_STATUSES)
    assert is_open(status) == (next_status(status, Event.RESOLVE) is not None)


def test_the_diagram_has_one_line_per_step() -> None:
    steps = sum(len(events) for events in TRANSITIONS.values())
    lines = diagram().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> pending"]
    assert len(lines) == 2 + steps
    assert "    received --> resolved: resolve" in lines


def test_what_arrives_in_several_goes_adds_up() -> None:
    """S3: one and one of two is complete; a count that is set instead of added would say one."""
    arrived = add_up([{Condition.GOOD: 1}, {Condition.GOOD: 1, Condition.DAMAGED: 1}])
    assert arrived == {Condition.GOOD: 2, Condition.DAMAGED: 1}
    item = make.an_item(quantity=2, received=add_up([{Condition.GOOD: 1}, {Condition.GOOD: 1}]))
    assert (item.arrived, is_complete([item])) == (2, True)


@pytest.mark.parametrize(
    ("arrived", "extra"), [({1: 2}, 0), ({1: 3}, 1), ({1: 1, 2: 1}, 1), ({1: 4, 2: 2}, 4), ({}, 0)]
)
def test_units_beyond_the_announced_ones_are_extra(arrived: dict[int, int], extra: int) -> None:
    """S4."""
    assert extra_units({1: 2}, arrived) == extra


def test_units_that_are_not_ours_are_rejected() -> None:
    """S5."""
    item = make.an_item(quantity=3, received={Condition.GOOD: 1, Condition.WRONG_ITEM: 2})
    assert (rejected_units(item), outstanding_units(item)) == (2, 0)


def test_a_unit_reported_missing_is_no_longer_waited_for() -> None:
    item = make.an_item(quantity=2, received={Condition.MISSING: 1})
    assert (outstanding_units(item), item.arrived, is_complete([item])) == (1, 0, False)


def test_every_pair_of_status_and_event_has_an_answer() -> None:
    for status, event in product(ReturnStatus, Event):
        assert next_status(status, event, received=True) in (None, *ReturnStatus)

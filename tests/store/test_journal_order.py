"""Who goes first: urgency, then who has waited longest, whatever was wanted or went wrong meanwhile."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from store import journal
from store.db import reading, writing
from store.models import Operation
from store.terms import OperationState

NOON = datetime.fromisoformat("2026-11-23T12:00:00+00:00")
LATER = NOON + timedelta(hours=1)


def want(engine: Engine, key: str, seconds: int = 0, *, urgency: int = 5, lane: str = "") -> None:
    """Want ``key`` some seconds after noon."""
    moment = NOON + timedelta(seconds=seconds)
    row = {"state": OperationState.DUE, "payload": {}, "due_at": moment, "planned_at": moment}
    with writing(engine) as session:
        operation = Operation(key=key, kind="draw", lane=lane or key, urgency=urgency, **row)
        journal.plan_again(session, operation)


def take(engine: Engine, now: datetime = LATER) -> str:
    """The key of what is claimed next, empty when nothing may run."""
    with writing(engine) as session:
        claimed = {"owner": "me", "now": now, "until": now + timedelta(minutes=1), "kinds": ("draw",)}
        operation = journal.claim(session, **claimed)  # type: ignore[arg-type]
        return operation.key if operation else ""


def move(engine: Engine, key: str, **values: object) -> None:
    """Let a claimed operation go on."""
    with writing(engine) as session:
        known = journal._by_key(session, key)
        assert known is not None
        assert journal.change(session, known.id or 0, "me", lease_owner=None, **values)


def row(engine: Engine, key: str) -> Operation:
    with reading(engine) as session:
        known = journal._by_key(session, key)
        assert known is not None
        return known


def test_what_is_wanted_again_while_it_waits_keeps_its_place(engine: Engine) -> None:
    want(engine, "a", 0)
    want(engine, "b", 1)
    for second in range(2, 6):
        want(engine, "a", second)
    assert [take(engine), take(engine), take(engine)] == ["a", "b", ""]
    assert row(engine, "a").generation == 5


def test_what_is_wanted_again_once_it_is_done_goes_to_the_end(engine: Engine) -> None:
    want(engine, "a", 0)
    want(engine, "b", 1)
    assert take(engine) == "a"
    move(engine, "a", state=OperationState.DONE)
    want(engine, "a", 2)
    assert [take(engine), take(engine)] == ["b", "a"]


def test_a_wish_in_the_background_does_not_hold_up_what_a_person_waits_for(engine: Engine) -> None:
    want(engine, "other", 0, urgency=3)
    want(engine, "mine", 1, urgency=1)
    want(engine, "mine", 2, urgency=5)
    assert take(engine) == "mine"
    assert row(engine, "mine").urgency == 1


def test_a_person_makes_what_waits_in_the_background_urgent(engine: Engine) -> None:
    want(engine, "other", 0, urgency=3)
    want(engine, "mine", 1, urgency=5)
    want(engine, "mine", 2, urgency=1)
    assert take(engine) == "mine"


def test_urgency_is_over_with_the_run_it_was_for(engine: Engine) -> None:
    want(engine, "a", 0, urgency=1)
    assert take(engine) == "a"
    move(engine, "a", state=OperationState.DONE)
    want(engine, "a", 1, urgency=5)
    want(engine, "b", 2, urgency=3)
    assert take(engine) == "b"


def test_what_was_put_off_still_goes_before_what_came_later(engine: Engine) -> None:
    want(engine, "a", 0, lane="slack")
    want(engine, "b", 1, lane="slack")
    assert take(engine) == "a"
    again = NOON + timedelta(seconds=30)
    move(engine, "a", state=OperationState.DUE, due_at=again)
    with writing(engine) as session:
        journal.pause_lane(session, "slack", again)
    assert take(engine, NOON + timedelta(seconds=29)) == ""
    assert take(engine, again) == "a"
    assert take(engine, again) == ""


@pytest.mark.parametrize("busy", [True, False])
def test_a_lane_carries_one_thing_at_a_time_and_stops_no_other(engine: Engine, busy: bool) -> None:
    want(engine, "a", 0, lane="slack")
    want(engine, "b", 1, lane="slack")
    want(engine, "c", 2, lane="order:1")
    if not busy:
        with writing(engine) as session:
            journal.pause_lane(session, "slack", LATER + timedelta(seconds=1))
    assert [take(engine), take(engine)] == (["a", "c"] if busy else ["c", ""])

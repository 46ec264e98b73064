"""Clocks that ring: the card changes, whoever has it is told once, a quiet claim is let go."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.desk import decisions
from bot.desk.cases import load_timeline
from bot.desk.clocks import OVERTIME, keep_ring, ring
from bot.desk.conversation import customer_says
from bot.errors import StaleCase
from bot.rules.alerts import alerts
from store.db import reading, writing
from store.models import Operation, Return
from tests.bot.desk.bench import an_order
from tests.world import ALICE, BOB, World, a_world

HOURS = (("pending", 8), ("received", 16), ("answer", 4))


@pytest.fixture
def timed(engine: Engine) -> Iterator[World]:
    """A team that works day and night and gives itself eight hours to decide."""
    with a_world(engine, clock_hours=HOURS, claim_hours=5) as world:
        yield world


def opened(world: World) -> int:
    """A new return whose card has been drawn once."""
    return_id = world.open(an_order(world))
    drawn(world, return_id)
    return return_id


def drawn(world: World, return_id: int) -> None:
    """What drawing the card keeps of the clock."""
    with writing(world.desk.engine) as session:
        keep_ring(session, world.case(return_id))


def after(world: World, **span: float) -> None:
    """Time goes by, and the clock ticks."""
    world.clock.pass_(**span)
    ring(world.desk)


def names(world: World, return_id: int) -> list[str]:
    return [alert.name for alert in alerts(world.case(return_id))]


def planned(world: World, part: str) -> list[Operation]:
    """Effects that were written down and whose key has this part."""
    with reading(world.desk.engine) as session:
        return [one for one in session.exec(select(Operation)).all() if part in one.key]


def test_the_owner_is_told_once_at_three_quarters_and_once_at_the_end(timed: World) -> None:
    return_id = opened(timed)
    timed.clock.pass_(hours=3)
    decisions.take(timed.desk, return_id, ALICE)
    after(timed, hours=2.9)
    assert planned(timed, "/thread/clock") == []
    after(timed, hours=0.2)
    after(timed, minutes=1)
    (soon,) = planned(timed, "/thread/clock")
    assert soon.payload["kind"] == "clock_soon"
    assert soon.payload["values"]["owner"] == ALICE.user_id
    assert "clock_soon" in names(timed, return_id)
    decisions.message(timed.desk, return_id, ALICE, "We are at it.")
    after(timed, hours=1.9)
    after(timed, minutes=1)
    assert [one.payload["kind"] for one in planned(timed, "/thread/clock")] == ["clock_soon", "clock_over"]
    assert "clock_over" in names(timed, return_id)


def test_what_nobody_has_taken_is_told_to_the_channel_together(timed: World) -> None:
    first, second = opened(timed), opened(timed)
    after(timed, hours=6.1)
    (notice,) = planned(timed, "overtime/")
    assert (notice.kind, notice.payload["returns"]) == (OVERTIME, [first, second])
    after(timed, minutes=1)
    assert len(planned(timed, "overtime/")) == 1
    assert planned(timed, "/thread/clock") == []
    after(timed, hours=2)
    assert len(planned(timed, "overtime/")) == 2


def test_a_claim_its_owner_leaves_alone_is_free_again_and_the_history_says_so(timed: World) -> None:
    return_id = opened(timed)
    decisions.take(timed.desk, return_id, ALICE)
    drawn(timed, return_id)
    seen = timed.case(return_id).version
    after(timed, hours=4.9)
    assert timed.case(return_id).owner is not None
    after(timed, hours=0.2)
    assert timed.case(return_id).owner is None
    assert load_timeline(timed.desk, return_id)[-1].verb == "let_go"
    (told,) = planned(timed, "/thread/let-go")
    assert told.payload["values"]["owner"] == ALICE.user_id
    with pytest.raises(StaleCase):
        decisions.approve(timed.desk, return_id, ALICE, seen)
    decisions.take(timed.desk, return_id, BOB)


def test_whoever_works_on_a_return_keeps_it(timed: World) -> None:
    return_id = opened(timed)
    decisions.take(timed.desk, return_id, ALICE)
    drawn(timed, return_id)
    timed.clock.pass_(hours=4)
    decisions.message(timed.desk, return_id, ALICE, "One moment, please.")
    after(timed, hours=2)
    owner = timed.case(return_id).owner
    assert owner is not None
    assert owner.user_id == ALICE.user_id


def test_nothing_rings_while_the_customer_is_asked_and_the_answer_starts_anew(timed: World) -> None:
    return_id = opened(timed)
    decisions.take(timed.desk, return_id, ALICE)
    decisions.ask(timed.desk, return_id, ALICE, "Which size?")
    drawn(timed, return_id)
    after(timed, hours=50)
    assert planned(timed, "/thread/clock") == []
    assert timed.case(return_id).owner is not None
    customer_says(timed.desk, return_id, "M, please.", "nonce-1")
    decisions.need_no_answer(timed.desk, return_id, ALICE)
    clock = timed.case(return_id).clock
    assert clock is not None
    assert (clock.due_at - timed.clock()).total_seconds() == pytest.approx(8 * 3600, abs=60)


def test_a_decision_before_the_ring_leaves_nothing_to_tell(timed: World) -> None:
    return_id = opened(timed)
    decisions.take(timed.desk, return_id, ALICE)
    decisions.approve(timed.desk, return_id, ALICE, timed.case(return_id).version)
    after(timed, hours=9)
    assert planned(timed, "/thread/clock") == []
    assert planned(timed, "/thread/let-go") == []
    assert planned(timed, "overtime/") == []


def test_eight_that_ring_at_once_tell_once(timed: World) -> None:
    mine, nobodys = opened(timed), opened(timed)
    timed.clock.pass_(hours=5)
    decisions.take(timed.desk, mine, ALICE)
    timed.clock.pass_(hours=1.1)
    threads = [threading.Thread(target=ring, args=(timed.desk,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(planned(timed, "/thread/clock")) == 1
    assert [one.payload["returns"] for one in planned(timed, "overtime/")] == [[nobodys]]


def test_a_ring_wants_the_card_drawn_and_is_not_repeated(timed: World) -> None:
    return_id = opened(timed)
    before = planned(timed, f"card/{return_id}")[0].generation
    after(timed, hours=6.1)
    after(timed, minutes=1)
    assert planned(timed, f"card/{return_id}")[0].generation == before + 1
    with reading(timed.desk.engine) as session:
        rings_at = session.get_one(Return, return_id).rings_at
    assert rings_at == world_due(timed, return_id)


def world_due(world: World, return_id: int) -> object:
    clock = world.case(return_id).clock
    assert clock is not None
    return clock.due_at

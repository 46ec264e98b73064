"""The journal: nothing is sent before it is written down, and nothing is sent twice without proof."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.errors import Blocked, OutcomeUnknown, Refused, Unreachable
from bot.journal import Journal
from bot.operations import Look, Performer, Task, Verdict
from bot.pace import Pace
from store import journal
from store.db import reading, writing
from store.models import Attempt, LanePause
from store.terms import OperationState
from tests.bot.peer import Clock, Peer, operation, plan, raising, run_for


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def desk(engine: Engine, clock: Clock, peer: Peer) -> Journal:
    return Journal(engine, clock, {"pay": peer.performer, "draw": Performer(peer.send)})


def test_an_operation_that_is_due_is_sent_once(desk: Journal, engine: Engine, peer: Peer) -> None:
    plan(engine)
    assert desk.run_all() == 1
    assert desk.run_all() == 0
    assert len(peer.sent) == 1
    assert operation(engine).state is OperationState.DONE


def test_the_intent_to_send_is_committed_before_the_send(desk: Journal, engine: Engine, peer: Peer) -> None:
    seen: list[tuple[OperationState, bool]] = []

    def look(_task: Task) -> Any:
        row = operation(engine)
        seen.append((row.state, row.sent_at is not None))
        return {}

    peer.answers = [look]
    plan(engine)
    desk.run_all()
    assert seen == [(OperationState.RUNNING, True)]


def test_an_unknown_outcome_is_looked_up_and_not_sent_again(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    peer.looks = [Verdict(Look.ABSENT), Verdict(Look.DONE, {"refund_id": 7})]
    plan(engine)
    desk.run_all()
    assert operation(engine).state is OperationState.IN_DOUBT
    for _ in range(20):
        clock.pass_(minutes=2)
        desk.run_all()
    assert len(peer.sent) == 1
    assert operation(engine).evidence == {"refund_id": 7}


def test_nothing_found_in_the_quiet_period_is_no_proof(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    plan(engine)
    desk.run_all()
    for _ in range(14):
        clock.pass_(seconds=59)
        desk.run_all()
    assert len(peer.sent) == 1
    assert operation(engine).state is OperationState.IN_DOUBT


def test_two_looks_a_minute_apart_after_the_quiet_period_allow_one_more_send(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    plan(engine)
    run_for(desk, clock, minutes=15.5)
    assert operation(engine).absent_since is not None
    assert len(peer.sent) == 1
    run_for(desk, clock, minutes=1.5)
    assert len(peer.sent) == 2
    assert operation(engine).state is OperationState.DONE


def test_a_second_unknown_goes_to_a_person(desk: Journal, engine: Engine, peer: Peer, clock: Clock) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))] * 2
    plan(engine)
    for _ in range(60):
        desk.run_all()
        clock.pass_(minutes=2)
    assert len(peer.sent) == 2
    assert operation(engine).state is OperationState.GIVEN_UP
    assert peer.settled[-1].state is OperationState.GIVEN_UP


def test_what_evidence_cannot_decide_goes_to_a_person_only_after_the_quiet_period(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    peer.looks = [Verdict(Look.PERSON, detail="booked, not paid")] * 50
    plan(engine)
    run_for(desk, clock, minutes=14)
    assert operation(engine).state is OperationState.IN_DOUBT
    run_for(desk, clock, minutes=2)
    assert operation(engine).state is OperationState.GIVEN_UP
    assert len(peer.sent) == 1


def test_an_unreachable_peer_is_tried_again_and_uses_up_no_send(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(Unreachable("refused"))] * 5
    plan(engine)
    for _ in range(10):
        desk.run_all()
        clock.pass_(minutes=5)
    row = operation(engine)
    assert row.state is OperationState.DONE
    assert row.attempt == 1


def test_a_peer_that_is_unreachable_while_looking_leaves_the_outcome_open(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    peer.looks = [Unreachable("down")] * 1000
    plan(engine)
    for _ in range(100):
        desk.run_all()
        clock.pass_(minutes=15)
    assert operation(engine).state is OperationState.IN_DOUBT
    assert len(peer.sent) == 1


def test_a_refusal_is_checked_once_before_it_is_believed(desk: Journal, engine: Engine, peer: Peer) -> None:
    peer.answers = [raising(Refused("amount too high"))]
    peer.looks = [Verdict(Look.DONE, {"refund_id": 9})]
    plan(engine)
    desk.run_all()
    assert operation(engine).state is OperationState.DONE


def test_a_refusal_that_left_no_trace_is_final(desk: Journal, engine: Engine, peer: Peer) -> None:
    peer.answers = [raising(Refused("amount too high"))]
    plan(engine)
    desk.run_all()
    assert operation(engine).state is OperationState.REFUSED
    assert peer.settled[-1].values == {"text": "amount too high"}


def test_what_the_preparation_refuses_is_never_sent(engine: Engine, clock: Clock, peer: Peer) -> None:
    def prepare(_task: Task) -> Any:
        raise Blocked("Only {left} is left.", left="3.00 EUR")

    runner = Journal(engine, clock, {"pay": Performer(peer.send, peer.settle, prepare, peer.probe)})
    plan(engine)
    runner.run_all()
    assert peer.sent == []
    assert operation(engine).state is OperationState.REFUSED


def test_traces_found_by_the_preparation_are_looked_into_and_not_sent(
    engine: Engine, clock: Clock, peer: Peer
) -> None:
    def prepare(_task: Task) -> Any:
        raise OutcomeUnknown("there already")

    peer.looks = [Verdict(Look.DONE, {"refund_id": 3})]
    runner = Journal(engine, clock, {"pay": Performer(peer.send, peer.settle, prepare, peer.probe)})
    plan(engine)
    runner.run_all()
    clock.pass_(seconds=10)
    runner.run_all()
    assert peer.sent == []
    assert operation(engine).evidence == {"refund_id": 3}


def test_a_worker_that_died_after_sending_leaves_a_question_and_not_a_second_send(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    plan(engine)
    with writing(engine) as session:
        row = journal.claim(session, owner="dead", now=clock(), until=clock() + Pace().lease, kinds=["pay"])
        assert row is not None
        row.attempt, row.sent_at, row.quiet_until = 1, clock(), clock() + timedelta(minutes=15)
    peer.looks = [Verdict(Look.DONE, {"refund_id": 5})]
    clock.pass_(seconds=44)
    desk.run_all()
    assert operation(engine).state is OperationState.RUNNING
    clock.pass_(seconds=2)
    desk.run_all()
    assert operation(engine).state is OperationState.DONE
    assert peer.sent == []


def test_a_worker_that_died_before_sending_is_simply_replaced(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    plan(engine)
    with writing(engine) as session:
        journal.claim(session, owner="dead", now=clock(), until=clock() + Pace().lease, kinds=["pay"])
    clock.pass_(minutes=4)
    desk.run_all()
    assert len(peer.sent) == 1


def test_what_a_dead_worker_left_waits_for_one_that_knows_its_kind(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    plan(engine)
    with writing(engine) as session:
        row = journal.claim(session, owner="dead", now=clock(), until=clock(), kinds=["pay"])
        assert row is not None
        row.attempt, row.sent_at, row.quiet_until = 1, clock(), clock() + timedelta(minutes=15)
    clock.pass_(minutes=1)
    Journal(engine, clock, {"draw": Performer(peer.send)}).run_all()
    assert operation(engine).state is OperationState.RUNNING
    desk.take_over()
    assert operation(engine).state is OperationState.IN_DOUBT


def test_a_frozen_worker_that_wakes_up_does_not_send(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    def wake_up_late(task: Task) -> Any:
        clock.pass_(minutes=10)
        other = Journal(engine, clock, {"pay": peer.performer})
        other.take_over()
        task.guard()
        raise AssertionError("the guard let a stale worker send")

    runner = Journal(engine, clock, {"pay": Performer(wake_up_late, peer.settle, None, peer.probe)})
    plan(engine)
    runner.run_due()
    assert operation(engine).state is OperationState.IN_DOUBT


def test_one_lane_carries_one_operation_at_a_time(engine: Engine, clock: Clock) -> None:
    plan(engine, "pay/1")
    plan(engine, "pay/2")
    plan(engine, "pay/3", lane="order:2")
    with writing(engine) as session:
        first = journal.claim(session, owner="a", now=clock(), until=clock() + Pace().lease, kinds=["pay"])
    with writing(engine) as session:
        second = journal.claim(session, owner="b", now=clock(), until=clock() + Pace().lease, kinds=["pay"])
    with writing(engine) as session:
        third = journal.claim(session, owner="c", now=clock(), until=clock() + Pace().lease, kinds=["pay"])
    assert [first and first.key, second and second.key, third] == ["pay/1", "pay/3", None]


def test_a_lane_rests_as_long_as_the_other_side_asks(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(Unreachable("slow down", retry_after=30))]
    plan(engine, "card/1", kind="draw", lane="slack")
    plan(engine, "card/2", kind="draw", lane="slack")
    desk.run_all()
    clock.pass_(seconds=29)
    desk.run_all()
    assert len(peer.sent) == 1
    clock.pass_(seconds=2)
    desk.run_all()
    assert len(peer.sent) == 3
    with reading(engine) as session:
        assert session.get(LanePause, "slack") is not None


def test_a_card_wanted_again_while_it_is_drawn_is_drawn_again(
    desk: Journal, engine: Engine, peer: Peer
) -> None:
    def change_meanwhile(_task: Task) -> Any:
        plan(engine, "card/1", kind="draw", lane="slack")
        return {}

    peer.answers = [change_meanwhile]
    plan(engine, "card/1", kind="draw", lane="slack")
    desk.run_all()
    assert len(peer.sent) == 2


def test_what_happened_to_an_operation_can_be_read_step_by_step(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    peer.looks = [Verdict(Look.DONE)]
    plan(engine)
    desk.run_all()
    clock.pass_(seconds=6)
    desk.run_all()
    with reading(engine) as session:
        steps = [row.step for row in session.exec(select(Attempt).order_by(Attempt.id))]  # type: ignore[arg-type]
    assert steps == ["sending", "unknown", "in_doubt", "looked: done", "done"]

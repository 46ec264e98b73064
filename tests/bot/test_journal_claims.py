"""The journal under bad luck: threads of one worker, wrong clocks, bugs, peers that ask for years."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from bot.errors import NotFound, OutcomeUnknown, Refused, Unreachable
from bot.journal import Journal
from bot.operations import Look, Outcome, Performer, Task, Verdict
from bot.pace import Pace
from store import journal
from store.db import writing
from store.models import Operation
from store.terms import OperationState
from tests.bot.peer import START, Clock, Peer, operation, plan, raising, run_for


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def desk(engine: Engine, clock: Clock, peer: Peer) -> Journal:
    return Journal(engine, clock, {"pay": peer.performer, "draw": Performer(peer.send)})


def refuse_to_count(_task: Task) -> Any:
    raise ZeroDivisionError("a bug")


def test_a_thread_that_lost_its_claim_to_another_of_the_same_worker_does_not_send(
    engine: Engine, clock: Clock, peer: Peer
) -> None:
    second_is_reading, first_is_past_reading = Event(), Event()
    entered: list[int] = []

    def read_slowly(_task: Task) -> dict[str, Any]:
        entered.append(1)
        if len(entered) == 1:
            clock.pass_(minutes=6)
            runner.take_over()
            pool.submit(runner.run_due)
            assert second_is_reading.wait(5)
        else:
            second_is_reading.set()
            assert first_is_past_reading.wait(5)
        return {}

    def pay_slowly(_task: Task) -> Any:
        first_is_past_reading.set()
        time.sleep(0.5)
        return {}

    peer.answers = [pay_slowly, pay_slowly]
    runner = Journal(engine, clock, {"pay": Performer(peer.send, peer.settle, read_slowly, peer.probe)})
    plan(engine)
    with ThreadPoolExecutor(1) as pool:
        runner.run_due()
        first_is_past_reading.set()
    assert len(entered) == 2
    assert len(peer.sent) == 1
    assert operation(engine).state is OperationState.DONE


def test_a_thread_that_slept_through_its_lease_does_not_send_while_another_one_looks(
    engine: Engine, clock: Clock, peer: Peer
) -> None:
    looking, first_is_over = Event(), Event()

    def sleep_while_another_looks(task: Task) -> Any:
        clock.pass_(minutes=10)
        runner.take_over()
        pool.submit(runner.run_due)
        assert looking.wait(5)
        return peer.send(task)

    def look(_task: Task) -> Verdict:
        looking.set()
        assert first_is_over.wait(5)
        return Verdict(Look.ABSENT)

    runner = Journal(engine, clock, {"pay": Performer(sleep_while_another_looks, peer.settle, None, look)})
    plan(engine)
    with ThreadPoolExecutor(1) as pool:
        runner.run_due()
        first_is_over.set()
    assert peer.sent == []
    assert operation(engine).state is OperationState.IN_DOUBT


def test_a_lease_that_ran_out_stops_the_send_even_before_anybody_took_over(
    engine: Engine, clock: Clock, peer: Peer
) -> None:
    def sleep(task: Task) -> Any:
        clock.pass_(hours=1)
        return peer.send(task)

    runner = Journal(engine, clock, {"pay": Performer(sleep, peer.settle, None, peer.probe)})
    plan(engine)
    runner.run_due()
    assert peer.sent == []


def test_the_lease_of_a_send_starts_with_the_send(engine: Engine, clock: Clock, peer: Peer) -> None:
    def read_slowly(_task: Task) -> dict[str, Any]:
        clock.pass_(seconds=40)
        return {}

    def answer_slowly(_task: Task) -> Any:
        clock.pass_(seconds=40)
        runner.take_over()
        return {"refund_id": 1}

    peer.answers = [answer_slowly]
    runner = Journal(engine, clock, {"pay": Performer(peer.send, peer.settle, read_slowly, peer.probe)})
    plan(engine)
    runner.run_due()
    assert operation(engine).evidence == {"refund_id": 1}
    assert [outcome.state for outcome in peer.settled] == [OperationState.DONE]


@pytest.mark.parametrize("error", [Refused("401"), NotFound("The shop has no order {order}.", order=7)])
def test_a_peer_that_refuses_to_be_looked_at_leads_to_a_person(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock, error: Exception
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    peer.looks = [error] * 50
    plan(engine)
    run_for(desk, clock, minutes=10)
    assert operation(engine).state is OperationState.IN_DOUBT
    run_for(desk, clock, minutes=10)
    assert operation(engine).state is OperationState.GIVEN_UP
    assert peer.settled[-1].message


def test_a_look_that_meets_a_bug_leads_to_a_person_and_keeps_no_lane(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    peer.looks = [ZeroDivisionError("a bug")] * 50
    plan(engine, "pay/1")
    desk.run_all()
    clock.pass_(seconds=6)
    desk.run_all()
    plan(engine, "card/1", kind="draw")
    desk.run_all()
    assert operation(engine, "card/1").state is OperationState.DONE
    run_for(desk, clock, minutes=20)
    assert operation(engine, "pay/1").state is OperationState.GIVEN_UP


def test_a_preparation_that_meets_a_bug_is_refused_in_the_end_and_nothing_is_sent(
    engine: Engine, clock: Clock, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    runner = Journal(engine, clock, {"pay": Performer(peer.send, peer.settle, refuse_to_count, peer.probe)})
    plan(engine)
    run_for(runner, clock, minutes=30)
    assert peer.sent == []
    assert operation(engine).state is OperationState.REFUSED
    assert peer.settled[-1].message


def test_a_bug_while_sending_leaves_the_outcome_open_and_is_not_sent_again(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    peer.answers = [refuse_to_count]
    peer.looks = [Verdict(Look.DONE, {"refund_id": 4})]
    plan(engine)
    desk.run_all()
    assert operation(engine).state is OperationState.IN_DOUBT
    clock.pass_(seconds=6)
    desk.run_all()
    assert operation(engine).evidence == {"refund_id": 4}
    assert len(peer.sent) == 1


def test_one_operation_whose_consequences_cannot_be_written_does_not_hold_up_the_others(
    engine: Engine, clock: Clock, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)

    def settle(_session: Session, _operation: Operation, _outcome: Outcome) -> None:
        raise ZeroDivisionError("a bug")

    bad = Performer(peer.send, settle, None, peer.probe)
    runner = Journal(engine, clock, {"bad": bad, "pay": peer.performer})
    for number, kind in enumerate(("bad", "pay")):
        plan(engine, f"{kind}/1", kind=kind, lane=f"order:{number}")
        with writing(engine) as session:
            row = journal.claim(
                session, owner="dead", now=clock(), until=clock() + Pace().lease, kinds=[kind]
            )
            assert row is not None
            row.attempt, row.sent_at, row.quiet_until = 1, clock(), clock() + timedelta(minutes=15)
    clock.pass_(minutes=6)
    runner.take_over()
    assert operation(engine, "bad/1").state is OperationState.IN_DOUBT
    assert operation(engine, "pay/1").state is OperationState.IN_DOUBT


def test_a_clock_that_jumps_ahead_does_not_end_the_quiet_period(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(OutcomeUnknown("timeout"))]
    plan(engine)
    desk.run_all()
    clock.pass_(days=1)
    for _ in range(10):
        desk.run_all()
        clock.pass_(seconds=30)
    assert len(peer.sent) == 1
    assert operation(engine).state is OperationState.IN_DOUBT
    run_for(desk, clock, minutes=30)
    assert len(peer.sent) == 2


def test_a_peer_that_asks_for_years_is_asked_again_within_the_hour(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    peer.answers = [raising(Unreachable("slow down", retry_after=999_999_999))]
    plan(engine)
    run_for(desk, clock, hours=1)
    assert operation(engine).state is OperationState.DONE


def test_a_peer_that_was_away_for_a_month_is_still_asked(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    plan(engine, tries=3000)
    peer.answers = [raising(Unreachable("refused"))]
    desk.run_all()
    clock.pass_(minutes=15)
    desk.run_all()
    assert operation(engine).state is OperationState.DONE


def test_a_refusal_whose_look_finds_no_trace_but_no_proof_either_is_believed(
    desk: Journal, engine: Engine, peer: Peer
) -> None:
    peer.answers = [raising(Refused("the key may not write"))]
    peer.looks = [Verdict(Look.PERSON, detail="the bank cannot be asked", traceless=True)]
    plan(engine)
    desk.run_all()
    assert operation(engine).state is OperationState.REFUSED


def test_being_held_up_before_sending_is_no_doubt_while_the_claim_holds(
    desk: Journal, engine: Engine, clock: Clock, peer: Peer
) -> None:
    hurry = Journal(engine, clock, {"pay": peer.performer}, pace=Pace(fresh=-1.0))
    plan(engine)
    hurry.run_due()
    row = operation(engine)
    assert (row.state, row.attempt, peer.sent) == (OperationState.DUE, 0, [])
    clock.pass_(seconds=5)
    desk.run_all()
    assert len(peer.sent) == 1


def in_two_threads(deed: Callable[[], None]) -> None:
    start = Barrier(2)

    def run(_number: int) -> None:
        start.wait()
        deed()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))


def test_an_effect_first_wanted_by_two_at_once_is_wanted_once_and_hurts_neither(engine: Engine) -> None:
    for number in range(10):
        in_two_threads(lambda key=f"order/{number}": plan(engine, key, kind="draw"))  # type: ignore[misc]
        assert operation(engine, f"order/{number}").generation == 2


def test_a_worker_with_the_longest_of_names_can_claim(engine: Engine, clock: Clock, peer: Peer) -> None:
    runner = Journal(engine, clock, {"pay": peer.performer}, owner="x" * 300)
    plan(engine)
    runner.run_all()
    assert len(peer.sent) == 1


def test_operations_of_a_kind_nobody_performs_wait_and_hold_nothing_up(
    desk: Journal, engine: Engine, peer: Peer, clock: Clock
) -> None:
    plan(engine, "old/1", kind="of an older release")
    plan(engine, "pay/1", due_at=START + timedelta(seconds=1))
    clock.pass_(seconds=2)
    desk.run_all()
    assert len(peer.sent) == 1
    assert operation(engine, "old/1").state is OperationState.DUE


def test_traces_that_only_the_preparation_sees_lead_to_a_person_and_not_round_in_a_circle(
    engine: Engine, clock: Clock, peer: Peer
) -> None:
    def meet_traces(_task: Task) -> dict[str, Any]:
        raise OutcomeUnknown("there already")

    runner = Journal(engine, clock, {"pay": Performer(peer.send, peer.settle, meet_traces, peer.probe)})
    plan(engine)
    run_for(runner, clock, hours=1)
    assert peer.sent == []
    assert operation(engine).state is OperationState.GIVEN_UP


@pytest.mark.parametrize("ending", [None, OutcomeUnknown("the line broke"), Unreachable("no line")])
def test_what_a_late_worker_drew_over_is_drawn_again(
    engine: Engine, clock: Clock, peer: Peer, ending: Exception | None
) -> None:
    drawn: list[str] = []

    def freeze(_task: Task) -> dict[str, str]:
        clock.pass_(minutes=2)
        quick.run_all()
        drawn.append("old")
        if ending is not None:
            raise ending
        return {}

    def draw(_task: Task) -> dict[str, str]:
        drawn.append("new")
        return {}

    quick = Journal(engine, clock, {"draw": Performer(draw, overwrites=True)})
    plan(engine, "draw/1", kind="draw")
    Journal(engine, clock, {"draw": Performer(freeze, overwrites=True)}).run_due()
    quick.run_all()
    assert drawn == ["new", "old", "new"]

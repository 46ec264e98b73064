"""The process that takes a click dies or freezes before, between and after; the person presses once more."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.config import StripeRefunds
from bot.sandbox.story.people import ALICE, BOB
from store.terms import Method
from tests.proof.processes.door import Door
from tests.proof.processes.office import PEOPLE, an_office
from tests.proof.processes.points import AT_THE_DOOR, Point, Trap
from tests.proof.processes.racer import Settle
from tests.proof.processes.storms import AWAKE_SECONDS, Storm
from tests.proof.processes.track import a_track
from tests.proof.processes.victim import serve, work
from tests.proof.processes.ward import Ward

SEED = 20261123
TIMES = [pytest.param(1, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.proof)]
ROUNDS = [pytest.param(3, marks=pytest.mark.slow), pytest.param(60, marks=pytest.mark.proof)]


@pytest.fixture
def storm(database_url: str, tmp_path: Path, counts: Counter[str]) -> Iterator[Storm]:
    with an_office(database_url, SEED, stripe_refunds=StripeRefunds.SHOP) as office:
        ward = Ward(office.settings, str(tmp_path / "victims.log"), counts)
        yield Storm(office, ward)
        ward.end()


@pytest.mark.parametrize("times", TIMES)
def test_a_click_is_carried_out_once_whenever_the_door_dies(storm: Storm, times: int) -> None:
    door = Door(storm.office)
    (good,) = storm.ward.start(serve, None)
    workers = storm.ward.start(work, None)
    for point in AT_THE_DOOR * times:
        storm.office.sandbox.slack.request_url = good.url
        return_id = storm.office.open(storm.office.order("stripe"))
        last = door.come_to_the_last_button(ALICE, return_id)
        (dying,) = storm.ward.start(serve, Trap(point))
        storm.office.sandbox.slack.request_url = dying.url
        first = door.press(ALICE, last)
        storm.ward.until([dying], seconds=5)
        assert dying.gone
        storm.office.sandbox.slack.request_url = good.url
        assert point is Point.P2_ACKED or not first.acked  # an answer on its way may die with its sender
        assert first.acked or door.press(ALICE, last).acked
        door.decided(return_id)
    storm.await_quiet(lambda _one: True)
    storm.judge(SEED)
    storm.ward.strike(workers)


@pytest.mark.parametrize("times", TIMES)
def test_a_click_is_carried_out_once_whenever_the_door_freezes_and_wakes(storm: Storm, times: int) -> None:
    door = Door(storm.office)
    (good,) = storm.ward.start(serve, None)
    workers = storm.ward.start(work, None)
    for point in AT_THE_DOOR * times:
        storm.office.sandbox.slack.request_url = good.url
        return_id = storm.office.open(storm.office.order("paypal"))
        last = door.come_to_the_last_button(ALICE, return_id)
        (frozen,) = storm.ward.start(serve, Trap(point, sign=signal.SIGSTOP))
        storm.office.sandbox.slack.request_url = frozen.url
        first = door.press(ALICE, last)
        storm.ward.until([frozen], seconds=5)
        storm.office.sandbox.slack.request_url = good.url
        if not first.acked:
            door.press(ALICE, last)
        door.decided(return_id)
        storm.await_quiet(lambda _one: True)
        frozen.wake()
    time.sleep(AWAKE_SECONDS)
    storm.await_quiet(lambda _one: True)
    storm.judge(SEED)
    storm.ward.strike(workers)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_people_at_the_door_and_processes_behind_it_race_for_one_return(
    storm: Storm, counts: Counter[str], tmp_path: Path, rounds: int
) -> None:
    office, door = storm.office, Door(storm.office)
    first, *_ = storm.ward.start(serve, None, None)
    storm.ward.start(work, None)
    office.sandbox.slack.request_url = first.url
    with a_track(office, counts, str(tmp_path / "racers.log")) as track, ThreadPoolExecutor(2) as hands:
        for _ in range(rounds):
            return_id = office.open(office.order("stripe"))
            last = {user: door.come_to_the_last_button(user, return_id) for user in (ALICE, BOB)}
            look = office.look(return_id, Method.GATEWAY_REFUND)
            pressed = [hands.submit(door.press, user, view) for user, view in last.items()]
            finishes = track.run([Settle(return_id, *look, person) for person in PEOPLE for _ in range(3)])
            assert all(one.result().answer is not None for one in pressed)
            case = door.decided(return_id)
            won = [finish.won for finish in finishes if finish.won]
            assert len(won) <= 1, f"seed {SEED}: {won}"
            winner = case.resolutions[0].by
            for user in last:
                if won or user != winner.user_id:
                    assert door.told(user, winner.name), f"seed {SEED}: {user} was not told of {winner}"
                if office.sandbox.slack.modal(user) is not None:
                    office.sandbox.slack.close_modal(user, everything=True)
    storm.await_quiet(lambda _one: True)
    storm.judge(SEED)

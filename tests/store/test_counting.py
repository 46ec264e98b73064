"""How many there are is kept exactly, whatever changes and whoever changes it."""

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from store import counting
from store.db import reading, writing
from store.models import Return
from store.search import Wanted
from store.search_models import CountChange, ReturnCount
from store.terms import ReturnStatus, Wish
from tests.store.rows import NOON, a_return, an_order, keep

STATUSES, WISHES, OWNERS = list(ReturnStatus), list(Wish), [None, "U1", "U2"]
DAYS = [NOON + timedelta(hours=hours) for hours in (-40, -13, -12, 0, 11, 12, 13, 36, 60)]


def kept(engine: Engine, **wanted: object) -> int:
    with reading(engine) as session:
        return counting.number_of(session, Wanted(**wanted))  # type: ignore[arg-type]


def really(engine: Engine, **wanted: object) -> int:
    """The same by looking at every return."""
    asked = Wanted(**wanted)  # type: ignore[arg-type]
    first, end = asked.opened
    with reading(engine) as session:
        rows = session.exec(select(Return)).all()
    return sum(
        (not asked.statuses or row.status in asked.statuses)
        and (not asked.wishes or row.wish in asked.wishes)
        and (not asked.owners or (row.owner_id or "") in asked.owners)
        and (first is None or row.opened_at >= first)
        and (end is None or row.opened_at < end)
        for row in rows
    )


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Sixty returns of five days, changed many times, some gone; some of the changes are summed up."""
    chance = random.Random(7)
    keep(engine, an_order())
    for number in range(60):
        more = {"status": chance.choice(STATUSES), "wish": chance.choice(WISHES)}
        keep(engine, a_return(source_key=str(number), opened_at=chance.choice(DAYS), **more))
    for step in range(150):
        with writing(engine) as session:
            row = session.get_one(Return, chance.randrange(1, 61))
            row.status, row.owner_id = chance.choice(STATUSES), chance.choice(OWNERS)
            row.wish, row.version = chance.choice(WISHES), row.version + 1
        if step == 100:
            sum_up(engine)
    return engine


def sum_up(engine: Engine) -> None:
    more = True
    while more:
        with writing(engine) as session:
            more = counting.sum_up(session)


SPANS = [(None, None), (DAYS[1], DAYS[-2]), (DAYS[3], None), (None, DAYS[5]), (DAYS[3], DAYS[4])]


@pytest.mark.parametrize("opened", SPANS)
def test_numbers_are_those_of_the_returns(stored: Engine, opened: object) -> None:
    for wanted in (
        {},
        {"statuses": frozenset({ReturnStatus.PENDING})},
        {
            "statuses": frozenset({ReturnStatus.PENDING, ReturnStatus.RECEIVED}),
            "wishes": frozenset({Wish.REFUND}),
        },
        {"owners": frozenset({"U1"})},
        {"owners": frozenset({"", "U2"}), "wishes": frozenset({Wish.EXCHANGE})},
    ):
        assert kept(stored, opened=opened, **wanted) == really(stored, opened=opened, **wanted), wanted


def test_summing_up_changes_no_number_and_leaves_no_change(stored: Engine) -> None:
    before = [kept(stored, statuses=frozenset({status})) for status in STATUSES]
    sum_up(stored)
    assert [kept(stored, statuses=frozenset({status})) for status in STATUSES] == before
    with reading(stored) as session:
        assert session.exec(select(func.count()).select_from(CountChange)).one() == 0
        assert (
            session.exec(select(func.sum(ReturnCount.number)).where(col(ReturnCount.day) == "")).one() == 60
        )


def test_what_is_taken_back_counts_nowhere(stored: Engine) -> None:
    with reading(stored) as session:
        session.get_one(Return, 1).status = ReturnStatus.EXPIRED
        session.flush()
        session.rollback()
    expired = frozenset({ReturnStatus.EXPIRED})
    assert kept(stored, statuses=expired) == really(stored, statuses=expired)


def test_many_who_sum_up_while_others_change_lose_nothing(stored: Engine) -> None:
    def change(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(15):
            with writing(stored) as session:
                row = session.get_one(Return, chance.randrange(1, 61), with_for_update=True)
                row.status, row.owner_id = chance.choice(STATUSES), chance.choice(OWNERS)

    hands = [threading.Thread(target=change, args=(seed,)) for seed in range(3)]
    hands += [threading.Thread(target=sum_up, args=(stored,)) for _ in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    for status in STATUSES:
        wanted = frozenset({status})
        assert kept(stored, statuses=wanted) == really(stored, statuses=wanted)
    sum_up(stored)
    assert kept(stored) == 60

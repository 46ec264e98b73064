"""Who has a form open is written down once per person, however often and fast they press."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import select

from store import looking
from store.db import reading, writing
from store.looking import OpenForm
from tests.store.rows import NOON, a_return, an_order, keep

PRESSES = 8


def press(engine: Engine, start: threading.Barrier, second: int) -> None:
    form = OpenForm(return_id=1, user_id="U1", version=1, opened_at=NOON + timedelta(seconds=second))
    start.wait()
    with writing(engine) as session:
        looking.keep(session, form)


def test_one_person_who_presses_many_times_at_once_has_the_form_open_once(engine: Engine) -> None:
    keep(engine, an_order())
    keep(engine, a_return())
    start = threading.Barrier(PRESSES)
    with ThreadPoolExecutor(PRESSES) as pool:
        pressed = [pool.submit(press, engine, start, second) for second in range(PRESSES)]
    assert [failed for done in pressed if (failed := done.exception())] == []
    with reading(engine) as session:
        assert len(session.exec(select(OpenForm)).all()) == 1


def test_a_form_that_is_opened_again_counts_from_then_and_for_the_version_seen_then(engine: Engine) -> None:
    keep(engine, an_order())
    keep(engine, a_return())
    for version, minute in ((1, 0), (2, 5)):
        opened = NOON + timedelta(minutes=minute)
        with writing(engine) as session:
            looking.keep(session, OpenForm(return_id=1, user_id="U1", version=version, opened_at=opened))
    with reading(engine) as session:
        assert looking.newest(session, 1, 1, without="U2", since=NOON) is None
        found = looking.newest(session, 1, 2, without="U2", since=NOON)
        assert found is not None
        assert found.opened_at == NOON + timedelta(minutes=5)

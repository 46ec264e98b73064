"""The digest over real HTTP: one per day and channel whatever happens, true when it is posted, quiet else."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from bot.commands.digest import as_text, post
from bot.desk import Desk
from bot.desk.digest import DIGEST, plan_digest
from bot.desk.reconciliation_rows import Keeper
from bot.journal import Journal
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, CHANNEL, CHLOE, DAN, GENERAL
from handlers.jobs import jobs
from handlers.slack.calls import open_client
from handlers.work import create_journal, performers
from store.db import open_engine, reading, writing
from store.models import Difference, Operation
from store.terms import DifferenceKind, OperationState
from tests.counter import Counter, a_counter

LOSING = [Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.TIMEOUT_AFTER, Fault.TRUNCATED_AFTER, Fault.HTML_AFTER]
NINE = time(9)
AWAY = {"sqlite": "sqlite:////no/such/folder/desk.db", "postgresql": "postgresql://desk@127.0.0.1:1/desk"}


@dataclass
class Hand:
    """A clock that stands where it is put."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Morning:
    """A desk whose clock is moved by hand, and one worker for its digests."""

    counter: Counter
    desk: Desk
    clock: Hand

    def set(self, **changed: object) -> Desk:
        """The same desk, set differently."""
        return replace(self.desk, settings=self.desk.settings.model_copy(update=changed))

    def tick(self, desk: Desk | None = None) -> None:
        """What each process does every minute: ask, and carry out what is due."""
        plan_digest(desk or self.desk)
        journal(desk or self.desk).run_all()

    def at(self, text: str) -> None:
        """Put the clock to a moment, in UTC."""
        self.clock.at = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def posted(self, channel: str = CHANNEL) -> list[Message]:
        """Every digest everybody in a channel sees."""
        said = self.counter.slack.messages(channel)
        return [one for one in said if one.text.startswith(("Returns on", "Retours du"))]

    def operations(self) -> list[Operation]:
        with reading(self.desk.engine) as session:
            wanted = select(Operation).where(Operation.kind == DIGEST).order_by(col(Operation.id))
            return list(session.exec(wanted))


def journal(desk: Desk) -> Journal:
    """A worker that does nothing but post digests."""
    own = performers(desk, open_client(desk.settings))
    return Journal(desk.engine, desk.clock, {DIGEST: own[DIGEST]})


@pytest.fixture
def morning(engine: Engine) -> Iterator[Morning]:
    with a_counter(engine, timezone="Europe/Paris", digest_time=NINE) as counter:
        clock = Hand(datetime(2027, 1, 11, 7, 30, tzinfo=UTC))
        yield Morning(counter, replace(counter.desk, clock=clock), clock)


@pytest.fixture
def lively(engine: Engine) -> Iterator[Morning]:
    """By the real clock, since what Slack keeps is dated by it; where the shop is, it is about noon."""
    hours = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    with a_counter(engine, timezone=zone, digest_time=time()) as counter:
        desk = replace(counter.desk, clock=counter.later)
        yield Morning(counter, desk, Hand(datetime.now(UTC)))


def test_at_the_hour_what_waits_is_posted_and_leads_to_its_card(morning: Morning) -> None:
    rma = morning.counter.open()
    morning.tick()
    assert morning.posted() == []
    morning.at("2027-01-11 08:00")
    morning.tick()
    (digest,) = morning.posted()
    link = f"/archives/{CHANNEL}/p{rma.card.ts.replace('.', '')}|{rma.number}>"
    assert "New and unclaimed*  1" in str(digest.all_blocks)
    assert link in str(digest.all_blocks)
    assert digest.text == "Returns on 11 Jan · New and unclaimed 1"
    morning.tick()
    assert len(morning.posted()) == 1


def test_a_day_with_nothing_to_say_is_over_without_a_word(morning: Morning) -> None:
    morning.at("2027-01-11 08:00")
    morning.tick()
    assert morning.posted() == []
    assert [one.state for one in morning.operations()] == [OperationState.DONE]
    morning.counter.open()
    morning.tick()
    assert morning.posted() == []


def test_it_tells_what_is_true_when_it_is_posted(morning: Morning) -> None:
    morning.at("2027-01-11 08:00")
    plan_digest(morning.desk)
    rma = morning.counter.open()
    journal(morning.desk).run_all()
    assert rma.number in str(morning.posted()[0].all_blocks)


@pytest.mark.slow
def test_eight_processes_in_two_time_zones_post_one_a_day_and_channel(morning: Morning) -> None:
    morning.counter.open()
    core = morning.counter.slack.core
    core.channels[GENERAL].members.append(core.bot_user)
    url = morning.desk.engine.url.render_as_string(hide_password=False)
    channels, zones = (CHANNEL, GENERAL), ("Europe/Paris", "Atlantic/Canary")  # an hour apart
    desks = [
        replace(
            morning.set(slack_channel=channels[number // 4], timezone=zones[number % 2]),
            engine=open_engine(url),
        )
        for number in range(8)
    ]
    for day in range(11, 16):
        for hour in range(6, 12):
            morning.at(f"2027-01-{day} {hour:02}:00:30")
            together([Process(desk) for desk in desks])
    for desk in desks:
        desk.engine.dispose()
    for channel in channels:
        assert [one.text.split(" · ")[0] for one in morning.posted(channel)] == [
            f"Returns on {day} Jan" for day in range(11, 16)
        ]
    assert len(morning.operations()) == 10


@dataclass
class Process:
    """What one of many does at the same moment."""

    desk: Desk
    error: BaseException | None = None

    def tick(self, start: threading.Barrier) -> None:
        start.wait()
        try:
            plan_digest(self.desk)
            journal(self.desk).run_all()
        except OperationalError as e:
            self.error = e


def together(processes: list[Process]) -> None:
    """Let all of them tick at once."""
    start = threading.Barrier(len(processes))
    threads = [threading.Thread(target=one.tick, args=(start,)) for one in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.error for one in processes if one.error] == []


def test_after_a_database_that_was_away_at_the_hour_it_comes_later_the_same_day(morning: Morning) -> None:
    morning.counter.open()
    away = replace(morning.desk, engine=open_engine(AWAY[morning.desk.engine.dialect.name]))
    morning.at("2027-01-11 08:00")
    for _ in range(2):
        with pytest.raises(OperationalError):
            plan_digest(away)
    morning.at("2027-01-11 22:55")
    morning.tick()
    morning.tick()
    assert [one.text[:17] for one in morning.posted()] == ["Returns on 11 Jan"]


def test_after_midnight_only_the_new_days_digest_comes(morning: Morning) -> None:
    morning.counter.open()
    morning.at("2027-01-11 08:00")
    plan_digest(morning.desk)  # and the worker goes away
    morning.at("2027-01-11 23:05")
    morning.tick()
    assert morning.posted() == []
    assert [one.evidence for one in morning.operations()] == [{"past": True}]
    morning.at("2027-01-12 08:00")
    morning.tick()
    assert [one.text[:17] for one in morning.posted()] == ["Returns on 12 Jan"]


@pytest.mark.parametrize(
    ("first", "due"),
    [
        ("2027-03-27 00:00", "2027-03-28 01:30"),  # 02:30 is left out: it is 03:30 by then
        ("2027-10-30 00:00", "2027-10-31 00:30"),  # 02:30 comes twice: the first
    ],
)
def test_an_hour_that_is_left_out_or_comes_twice_has_one_digest(
    morning: Morning, first: str, due: str
) -> None:
    morning.counter.open()
    desk, start = morning.set(digest_time=time(2, 30)), datetime.fromisoformat(first).replace(tzinfo=UTC)
    for quarter in range(4 * 72):
        morning.clock.at = start + timedelta(minutes=15 * quarter)
        plan_digest(desk)
        if any(one.state is OperationState.DUE for one in morning.operations()):
            journal(desk).run_all()
    assert len(morning.posted()) == len(morning.operations()) == 3
    moments = [one.due_at for one in morning.operations()]
    assert moments[1] == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert [one.finished_at for one in morning.operations()] == moments


def test_days_without_a_digest_have_none_and_monday_tells_of_them(morning: Morning) -> None:
    morning.counter.open()
    desk = morning.set(digest_days=(0, 1, 2, 3, 4))
    for day in (15, 16, 17, 18):  # Friday to Monday
        morning.at(f"2027-01-{day} 08:00")
        morning.tick(desk)
    assert [one.text[:17] for one in morning.posted()] == ["Returns on 15 Jan", "Returns on 18 Jan"]
    assert "15 Jan to 17 Jan:" in str(morning.posted()[-1].all_blocks)


@pytest.mark.parametrize("fault", LOSING)
def test_a_digest_whose_posting_got_no_answer_is_found_and_not_posted_twice(
    lively: Morning, fault: Fault
) -> None:
    lively.counter.open()
    lively.counter.faults.plan("slack", fault, path="/api/chat.postMessage")
    lively.tick()
    assert len(lively.posted()) == 1
    lively.counter.later.pass_(minutes=5)
    lively.tick()
    assert len(lively.posted()) == 1
    assert [one.state for one in lively.operations()] == [OperationState.DONE]


def test_a_closed_channel_gets_it_once_it_is_open_again(lively: Morning) -> None:
    lively.counter.open()
    lively.counter.slack.archive(CHANNEL)
    lively.tick()
    lively.counter.slack.archive(CHANNEL, archived=False)
    lively.counter.later.pass_(minutes=2)
    lively.tick()
    assert len(lively.posted()) == 1


def test_by_hand_it_is_posted_at_once_and_then_not_again(morning: Morning) -> None:
    morning.counter.open()
    client = open_client(morning.desk.settings)
    assert post(morning.desk, client) == "Posted."
    assert post(morning.desk, client) == "Today's digest was posted already."
    morning.at("2027-01-11 08:00")
    morning.tick()
    assert len(morning.posted()) == 1


def test_printed_it_is_plain_text(morning: Morning) -> None:
    rma = morning.counter.open()
    post(morning.desk, open_client(morning.desk.settings))
    shown = "\n".join(as_text({"blocks": morning.posted()[0].all_blocks}))
    assert f"New and unclaimed  1\n{rma.number}  Marie Dupont  ·  66.00 EUR" in shown
    assert "<" not in shown


def test_a_person_who_asks_sees_it_alone_and_in_their_language(morning: Morning) -> None:
    rma, counter = morning.counter.open(), morning.counter
    assert counter.slack.command(ALICE, CHANNEL, "/returns", "digest").acked
    counter.work()
    told = counter.slack.ephemerals(ALICE)[-1]
    assert rma.number in str(told.all_blocks)
    assert told.text.startswith("Returns on")
    counter.slack.command(CHLOE, CHANNEL, "/returns", "digest")
    counter.work()
    assert counter.slack.ephemerals(CHLOE)[-1].text.startswith("Retours du")
    assert morning.posted() == []


def test_the_clock_asks_for_it_and_the_worker_carries_it_out(morning: Morning) -> None:
    morning.counter.open()
    morning.at("2027-01-11 08:00")
    asked = [job for job in jobs(morning.desk) if "digest" in job.name]
    for job in asked:
        job.ask()
    create_journal(morning.desk, open_client(morning.desk.settings)).run_all()
    assert [job.seconds for job in asked] == [60]
    assert len(morning.posted()) == 1


def test_a_difference_of_the_books_leads_to_its_own_message(morning: Morning) -> None:
    now, counter = morning.desk.now(), morning.counter
    about: dict[str, object] = {"topics": ["order.updated"], "paused": False}
    row = Difference(
        key="news", kind=DifferenceKind.NEWS_OFF, found_at=now, seen_again_at=now, about=about, ts=""
    )
    with writing(morning.desk.engine) as session:
        session.add(row)
        session.flush()
        Keeper(morning.desk, session, datetime.now(UTC)).draw(row)
    counter.work()
    morning.at("2027-01-11 08:00")
    morning.tick()
    own = next(one for one in counter.slack.messages(CHANNEL) if "stopped telling" in one.text)
    (digest,) = morning.posted()
    assert f"/p{own.ts.replace('.', '')}|" in str(digest.all_blocks)
    assert "Money to be cleared up*  1" in str(digest.all_blocks)


def test_a_guest_is_not_shown_it(morning: Morning) -> None:
    counter = morning.counter
    counter.slack.command(DAN, CHANNEL, "/returns", "digest")
    counter.work()
    assert not [one for one in counter.told(DAN) if one.startswith("Returns on")]

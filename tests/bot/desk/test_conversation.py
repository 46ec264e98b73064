"""What a customer writes: kept once and whole, told to the team, answered, seen, and within limits."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlmodel import col, select

from bot.desk import decisions
from bot.desk.conversation import (
    LONGEST,
    PAGE,
    customer_says,
    lines_to_post,
    message_of,
    seen_by_customer,
    seen_by_team,
    talk_after,
    talk_of,
)
from bot.errors import Blocked, InvalidInput, NotFound, Unreachable
from bot.operations import task_of
from bot.rules.alerts import alerts
from bot.rules.quiet import morning_after
from store.db import reading, writing
from store.models import Message, Operation, Return
from store.portal_models import Photo
from store.terms import Author, OperationState
from tests.blocks.hostile import TEXTS
from tests.world import ALICE, World, found


def a_return(world: World, **more: Any) -> int:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    return world.open(world.order((mug, 2)), **more)


def says(world: World, return_id: int, *texts: str, apart: float = 0) -> None:
    """The customer writes, each time with another form."""
    for text in texts:
        world.counter.append(1)
        customer_says(world.desk, return_id, text, f"nonce-{len(world.counter)}")
        world.clock.pass_(seconds=apart)


def texts(world: World, return_id: int) -> list[str]:
    return [line.text for line in talk_of(world.desk, return_id).lines]


def lines(world: World, return_id: int) -> list[Operation]:
    """What is to be posted below the card of the customer's messages."""
    wanted = select(Operation).where(
        Operation.return_id == return_id, col(Operation.key).contains("/thread/customer-")
    )
    with reading(world.desk.engine) as session:
        return list(session.exec(wanted.order_by(col(Operation.id))).all())


def notes(world: World, return_id: int) -> list[Operation]:
    wanted = select(Operation).where(Operation.return_id == return_id, Operation.kind == "shop.note")
    with reading(world.desk.engine) as session:
        return list(session.exec(wanted.order_by(col(Operation.id))).all())


def waits(world: World, return_id: int) -> bool:
    return world.case(return_id).unanswered_since is not None


def test_a_message_is_kept_and_the_customer_waits_from_the_first_one_on(world: World) -> None:
    return_id = a_return(world)
    says(world, return_id, "Where is it?")
    since = world.case(return_id).unanswered_since
    world.clock.pass_(hours=1)
    says(world, return_id, "Hello?")
    assert texts(world, return_id) == ["Where is it?", "Hello?"]
    assert since is not None
    assert world.case(return_id).unanswered_since == since
    assert "needs_answer" in [alert.name for alert in alerts(world.case(return_id))]


def test_a_form_sent_twice_is_one_message_and_one_line(world: World) -> None:
    return_id = a_return(world)
    for _ in range(3):
        customer_says(world.desk, return_id, "Once", "the same form")
    assert texts(world, return_id) == ["Once"]
    assert [line.payload["values"]["messages"] for line in lines(world, return_id)] == [
        [talk_of(world.desk, return_id).newest]
    ]


def test_a_message_answers_the_open_question_so_that_the_clock_runs_on(world: World) -> None:
    return_id = a_return(world)
    decisions.ask(world.desk, return_id, ALICE, "Which size?")
    version = world.case(return_id).version
    says(world, return_id, "Medium")
    assert world.case(return_id).question is None
    assert world.case(return_id).version == version + 1
    assert waits(world, return_id)


def test_writing_alone_does_not_take_a_form_out_of_the_teams_hands(world: World) -> None:
    return_id = a_return(world)
    seen = world.case(return_id).version
    says(world, return_id, "Hello", "Hello again")
    decisions.approve(world.desk, return_id, ALICE, seen)


@pytest.mark.parametrize("how", ["message", "ask", "need_no_answer"])
def test_whoever_is_answered_waits_no_longer_and_was_seen(world: World, how: str) -> None:
    return_id = a_return(world)
    says(world, return_id, "Hello?")
    if how == "need_no_answer":
        decisions.need_no_answer(world.desk, return_id, ALICE)
    else:
        getattr(decisions, how)(world.desk, return_id, ALICE, "Yes?")
    assert not waits(world, return_id)
    assert talk_of(world.desk, return_id).lines[0].seen_at is not None


def test_nobody_is_released_from_an_answer_nobody_waits_for(world: World) -> None:
    with pytest.raises(Blocked, match="Nobody waits"):
        decisions.need_no_answer(world.desk, a_return(world), ALICE)


def test_many_messages_within_a_minute_are_a_few_lines_in_order_and_none_is_lost(world: World) -> None:
    return_id = a_return(world)
    says(world, return_id, *[f"no. {number}" for number in range(18)])
    posts = lines(world, return_id)
    shown = [message for post in posts for message in post.payload["values"]["messages"]]
    assert len(posts) == 2
    assert shown == [line.message_id for line in talk_of(world.desk, return_id).lines]


def test_what_comes_right_after_a_line_waits_a_minute_for_more(world: World) -> None:
    return_id = a_return(world)
    says(world, return_id, "first")
    with writing(world.desk.engine) as session:
        (first,) = session.exec(select(Operation).where(col(Operation.key).contains("/customer-"))).all()
        first.state, first.finished_at = OperationState.DONE, world.clock()
        session.add(first)
    says(world, return_id, "second", "third", apart=5)
    second = lines(world, return_id)[1]
    assert len(second.payload["values"]["messages"]) == 2
    assert 50 < (second.due_at - first.due_at).total_seconds() < 70


def test_a_later_line_waits_for_an_earlier_one_that_was_put_off(world: World) -> None:
    return_id = a_return(world)
    says(world, return_id, *[f"no. {number}" for number in range(12)])
    first, second = lines(world, return_id)
    with pytest.raises(Unreachable, match="earlier"):
        lines_to_post(world.desk, task_of(second))
    shown = lines_to_post(world.desk, task_of(first))["lines"]
    with writing(world.desk.engine) as session:
        session.get_one(Operation, first.id).state = OperationState.DONE
    shown += lines_to_post(world.desk, task_of(second))["lines"]
    assert [line.text for line in shown] == texts(world, return_id)


def test_a_flood_is_stopped_and_told_and_room_comes_back(world: World) -> None:
    return_id, other = a_return(world), a_return(world)
    says(world, return_id, *["again"] * 20)
    with pytest.raises(Blocked, match="written a lot"):
        says(world, return_id, "once more")
    says(world, other, "I am somebody else")
    world.clock.pass_(minutes=11)
    says(world, return_id, "now it goes")
    assert len(texts(world, return_id)) == 21


def test_a_day_has_its_limit_too(world: World) -> None:
    return_id = a_return(world)
    for _ in range(5):
        says(world, return_id, *["again"] * 20)
        world.clock.pass_(minutes=11)
    with pytest.raises(Blocked, match="written a lot"):
        says(world, return_id, "once more")


@pytest.mark.parametrize("text", ["", "   \n ", "\0", "x" * (LONGEST + 1)])
def test_nothing_and_too_much_are_not_taken(world: World, text: str) -> None:
    return_id = a_return(world)
    with pytest.raises(InvalidInput) as told:
        says(world, return_id, text)
    assert told.value.field == "text"
    assert texts(world, return_id) == []
    assert not waits(world, return_id)


@pytest.mark.parametrize("name", [name for name in TEXTS if TEXTS[name].strip()])
def test_whatever_is_written_is_kept_as_it_is(world: World, name: str) -> None:
    return_id = a_return(world)
    says(world, return_id, TEXTS[name])
    kept = TEXTS[name].replace("\0", "").replace("\r\n", "\n").strip("\n")
    assert texts(world, return_id) == [kept]


def test_what_the_desk_told_stands_between_without_the_code_of_a_credit(world: World) -> None:
    return_id = a_return(world)
    decisions.approve(world.desk, return_id, ALICE, world.case(return_id).version)
    with writing(world.desk.engine) as session:
        session.add(
            Message(
                return_id=return_id, author=Author.DESK, body="Your code: {code}", written_at=world.clock()
            )
        )
    decisions.message(world.desk, return_id, ALICE, "Write {code} on the parcel")
    said = talk_of(world.desk, return_id).lines
    assert [line.author for line in said] == [Author.DESK, Author.DESK, Author.STAFF]
    assert notes(world, return_id)[0].payload["text"].startswith(said[0].text)
    assert "{code}" not in said[1].text
    assert "{code}" in said[2].text


def test_the_customer_does_not_learn_who_of_the_team_wrote(world: World) -> None:
    return_id = a_return(world)
    decisions.message(world.desk, return_id, ALICE, "Hello")
    assert "ALICE" not in repr(talk_of(world.desk, return_id)).upper()


def test_seen_marks_are_set_once_by_the_other_side_only(world: World) -> None:
    return_id = a_return(world)
    decisions.message(world.desk, return_id, ALICE, "Hello")
    says(world, return_id, "Hi")
    seen_by_team(world.desk, return_id)
    assert [line.seen_at is None for line in talk_of(world.desk, return_id).lines] == [True, False]
    seen_by_customer(world.desk, return_id, talk_of(world.desk, return_id).newest)
    first = talk_of(world.desk, return_id).lines[0].seen_at
    world.clock.pass_(hours=1)
    seen_by_customer(world.desk, return_id, talk_of(world.desk, return_id).newest)
    assert talk_of(world.desk, return_id).lines[0].seen_at == first
    assert waits(world, return_id)


def test_what_came_after_the_page_was_drawn_is_not_seen(world: World) -> None:
    return_id = a_return(world)
    decisions.message(world.desk, return_id, ALICE, "one")
    drawn = talk_of(world.desk, return_id).newest
    decisions.message(world.desk, return_id, ALICE, "two")
    seen_by_customer(world.desk, return_id, drawn)
    assert [line.seen_at is None for line in talk_of(world.desk, return_id).lines] == [False, True]


def test_five_hundred_messages_are_read_page_by_page(world: World) -> None:
    return_id = a_return(world)
    with writing(world.desk.engine) as session:
        for number in range(500):
            row = Message(
                return_id=return_id, author=Author.CUSTOMER, body=str(number), written_at=world.clock()
            )
            session.add(row)
    page, read = talk_of(world.desk, return_id), list[str]()
    while True:
        assert len(page.lines) <= PAGE
        read = [line.text for line in page.lines] + read
        if not page.has_older:
            break
        page = talk_of(world.desk, return_id, before=page.lines[0].message_id)
    assert read == [str(number) for number in range(500)]
    assert len(talk_after(world.desk, return_id, 0).lines) == PAGE


def test_a_return_that_is_over_stays_so_but_says_that_somebody_waits(world: World) -> None:
    return_id = a_return(world)
    decisions.cancel(world.desk, return_id, ALICE, world.case(return_id).version, "a mistake")
    before = world.case(return_id).status
    says(world, return_id, "But I have sent it!")
    assert world.case(return_id).status is before
    assert "needs_answer" in [alert.name for alert in alerts(world.case(return_id))]
    assert [case.return_id for case in found(world.desk, "")] == [return_id]


def test_who_waits_longest_is_found_first(world: World) -> None:
    first, second, quiet = a_return(world), a_return(world), a_return(world)
    says(world, second, "Hello", apart=60)
    says(world, first, "Hello")
    assert [case.return_id for case in found(world.desk, "")] == [second, first, quiet]


def test_photos_go_with_the_message_if_they_are_of_this_order_and_free(world: World) -> None:
    mine, other = a_return(world), a_return(world)
    for name, return_id in (("mine", mine), ("theirs", other)):
        _accept(world, name, world.case(return_id).order.order_id)
    customer_says(world.desk, mine, "", "form 1", ["mine", "theirs", "none"])
    customer_says(world.desk, mine, "again", "form 2", ["mine"])
    with pytest.raises(InvalidInput):
        customer_says(world.desk, mine, "", "form 3", ["mine", "theirs"])
    assert [line.photos for line in talk_of(world.desk, mine).lines] == [("mine",), ()]


def _accept(world: World, name: str, order_id: int) -> None:
    with writing(world.desk.engine) as session:
        row = Photo(
            name=name, order_id=order_id, size=1, width=1, height=1, digest="0" * 64, taken_at=world.clock()
        )
        session.add(row)


def test_a_customer_who_was_erased_neither_writes_nor_is_written_to(world: World) -> None:
    return_id = a_return(world)
    with writing(world.desk.engine) as session:
        rma = session.get_one(Return, return_id)
        rma.customer_email = ""
        session.add(rma)
    with pytest.raises(Blocked):
        says(world, return_id, "Hello")
    with pytest.raises(Blocked, match="no address any more"):
        decisions.message(world.desk, return_id, ALICE, "Hello")
    assert texts(world, return_id) == []


def test_a_message_is_read_only_through_its_own_return(world: World) -> None:
    mine, other = a_return(world), a_return(world)
    says(world, mine, "secret")
    message_id = talk_of(world.desk, mine).newest
    assert message_of(world.desk, mine, message_id).text == "secret"
    with pytest.raises(NotFound):
        message_of(world.desk, other, message_id)


QUIET = (time(21), time(8))


@pytest.mark.parametrize(
    ("hour", "until"),
    [("20:59", None), ("21:00", "24T08:00"), ("23:59", "24T08:00"), ("07:59", "23T08:00"), ("08:00", None)],
)
def test_quiet_hours_end_in_the_morning_where_the_shop_is(hour: str, until: str | None) -> None:
    now = datetime.fromisoformat(f"2026-11-23T{hour}+01:00").astimezone(UTC)
    expected = datetime.fromisoformat(f"2026-11-{until}:00+01:00") if until else None
    assert morning_after(now, QUIET, "Europe/Paris") == expected
    assert morning_after(now, None, "Europe/Paris") is None


def test_a_quiet_noon_ends_the_same_day_and_the_clocks_may_change_meanwhile() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert morning_after(noon, (time(11), time(15)), "UTC") == datetime(2026, 11, 23, 15, tzinfo=UTC)
    night = datetime(2026, 10, 24, 21, tzinfo=UTC)
    assert morning_after(night, QUIET, "Europe/Paris") == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_at_night_the_desk_waits_and_a_person_need_not(world: World) -> None:
    settings = world.desk.settings.model_copy(update={"quiet_hours": (time(0), time(23, 59, 59))})
    world.desk = replace(world.desk, settings=settings)
    return_id = a_return(world)
    decisions.approve(world.desk, return_id, ALICE, world.case(return_id).version)
    decisions.message(world.desk, return_id, ALICE, "now")
    decisions.message(world.desk, return_id, ALICE, "tomorrow", later=True)
    waiting = [note.due_at > world.clock() for note in notes(world, return_id)]
    assert waiting == [True, False, True]

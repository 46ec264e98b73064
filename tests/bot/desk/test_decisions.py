"""Decisions besides money: who owns a return; how it is agreed to, refused, called off and opened again."""

import html
from collections.abc import Callable

import pytest
from sqlmodel import select

from bot.desk import decisions
from bot.desk.cases import load_timeline
from bot.desk.inspection import Arrival, receive, ship
from bot.errors import Blocked, DeskError, InvalidInput, NotFound, StaleCase
from bot.rules.alerts import alerts
from store.db import reading, writing
from store.models import Member, Message
from store.terms import PersonKind, ReturnStatus
from tests.world import ALICE, BOB, World


def a_return(world: World, **more: object) -> int:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    return world.open(world.order((mug, 2)), **more)  # type: ignore[arg-type]


def verbs(world: World, return_id: int) -> list[str]:
    return [entry.verb for entry in load_timeline(world.desk, return_id)]


def letters(world: World) -> list[str]:
    """What customers read so far, but for where to answer: the shop's mails that carry a note."""
    world.work()
    sent = [html.unescape(mail.text) for mail in world.shop.outbox if mail.kind == "customer_note"]
    return [text.partition("\n\nRead and answer here: ")[0] for text in sent]


def version(world: World, return_id: int) -> int:
    return world.case(return_id).version


def names(world: World, return_id: int) -> list[str]:
    return [alert.name for alert in alerts(world.case(return_id))]


def test_who_takes_a_return_owns_it(world: World) -> None:
    return_id = a_return(world)
    decisions.take(world.desk, return_id, ALICE)
    owner = world.case(return_id).owner
    assert owner is not None
    assert (owner.user_id, owner.name) == ("U01ALICE", "Alice")


def test_a_return_that_somebody_has_cannot_be_taken_again(world: World) -> None:
    return_id = a_return(world)
    decisions.take(world.desk, return_id, ALICE)
    with pytest.raises(Blocked) as told:
        decisions.take(world.desk, return_id, BOB)
    assert told.value.values == {"name": "Alice"}
    with pytest.raises(Blocked, match="already"):
        decisions.take(world.desk, return_id, ALICE)
    assert verbs(world, return_id) == ["opened", "taken"]


def test_a_return_is_handed_to_a_colleague_with_a_note(world: World) -> None:
    return_id = a_return(world)
    decisions.take(world.desk, return_id, ALICE)
    decisions.hand_over(world.desk, return_id, ALICE, "U02BOB", "the customer calls at five")
    owner = world.case(return_id).owner
    assert owner is not None
    assert owner.name == "Bob"
    last = load_timeline(world.desk, return_id)[-1]
    assert last.values == {"to": "Bob", "note": "the customer calls at five"}


@pytest.mark.parametrize("kind", [*PersonKind, None])
def test_a_return_is_handed_only_to_somebody_who_may_act(world: World, kind: PersonKind | None) -> None:
    """Also the group itself may hold a guest, or somebody who has left."""
    in_group = kind not in (None, PersonKind.MEMBER)
    if kind is not None:
        row = Member(
            user_id="U09", team_id="T01", name="Zoe", kind=kind, in_group=in_group, checked_at=world.clock()
        )
        with writing(world.desk.engine) as session:
            session.add(row)
    return_id = a_return(world)
    with pytest.raises(InvalidInput) as told:
        decisions.hand_over(world.desk, return_id, ALICE, "U09")
    assert told.value.field == "person"
    assert world.case(return_id).owner is None


def test_an_agreed_return_is_told_to_the_customer_once(world: World) -> None:
    return_id = a_return(world)
    decisions.approve(world.desk, return_id, ALICE, version(world, return_id))
    assert world.case(return_id).status is ReturnStatus.APPROVED
    assert [text for text in letters(world) if "is agreed" in text] == letters(world)
    assert len(letters(world)) == 1


def test_the_customer_reads_the_reason_of_a_refusal_in_their_own_language(world: World) -> None:
    return_id = a_return(world, language="fr")
    decisions.reject(world.desk, return_id, ALICE, version(world, return_id), "  porté et lavé\0  ")
    case = world.case(return_id)
    assert (case.status, case.closed_reason) == (ReturnStatus.REJECTED, "porté et lavé")
    assert case.closed_by is not None
    assert case.closed_by.name == "Alice"
    (letter,) = letters(world)
    said, invitation = letter.split("\n\n")
    assert said.endswith("porté et lavé")
    assert invitation.startswith("Lisez et répondez ici\xa0: http://127.0.0.1:8000/returns/l/")
    assert "We could not" not in letter


@pytest.mark.parametrize("text", ["", "   ", "\0\n", "x" * 3001])
def test_a_refusal_needs_a_reason_that_can_be_read(world: World, text: str) -> None:
    return_id = a_return(world)
    with pytest.raises(InvalidInput) as told:
        decisions.reject(world.desk, return_id, ALICE, version(world, return_id), text)
    assert told.value.field == "reason"
    assert world.case(return_id).status is ReturnStatus.PENDING
    assert letters(world) == []


def test_an_open_question_stops_the_refund_clock_until_the_answer(world: World) -> None:
    return_id = a_return(world)
    receive(world.desk, return_id, ALICE, (Arrival(world.case(return_id).items[0].line_id, 2),))
    world.clock.pass_(days=15)
    assert "refund_overdue" in names(world, return_id)
    decisions.ask(world.desk, return_id, ALICE, "Which size would fit?")
    assert "refund_overdue" not in names(world, return_id)
    assert "question_pending" in names(world, return_id)
    decisions.answered(world.desk, return_id, BOB, "L, please")
    assert "refund_overdue" in names(world, return_id)
    assert "question_pending" not in names(world, return_id)
    with pytest.raises(Blocked, match="no open question"):
        decisions.answered(world.desk, return_id, BOB, "again")


def test_a_question_and_a_message_reach_the_customer_word_for_word(world: World) -> None:
    return_id = a_return(world)
    asked, said = "Taille ? <M> & {number}", "Merci — à bientôt"
    decisions.ask(world.desk, return_id, ALICE, asked)
    decisions.message(world.desk, return_id, BOB, said)
    assert letters(world) == [asked, said]
    with reading(world.desk.engine) as session:
        rows = [(row.body, row.operator_id) for row in session.exec(select(Message))]
    assert rows == [(asked, "U01ALICE"), (said, "U02BOB")]


def test_the_same_message_twice_is_sent_twice(world: World) -> None:
    return_id = a_return(world)
    for _ in range(2):
        decisions.message(world.desk, return_id, ALICE, "Any news of the parcel?")
    assert len(letters(world)) == 2


def test_a_return_is_called_off_only_before_something_arrived(world: World) -> None:
    return_id = a_return(world)
    receive(world.desk, return_id, BOB, (Arrival(world.case(return_id).items[0].line_id, 1),))
    with pytest.raises(Blocked):
        decisions.cancel(world.desk, return_id, ALICE, version(world, return_id), "not wanted any more")
    assert world.case(return_id).status is ReturnStatus.RECEIVED
    assert letters(world) == []


def test_a_return_that_was_called_off_frees_its_units_and_tells_the_customer(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = world.order((mug, 2))
    return_id = world.open(order)
    decisions.cancel(world.desk, return_id, ALICE, version(world, return_id), "the customer keeps it")
    assert world.case(return_id).status is ReturnStatus.CANCELLED
    assert "was cancelled" in letters(world)[0]
    assert "the customer keeps it" not in letters(world)[0]
    assert world.case(world.open(order)).status is ReturnStatus.PENDING


def test_an_opened_again_return_stands_where_its_goods_are(world: World) -> None:
    untouched, arrived = a_return(world), a_return(world)
    receive(world.desk, arrived, BOB, (Arrival(world.case(arrived).items[0].line_id, 2),))
    for return_id in (untouched, arrived):
        decisions.reject(world.desk, return_id, ALICE, version(world, return_id), "worn")
        decisions.reopen(world.desk, return_id, BOB, version(world, return_id), "it was not")
        assert world.case(return_id).closed_reason == ""
        assert world.case(return_id).closed_at is None
    assert world.case(untouched).status is ReturnStatus.PENDING
    assert world.case(arrived).status is ReturnStatus.RECEIVED


def test_an_open_return_cannot_be_opened_again(world: World) -> None:
    return_id = a_return(world)
    with pytest.raises(Blocked):
        decisions.reopen(world.desk, return_id, ALICE, version(world, return_id), "why not")


def test_who_decides_on_what_has_changed_is_told_so_and_changes_nothing(world: World) -> None:
    return_id = a_return(world)
    old = version(world, return_id)
    decisions.take(world.desk, return_id, BOB)
    late: tuple[Callable[[], None], ...] = (
        lambda: decisions.approve(world.desk, return_id, ALICE, old),
        lambda: decisions.reject(world.desk, return_id, ALICE, old, "no"),
        lambda: decisions.cancel(world.desk, return_id, ALICE, old, "no"),
        lambda: decisions.reopen(world.desk, return_id, ALICE, old, "no"),
    )
    for act in late:
        with pytest.raises(StaleCase):
            act()
    assert verbs(world, return_id) == ["opened", "taken"]
    assert letters(world) == []


def test_the_second_of_two_who_agree_changes_nothing(world: World) -> None:
    return_id = a_return(world)
    decisions.approve(world.desk, return_id, ALICE, version(world, return_id))
    with pytest.raises(Blocked, match="no longer possible"):
        decisions.approve(world.desk, return_id, BOB, version(world, return_id))
    assert len(letters(world)) == 1


def test_a_return_that_never_was_is_not_found(world: World) -> None:
    acts: tuple[Callable[[], None], ...] = (
        lambda: decisions.take(world.desk, 4711, ALICE),
        lambda: decisions.approve(world.desk, 4711, ALICE, 1),
        lambda: receive(world.desk, 4711, ALICE, (Arrival(1, 1),)),
        lambda: ship(world.desk, 4711, ALICE, "X"),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_a_parcel_on_its_way_keeps_its_number_and_the_clock_runs(world: World) -> None:
    return_id = a_return(world)
    ship(world.desk, return_id, ALICE, " 6A123 ")
    assert world.case(return_id).status is ReturnStatus.IN_TRANSIT
    ship(world.desk, return_id, ALICE, "6A124")
    case = world.case(return_id)
    assert (case.status, case.tracking_number) == (ReturnStatus.IN_TRANSIT, "6A124")
    world.clock.pass_(days=15)
    assert "refund_overdue" in names(world, return_id)


def test_a_settled_return_cannot_be_refused_or_called_off(world: World) -> None:
    return_id = a_return(world)
    decisions.reject(world.desk, return_id, ALICE, version(world, return_id), "worn")
    for act in (decisions.reject, decisions.cancel):
        with pytest.raises(DeskError):
            act(world.desk, return_id, BOB, version(world, return_id), "again")
    assert len(letters(world)) == 1

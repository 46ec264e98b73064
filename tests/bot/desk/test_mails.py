"""Letters by the desk's own mail: once where all is well, the same letter again where an answer is lost."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.customer import UNKNOWN
from bot.desk import decisions
from bot.desk.inspection import Arrival, receive
from bot.desk.portal_links import ask_for_link
from bot.desk.resolution import resolve
from bot.rules.proposal import default_choice
from store.db import reading, writing
from store.models import Operation, Return
from store.terms import Method, OperationState
from tests.mailbox import Mailbox, a_mailbox
from tests.world import ALICE, World, a_world

LINK = re.compile(r"http://\S+/returns/l/(\S+)")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


@pytest.fixture
def world(engine: Engine, box: Mailbox) -> Iterator[World]:
    server = f"smtp://127.0.0.1:{box.port}"
    with a_world(engine, mail_server=server, mail_from="Acme <returns@shop.example>") as world:
        yield world


def a_return(world: World, **more: str) -> int:
    mug = world.shop.add_product("Mug", "33.00", stock=5)
    return world.open(world.order((mug, 2)), **more)


def notes(world: World) -> list[tuple[bool, str]]:
    every = [(one.customer_note, one.text) for one in world.shop.state.notes.values()]
    assert not any(to_customer for to_customer, _ in every)
    return [(to_customer, text) for to_customer, text in every if "by e-mail" in text]


def mails(world: World) -> list[Operation]:
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Operation).where(Operation.kind == "mail")))


def lines(world: World) -> list[str]:
    with reading(world.desk.engine) as session:
        rows = session.exec(select(Operation).where(Operation.kind == "slack.thread"))
        return [one.payload["kind"] for one in rows]


def test_the_customer_gets_one_mail_and_the_shop_keeps_a_private_note(world: World, box: Mailbox) -> None:
    return_id = a_return(world, language="fr")
    decisions.message(world.desk, return_id, ALICE, "Bonjour Marie")
    world.work()
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("marie@example.com", "Votre retour RMA-1")
    secret = LINK.search(letter.get_content())
    assert secret is not None
    ((to_customer, kept),) = notes(world)
    assert not to_customer
    assert "Bonjour Marie" in kept
    assert secret[1] not in kept
    assert UNKNOWN in kept
    assert "{link}" not in kept
    assert secret[1] not in str(mails(world)[0].model_dump())


def test_the_code_of_a_credit_stands_in_the_mail_alone(world: World, box: Mailbox) -> None:
    return_id = a_return(world)
    line = world.case(return_id).items[0].line_id
    receive(world.desk, return_id, ALICE, (Arrival(line, 2),))
    case = world.case(return_id)
    choice = replace(default_choice(case), method=Method.STORE_CREDIT)
    resolve(world.desk, return_id, ALICE, case.version, choice)
    world.work()
    code = re.search(r"code is ([A-Z0-9-]{8,})", box.texts[-1].replace("\n", " "))
    assert code is not None
    ((_, kept),) = notes(world)
    assert code[1] not in kept
    assert UNKNOWN in kept


def test_the_link_somebody_asked_for_comes_by_mail(world: World, box: Mailbox) -> None:
    order = world.order((world.shop.add_product("Mug", "33.00", stock=5), 1))
    ask_for_link(world.desk, str(order.id), "marie@example.com", "192.0.2.1", "en")
    world.work()
    assert LINK.search(box.texts[0])
    assert not LINK.search(notes(world)[0][1])


def test_a_letter_whose_answer_was_lost_is_sent_again_as_the_same_letter(world: World, box: Mailbox) -> None:
    return_id = a_return(world)
    box.lost = 1
    decisions.message(world.desk, return_id, ALICE, "Hello")
    world.work()
    assert [one.state for one in mails(world)] == [OperationState.DUE]
    world.work()
    assert len(box.raw) == 1  # not at once
    world.clock.pass_(minutes=3)
    world.work()
    first, second = box.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()
    assert [one.state for one in mails(world)] == [OperationState.DONE]


def test_after_three_letters_without_an_answer_the_team_is_told(world: World, box: Mailbox) -> None:
    box.lost = 9
    decisions.message(world.desk, a_return(world), ALICE, "Hello")
    for _ in range(6):
        world.work()
        world.clock.pass_(minutes=20)
    assert len(box.raw) == 3
    assert [one.state for one in mails(world)] == [OperationState.REFUSED]
    assert lines(world).count("not_mailed") == 1


def test_a_letter_that_is_refused_is_the_teams_to_tell(world: World, box: Mailbox) -> None:
    box.answers["RCPT"] = "550 no such user"
    decisions.message(world.desk, a_return(world), ALICE, "Hello")
    world.work()
    assert lines(world).count("not_mailed") == 1
    assert box.raw == []


def test_a_server_that_is_away_for_an_hour_costs_nothing_but_the_hour(world: World, box: Mailbox) -> None:
    box.answers["CONNECT"] = "421 later"
    decisions.message(world.desk, a_return(world), ALICE, "Hello")
    for _ in range(4):
        world.work()
        world.clock.pass_(minutes=16)
    assert "not_mailed" not in lines(world)
    box.answers.clear()
    world.work()
    assert len(box.raw) == 1


def test_a_server_that_is_away_for_a_day_is_said(world: World, box: Mailbox) -> None:
    box.answers["CONNECT"] = "421 later"
    decisions.message(world.desk, a_return(world), ALICE, "Hello")
    world.work()
    world.clock.pass_(hours=25)
    world.work()
    assert lines(world).count("not_mailed") == 1


def test_who_has_no_address_any_more_gets_no_mail(world: World, box: Mailbox) -> None:
    return_id = a_return(world)
    decisions.message(world.desk, return_id, ALICE, "Hello")
    with writing(world.desk.engine) as session:
        rma = session.get_one(Return, return_id)
        rma.customer_email = ""
        session.add(rma)
    world.work()
    assert box.raw == []


def test_no_secret_of_a_letter_reaches_the_log(
    world: World, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box.lost = 1
    decisions.message(world.desk, a_return(world), ALICE, "Hello")
    world.work()
    secret = LINK.search(box.texts[0])
    assert secret is not None
    assert secret[1] not in caplog.text
    assert "Hello" not in caplog.text

"""The policy agrees to a return by itself or leaves it to a person; card and customer are told which."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from blocks.card import return_card
from bot.desk.cases import load_timeline
from bot.i18n import Words
from store.db import reading
from store.models import Message, Operation
from store.terms import OperationState, Reason, ReturnStatus
from tests.world import ALICE, World, a_world

POLICY = """
[approval]
automatic = true
[[approval.except]]
name = "Above 50"
value_above = "50.00"
[[approval.except]]
name = "Broken"
reasons = ["damaged"]
"""
ADDRESS = "Mugs Ltd, Rue 1, Lyon"


@pytest.fixture
def agreeing(engine: Engine, tmp_path: Path) -> Iterator[World]:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    with a_world(engine, return_policy=str(policy), return_address=ADDRESS) as world:
        yield world


def opened(world: World, quantity: int = 1, reason: Reason = Reason.TOO_SMALL, **more: Any) -> int:
    mug = world.shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    return world.open(world.order((mug, quantity)), reason=reason, **{"by": None, **more})


def told(world: World, return_id: int) -> list[str]:
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Message.body).where(Message.return_id == return_id)).all())


def facts(world: World, return_id: int) -> str:
    return str(return_card(world.case(return_id), Words("en")))


def test_a_small_return_is_agreed_to_at_once_and_the_customer_reads_where_to_send_it(agreeing: World) -> None:
    return_id = opened(agreeing, language="fr")
    case = agreeing.case(return_id)
    assert (case.status, case.decided_by_rule) == (ReturnStatus.APPROVED, "automatic:")
    assert "agreed by the returns policy" in facts(agreeing, return_id)
    (text,) = told(agreeing, return_id)
    assert text.endswith(f"Adresse de retour\u00a0: {ADDRESS}")
    agreeing.work()
    with reading(agreeing.desk.engine) as session:
        notes = session.exec(select(Operation).where(Operation.kind == "shop.note")).all()
        assert [note.state for note in notes] == [OperationState.DONE]
    assert "agreed" in [entry.verb for entry in load_timeline(agreeing.desk, return_id)]


@pytest.mark.parametrize(
    ("quantity", "reason", "rule"), [(2, Reason.TOO_SMALL, "Above 50"), (1, Reason.DAMAGED, "Broken")]
)
def test_an_exempt_return_waits_for_a_person_and_the_card_names_the_rule(
    agreeing: World, quantity: int, reason: Reason, rule: str
) -> None:
    return_id = opened(agreeing, quantity, reason)
    assert agreeing.case(return_id).status is ReturnStatus.PENDING
    assert f"left to a person by the rule “{rule}”" in facts(agreeing, return_id)
    assert told(agreeing, return_id) == []


def test_what_a_person_opens_is_left_to_people(agreeing: World) -> None:
    case = agreeing.case(opened(agreeing, by=ALICE))
    assert (case.status, case.decided_by_rule) == (ReturnStatus.PENDING, "")


def test_without_a_policy_people_agree(world: World) -> None:
    case = world.case(opened(world))
    assert (case.status, case.decided_by_rule) == (ReturnStatus.PENDING, "")
    assert "rule" not in facts(world, case.return_id)


def test_a_subscription_is_never_agreed_to_by_itself(agreeing: World) -> None:
    mug = agreeing.shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    order = agreeing.order((mug, 1), meta={"_subscription_renewal": "17"})
    assert agreeing.case(agreeing.open(order, by=None)).status is ReturnStatus.PENDING

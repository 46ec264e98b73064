"""What the date alone changes stands on the card that morning; what it does not change stays as it is."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from blocks.kit import COLOURS
from bot.desk.days import plan_new_day
from bot.sandbox.slack import Message, Slack
from tests.bot.desk.bench import an_order, arrived, decide
from tests.proof.cards import card_of, texts, with_slack
from tests.world import World, a_world


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine) as world:
        yield world


@pytest.fixture
def slack(world: World) -> Iterator[Slack]:
    with with_slack(world) as slack:
        yield slack


def card(world: World, slack: Slack, return_id: int) -> Message:
    found = card_of(slack, world.case(return_id).number)
    assert found is not None
    return found


def drawn(slack: Slack) -> int:
    return sum(call.method in ("chat.postMessage", "chat.update") for call in slack.calls)


def pass_a_night(world: World) -> None:
    world.clock.pass_(hours=24)
    plan_new_day(world.desk)
    world.work()


def test_a_refund_that_becomes_due_overnight_is_said_to_be_overdue_in_the_morning(
    world: World, slack: Slack
) -> None:
    return_id = arrived(world, an_order(world))
    pass_a_night(world)
    assert "Pay back" not in texts(card(world, slack, return_id).all_blocks)
    for _ in range(14):
        pass_a_night(world)
    assert "Pay back now: the refund was due on" in texts(card(world, slack, return_id).all_blocks)
    assert f"#{card(world, slack, return_id).attachments[0]['color']}" == COLOURS["red"]


def test_a_card_that_looks_the_same_and_one_that_is_settled_are_left_alone(
    world: World, slack: Slack
) -> None:
    first, second = arrived(world, an_order(world)), arrived(world, an_order(world))
    decide(world, second)
    world.work()
    pass_a_night(world)
    before = drawn(slack)
    pass_a_night(world)
    plan_new_day(world.desk)
    world.work()
    assert drawn(slack) == before
    assert "Received, waiting for a decision" in texts(card(world, slack, first).all_blocks)

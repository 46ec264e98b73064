"""What the customer is told: once, in full, and never lost in silence."""

from dataclasses import replace

from bot.desk import decisions
from bot.desk.cases import load_timeline
from bot.sandbox.faults import Fault
from tests.bot.desk.bench import an_order, let_pass, operations, told
from tests.world import ALICE, World

NOTES = {"method": "POST", "path": "/notes$"}


def mails(world: World, text: str) -> int:
    return sum(text in mail.text for mail in world.shop.outbox)


def test_the_same_words_twice_are_sent_twice_even_when_an_answer_is_lost(world: World) -> None:
    return_id = world.open(an_order(world))
    decisions.message(world.desk, return_id, ALICE, "It is on its way.")
    let_pass(world, hours=1)
    decisions.message(world.desk, return_id, ALICE, "It is on its way.")
    world.faults.plan("shop", Fault.LOST_BEFORE, **NOTES)
    let_pass(world, hours=1)
    assert mails(world, "It is on its way.") == 2


def test_words_that_stand_in_an_earlier_note_are_sent_all_the_same(world: World) -> None:
    return_id = world.open(an_order(world))
    decisions.message(world.desk, return_id, ALICE, "Thank you, yes, it is on its way.")
    let_pass(world, hours=1)
    decisions.message(world.desk, return_id, ALICE, "yes")
    world.faults.plan("shop", Fault.LOST_BEFORE, **NOTES)
    let_pass(world, hours=1)
    assert mails(world, "yes") == 2


def test_a_note_whose_answer_was_lost_is_not_sent_again(world: World) -> None:
    return_id = world.open(an_order(world))
    for fault in (Fault.LOST_AFTER, Fault.TIMEOUT_AFTER, Fault.HTML_AFTER, Fault.TRUNCATED_AFTER):
        decisions.message(world.desk, return_id, ALICE, f"After {fault}.")
        world.faults.plan("shop", fault, **NOTES)
        let_pass(world, hours=1)
        assert mails(world, f"After {fault}.") == 1


def test_a_note_the_shop_refuses_is_handed_back_to_the_team(world: World) -> None:
    return_id = world.open(an_order(world))
    let_pass(world, hours=1)
    keys = world.shop.state.keys
    keys.update({name: replace(key, permissions="read") for name, key in keys.items()})
    decisions.message(world.desk, return_id, ALICE, "It is on its way.")
    let_pass(world, hours=1)
    assert told(world, return_id)[-1] == "not_told"
    text = operations(world, "slack.thread")[-1].payload["values"]["text"]
    assert text == "It is on its way.\n\nRead and answer here: …"  # the way in is the customer's alone
    assert load_timeline(world.desk, return_id)[-1].verb == "not_told"


def test_a_worker_that_was_held_up_before_a_note_does_not_send_it(world: World) -> None:
    return_id = world.open(an_order(world))
    let_pass(world, hours=1)
    decisions.message(world.desk, return_id, ALICE, "It is on its way.")
    moments = iter((0.0, 0.0, 60.0))  # claimed, about to send, and much later
    replace(world.journal, monotonic=lambda: next(moments)).run_due()
    assert mails(world, "It is on its way.") == 0
    let_pass(world, hours=1)
    assert mails(world, "It is on its way.") == 1

"""A refund that somebody deletes in the shop becomes one message, looked at and settled by people."""

from collections.abc import Callable

from bot.desk.access import find_operator
from bot.desk.reconciliation import plan_round
from bot.desk.reconciliation_rows import look_into
from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, DAN
from tests.wire.conftest import SECONDS, Office
from tests.wire.test_refund import a_return, refund

GONE = "is not in the shop's books"


def message(office: Office, words: str) -> Message:
    """The difference's message, once it says ``words``."""

    def look() -> Message | None:
        found = [one for one in office.slack.messages(CHANNEL) if GONE in one.text]
        return found[-1] if found and words in str(found[-1].all_blocks) else None

    found: Message | None = office.slack.wait_for(look, seconds=SECONDS)
    assert found is not None, f"nothing says {words}: {office.texts()}"
    return found


def a_difference(office: Office) -> tuple[int, str]:
    """A refund of ours whose row is deleted; the order and the return."""
    order_id, number = a_return(office)
    refund(office, ALICE, number)
    office.card_says(number, "refunded to PayPal")
    office.shop.state.refunds.clear()
    plan_round(office.desk)
    return order_id, number


def test_a_difference_is_said_once_looked_at_by_one_and_settled_with_a_note(office: Office) -> None:
    order_id, number = a_difference(office)
    card = message(office, "Nobody looks at it yet.")
    assert number in str(card.all_blocks)
    assert "Returns Desk  61.10 EUR\\nThe shop       0.00 EUR" in str(card.all_blocks)
    assert office.slack.click(ALICE, card, "look_into").acked
    card = message(office, f"<@{ALICE}> looks at it.")
    office.slack.click(BOB, card, "settle_difference")
    office.slack.submit(BOB, values={"note": "   "})
    assert office.slack.modal(BOB) is not None
    assert office.slack.submit(BOB, values={"note": "Entered again as refund 912."}).acked
    card = message(office, "Entered again as refund 912.")
    assert "look_into" not in str(card.all_blocks)
    assert card.color == "9E9E9E"
    assert sum(GONE in text for text in office.texts()) == 1
    assert office.shop.ledger.refunded(order_id) == 6110


def test_who_may_not_decide_is_told_so_and_nothing_changes(office: Office) -> None:
    a_difference(office)
    card = message(office, "Nobody looks at it yet.")
    for action in ("look_into", "settle_difference"):
        office.slack.click(DAN, card, action)
    office.told(DAN, "do not know you yet")
    known: Callable[[], bool] = lambda: not find_operator(office.desk, DAN).unknown  # noqa: E731
    office.slack.wait_for(known)
    office.slack.click(DAN, card, "settle_difference")
    office.told(DAN, "Guests")
    assert office.slack.modal(DAN) is None
    message(office, "Nobody looks at it yet.")


def test_app_home_says_how_many_are_open(office: Office) -> None:
    a_difference(office)
    message(office, "Nobody looks at it yet.")
    office.slack.open_home(ALICE)
    said = "1 difference between shop, bank and desk is open."
    assert office.slack.wait_for(lambda: said in str(office.slack.home(ALICE)), seconds=SECONDS)


def test_a_message_that_was_deleted_is_posted_anew(office: Office) -> None:
    a_difference(office)
    office.slack.delete(message(office, "Nobody looks at it yet."))
    look_into(office.desk, 1, find_operator(office.desk, ALICE))
    message(office, f"<@{ALICE}> looks at it.")

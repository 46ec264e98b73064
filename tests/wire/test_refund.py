"""A return from its card to the money, clicked by people, judged by the gateway's ledger."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from bot.desk.access import find_operator
from bot.errors import DeskError
from bot.sandbox.faults import Fault
from bot.sandbox.story.people import ALICE, BOB, DAN, EVE
from store.db import reading
from store.models import Card
from store.terms import Wish
from tests.wire.conftest import Office


def a_return(office: Office, wish: Wish = Wish.REFUND, *, arrived: bool = True) -> tuple[int, str]:
    mug = office.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = office.order((mug, 2))
    number = office.open(order, wish)
    if arrived:
        office.receive(number)
    return order.id, number


def test_a_new_return_becomes_one_card(office: Office) -> None:
    _, number = a_return(office, arrived=False)
    card = office.card(number)
    assert "Marie Dupont" in card.text
    assert "66.00" in str(card.all_blocks)
    assert sum(number in text for text in office.texts()) == 1


def test_the_refund_box_pays_what_it_forecast(office: Office) -> None:
    order_id, number = a_return(office)
    assert office.slack.click(ALICE, office.card(number), "refund_box").acked
    box = office.slack.modal(ALICE)
    assert box is not None
    assert "61.10" in str(box.blocks)
    office.slack.choose(ALICE, box, "fees", ["restock"])
    office.slack.wait_for(lambda: "gets 66.00" in str(office.slack.modal(ALICE).blocks))  # type: ignore[union-attr]
    office.slack.submit(ALICE)
    confirm = office.slack.modal(ALICE)
    assert confirm is not None
    assert "66.00" in str(confirm.blocks)
    assert office.slack.submit(ALICE).acked
    office.card_says(number, "refunded to PayPal")
    assert office.shop.ledger.refunded(order_id) == 6600
    assert office.slack.modal(ALICE) is None


def refund(office: Office, user: str, number: str) -> None:
    office.slack.click(user, office.card(number), "refund_box")
    office.slack.submit(user)
    office.slack.submit(user)


def test_an_old_button_is_answered_politely_and_changes_nothing(office: Office) -> None:
    order_id, number = a_return(office)
    office.slack.click(BOB, office.card(number), "refund_box")
    refund(office, ALICE, number)
    office.card_says(number, "refunded to PayPal")
    late = office.slack.submit(BOB)
    assert "alice" in str(late.errors)
    assert "changed while" not in str(late.errors)
    assert len(office.shop.ledger.refunds(order_id)) == 1


def test_a_double_click_on_the_last_button_refunds_once(office: Office) -> None:
    order_id, number = a_return(office)
    office.slack.click(ALICE, office.card(number), "refund_box")
    office.slack.submit(ALICE)
    confirm = office.slack.modal(ALICE)
    assert confirm is not None
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _n: office.slack.submit(ALICE, confirm), range(2)))
    office.card_says(number, "refunded to PayPal")
    assert len(office.shop.ledger.refunds(order_id)) == 1


def test_the_intake_does_not_pay_twice_for_the_same_units(office: Office) -> None:
    order_id, number = a_return(office)
    refund(office, ALICE, number)
    office.card_says(number, "refunded to PayPal")
    with pytest.raises(DeskError):
        office.open(office.shop.state.orders[order_id], source_key="again")


def test_a_guest_and_a_stranger_are_told_so_and_only_they_see_it(office: Office) -> None:
    _, number = a_return(office)
    for person, words in ((DAN, "Guests"), (EVE, "workspace")):
        office.slack.click(person, office.card(number), "take")
        office.told(person, "do not know you yet")
        office.slack.wait_for(lambda person=person: not find_operator(office.desk, person).unknown)
        office.slack.click(person, office.card(number), "take")
        office.told(person, words)
    assert "Taken by" not in str(office.card(number).all_blocks)


def test_an_exchange_card_is_red_and_has_no_refund_box(office: Office) -> None:
    order_id, number = a_return(office, Wish.EXCHANGE)
    card = office.card(number)
    assert card.color == "C62828"
    assert "do NOT refund money" in str(card.all_blocks)
    assert "refund_box" not in str(card.all_blocks)
    assert office.shop.ledger.refunds(order_id) == ()


def test_an_answer_lost_after_the_refund_turns_the_card_and_pays_once(office: Office) -> None:
    order_id, number = a_return(office)
    office.sandbox.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    refund(office, ALICE, number)
    office.card_says(number, "the shop has not answered")
    office.card_says(number, "refunded to PayPal")
    assert len(office.shop.ledger.refunds(order_id)) == 1


def test_two_people_with_the_same_box_open_refund_once(office: Office) -> None:
    order_id, number = a_return(office)
    for person in (ALICE, BOB):
        office.slack.click(person, office.card(number), "refund_box")
        office.slack.submit(person)
    office.slack.submit(ALICE)
    late = office.slack.submit(BOB)
    assert late.errors or late.warning or office.told(BOB, "alice")
    office.card_says(number, "refunded to PayPal")
    assert len(office.shop.ledger.refunds(order_id)) == 1


def test_a_command_finds_the_return(office: Office) -> None:
    order_id, number = a_return(office, arrived=False)
    for text in (number, f"#{order_id}", "MARIE@example.com", ""):
        answer = office.slack.command(ALICE, "C01RETURNS", "/returns", text)
        assert answer.acked
        office.slack.wait_for(lambda: number in str([one.blocks for one in office.slack.ephemerals(ALICE)]))


def test_the_team_opens_a_return_with_a_form(office: Office) -> None:
    cup = office.shop.add_product("Cup", "12.00", sku="CUP", stock=3)
    order = office.order((cup, 2))
    office.slack.command(ALICE, "C01RETURNS", "/returns", f"new {order.id}")
    office.slack.wait_for(lambda: "Cup" in str(office.slack.modal(ALICE).blocks))  # type: ignore[union-attr]
    result = office.slack.submit(ALICE, values={"reason": "damaged"})
    assert result.acked, result
    office.card("RMA-1")


def wait_for_permalink(office: Office) -> None:
    """Until the desk has written down where its card is: that follows Slack's answer."""
    for _ in range(200):
        with reading(office.desk.engine) as session:
            if any(card.permalink for card in session.exec(select(Card))):
                return
        time.sleep(0.05)
    raise AssertionError("the card's address was never kept")


def test_a_found_return_leads_to_its_card(office: Office) -> None:
    _, number = a_return(office, arrived=False)
    wait_for_permalink(office)
    office.slack.command(ALICE, "C01RETURNS", "/returns", number)
    ts = office.card(number).ts.replace(".", "")
    office.slack.wait_for(lambda: f"/p{ts}" in str([one.blocks for one in office.slack.ephemerals(ALICE)]))

"""The desk itself in a browser: from the card to the money, judged by the sandbox's ledger and stock."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.errors import DeskError
from bot.sandbox.faults import Fault
from bot.sandbox.story.people import ALICE, BOB
from tests.browser.desk.pieces import card, stock
from tests.wire.conftest import Office

pytestmark = pytest.mark.browser

DEED = re.compile(r"^Refund \d")


def a_parcel(office: Office) -> tuple[int, str]:
    """Two mugs and a tray, ordered, asked back and received."""
    mug = office.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    tray = office.shop.add_product("Tray, oak", "42.00", sku="TRAY-O", stock=7)
    order = office.order((mug, 2), (tray, 1))
    number = office.open(order)
    office.receive(number)
    return order.id, number


def open_box(page: Page, number: str) -> Locator:
    card(page, number).get_by_role("button", name="Refund box").click()
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("1. What arrived")
    return box


def test_the_box_pays_and_restocks_just_what_it_forecast(page: Page, office: Office) -> None:
    order_id, number = a_parcel(office)
    box = open_box(page, number)
    expect(box).to_contain_text("gets 103.10 EUR")
    box.get_by_label(re.compile("Tray, oak")).first.uncheck()
    expect(box).to_contain_text("gets 61.10 EUR")
    box.get_by_label(re.compile("Deduct the return label")).uncheck()
    expect(box).to_contain_text("gets 66.00 EUR")
    box.get_by_label(re.compile("Deduct the return label")).check()
    expect(box).to_contain_text("gets 61.10 EUR")
    expect(box).to_contain_text("MUG-W 3 → 5")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("dialog").last).to_contain_text("61.10 EUR")
    page.get_by_role("button", name=DEED).click()
    expect(card(page, number)).to_contain_text("61.10 EUR refunded to PayPal")
    assert office.shop.ledger.refunded(order_id) == 6110
    assert stock(office) == {"MUG-W": 5, "TRAY-O": 6}


def test_what_is_settled_is_not_paid_again_by_anybody(page: Page, office: Office) -> None:
    order_id, number = a_parcel(office)
    old = office.card(number)
    office.slack.click(BOB, old, "refund_box")
    open_box(page, number)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=DEED).dblclick()
    expect(card(page, number)).to_contain_text("refunded to PayPal")
    assert office.slack.submit(BOB).errors
    expect(card(page, number).get_by_role("button", name="Refund box")).to_have_count(0)
    with pytest.raises(DeskError):
        office.open(office.shop.state.orders[order_id], source_key="the same again")
    assert len(office.shop.ledger.refunds(order_id)) == 1


def test_a_wrong_amount_is_answered_where_it_was_typed(page: Page, office: Office) -> None:
    order_id, number = a_parcel(office)
    box = open_box(page, number)
    box.get_by_label("Another amount").fill("one thousand")
    page.get_by_role("button", name="Continue").click()
    expect(box).to_contain_text("not an amount")
    expect(box.get_by_label("Another amount")).to_have_value("one thousand")
    box.get_by_label("Another amount").fill("9999")
    page.get_by_role("button", name="Continue").click()
    expect(box).to_contain_text("At most 108.00 EUR of this order")
    assert office.shop.ledger.refunds(order_id) == ()


def test_a_lost_answer_is_said_and_looked_up(page: Page, office: Office) -> None:
    order_id, number = a_parcel(office)
    office.sandbox.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    open_box(page, number)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=DEED).click()
    expect(card(page, number)).to_contain_text("Checking with the shop")
    expect(card(page, number)).to_contain_text("refunded to PayPal", timeout=20_000)
    assert len(office.shop.ledger.refunds(order_id)) == 1
    assert office.card(number).text
    assert ALICE in str(office.card(number).all_blocks)

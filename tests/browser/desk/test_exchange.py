"""An exchange in a browser: chosen in Slack, paid on the customer's page, sent; judged by shop and bank."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox import shop as shops
from bot.sandbox.story.people import BOB
from store.terms import Wish
from tests.browser.desk.pieces import SLOWLY, an_order, card, replacements, stock
from tests.wire.conftest import SECONDS, Office

pytestmark = pytest.mark.browser


def an_exchange(office: Office, wish: Wish = Wish.EXCHANGE) -> tuple[shops.Order, str]:
    """A hoodie at 50.00 that comes back; there are coats at 80.00."""
    order = an_order(office)
    return order, office.open(order, wish)


def choose_the_coat(page: Page, number: str) -> None:
    card(page, number).get_by_role("button", name="Exchange…").click()
    pick_the_coat(page)


def pick_the_coat(page: Page) -> None:
    box = page.get_by_role("dialog").last
    menu = box.get_by_role("combobox").first
    menu.click()
    menu.fill("coat")
    box.get_by_role("option", name=re.compile("Coat, wool")).first.click()
    box.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("dialog").last).to_contain_text("30.00", timeout=15_000)


def agree(page: Page) -> None:
    page.get_by_role("dialog").last.get_by_role("button", name="Agree").click()


def agreed_beside_an_open_refund_box(page: Page, office: Office) -> tuple[shops.Order, str]:
    """Bob has only Refund left to press when the person on the page presses Agree."""
    order, number = an_exchange(office, Wish.REFUND)
    office.receive(number)
    office.slack.click(BOB, office.card(number), "refund_box")
    office.slack.submit(BOB)
    card(page, number).get_by_role("button", name="More…").click()
    page.get_by_role("dialog").last.get_by_role("button", name="Exchange…").click()
    pick_the_coat(page)
    agree(page)
    return order, number


def test_a_dearer_article_is_paid_on_the_page_and_then_sent_once(
    page: Page, office: Office, browser: Browser
) -> None:
    order, number = an_exchange(office)
    expect(card(page, number)).to_contain_text("do NOT refund money")
    choose_the_coat(page, number)
    agree(page)
    expect(card(page, number)).to_contain_text("is not paid yet. Link sent", timeout=15_000)
    assert [one.status for one in replacements(office, order)] == ["on-hold"]
    (session,) = office.sandbox.stripe.all("checkout.session")
    customer = browser.new_page(viewport={"width": 390, "height": 844})
    customer.goto(session["url"])
    expect(customer.locator("main")).to_contain_text("30.00")
    customer.get_by_role("button", name=re.compile("Pay")).click()
    expect(card(page, number)).to_contain_text("Difference paid: 30.00 EUR", timeout=15_000)
    customer.close()
    office.receive(number)
    expect(card(page, number)).to_contain_text("Settled", timeout=15_000)
    (replacement,) = replacements(office, order)
    assert (replacement.status, str(replacement.total)) == ("processing", "30.00")
    assert stock(office) == {"HOOD": 5, "COAT": 4}
    assert office.shop.ledger.refunded(order.id) == 0
    assert sum(one["amount_received"] for one in office.sandbox.stripe.all("payment_intent")) == 3000


def test_a_refund_box_that_was_open_already_is_refused(page: Page, office: Office) -> None:
    order, number = agreed_beside_an_open_refund_box(page, office)
    expect(card(page, number)).to_contain_text("do NOT refund money", timeout=SLOWLY)
    answer = office.slack.submit(BOB)
    assert answer.errors or "not" in str(office.slack.modal(BOB)).lower()
    expect(card(page, number)).to_contain_text("do NOT refund money")
    assert office.shop.ledger.refunded(order.id) == 0
    assert len(replacements(office, order)) == 1


def test_of_a_refund_and_an_exchange_in_the_same_instant_one_happens(page: Page, office: Office) -> None:
    order, _ = agreed_beside_an_open_refund_box(page, office)
    office.slack.submit(BOB)

    def happened() -> list[bool]:
        return [office.shop.ledger.refunded(order.id) > 0, bool(replacements(office, order))]

    office.slack.wait_for(lambda: any(happened()), seconds=SECONDS)
    with suppress(TimeoutError):  # the other would have come by then
        office.slack.wait_for(lambda: all(happened()), seconds=2.0)
    assert sum(happened()) == 1
    assert len(office.shop.ledger.refunds(order.id)) + len(replacements(office, order)) == 1

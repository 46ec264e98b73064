"""What a person does as the customer on the sandbox's page: ask for an exchange, be told what is wrong."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.sandbox.shop.life import set_status
from tests.browser.desk.pieces import SLOWLY, an_order, ask_for_the_coat, card, product, the_order
from tests.wire.conftest import Office

pytestmark = pytest.mark.browser
ASK = ("Comes back", "Quantity", "Reason", "Wanted instead")


def ask(shown: Locator) -> None:
    shown.get_by_role("button", name="Ask for an exchange").click()


def test_an_exchange_asked_for_as_the_customer_arrives_as_a_card(page: Page, office: Office) -> None:
    ask_for_the_coat(page, an_order(office))
    expect(card(page, "RMA-1")).to_contain_text("Coat, wool")
    expect(page.locator("#world")).to_contain_text("Asked for: RMA-1")


def test_quantity_and_reason_are_the_customers_own(page: Page, office: Office) -> None:
    shown = the_order(page, an_order(office, quantity=3))
    shown.get_by_label("Quantity").fill("2")
    shown.get_by_label("Reason").select_option(label="Arrived damaged")
    shown.get_by_label("Wanted instead").select_option(label="Coat, wool · €80.00 · 5 in stock")
    ask(shown)
    expect(card(page, "RMA-1")).to_contain_text("2 of 3 × Hoodie, blue", timeout=SLOWLY)
    expect(card(page, "RMA-1")).to_contain_text("damaged")


def test_what_is_wrong_is_said_where_it_was_typed_and_nothing_is_lost(page: Page, office: Office) -> None:
    order = an_order(office)
    shown = the_order(page, order)
    shown.get_by_label("Quantity").fill("2")
    shown.get_by_label("Reason").select_option(label="Too large")
    ask(shown)
    expect(shown.get_by_role("alert")).to_have_text("Give a whole number, at most as many as were bought.")
    expect(shown.get_by_label("Quantity")).to_be_focused()
    shown.get_by_label("Quantity").fill("1")
    ask(shown)
    expect(shown.get_by_role("alert")).to_have_text("Choose an article.")
    with office.shop.state.lock:  # the page is drawn anew meanwhile
        set_status(office.shop.state, order, "completed")
    expect(page.locator("#world .head")).to_contain_text("Completed")
    expect(shown.get_by_label("Quantity")).to_have_value("1")
    expect(shown.get_by_label("Reason")).to_have_value("too_large")
    assert office.texts() == []


def test_what_the_desk_refuses_is_said_in_its_own_words(page: Page, office: Office) -> None:
    order = an_order(office)
    ask_for_the_coat(page, order)
    shown = the_order(page, order)
    shown.get_by_label("Wanted instead").select_option(label="Coat, wool · €80.00 · 5 in stock")
    ask(shown)
    expect(shown.get_by_role("alert")).to_be_visible()
    expect(shown.get_by_role("alert")).not_to_contain_text("{")
    assert [text for text in office.texts() if "RMA-2" in text] == []


def test_prices_are_in_the_currency_of_the_order_and_what_is_gone_is_not_sold(
    page: Page, office: Office
) -> None:
    hoodie = an_order(office) and product(office, "HOOD")
    product(office, "COAT").stock = 0
    shown = the_order(page, office.order((hoodie, 1), currency="CHF"))
    wanted, bought = shown.get_by_label("Wanted instead"), shown.get_by_label("Article")
    expect(wanted).to_contain_text("Coat, wool · CHF\u00a080.00 · sold out")
    gone = bought.locator("option").filter(has_text="sold out")
    expect(gone).to_be_disabled()


def test_the_forms_are_used_with_the_keyboard_alone_on_a_phone(office: Office, browser: Browser) -> None:
    order = an_order(office)
    page = browser.new_page(viewport={"width": 375, "height": 720}, color_scheme="dark")
    page.goto(f"{office.sandbox.page_url}/#order-{order.id}")
    shown = page.locator("#world .order")
    shown.get_by_label("Comes back").focus()
    for label in ASK[1:]:
        page.keyboard.press("Tab")
        expect(shown.get_by_label(label)).to_be_focused()
        shadow = shown.get_by_label(label).evaluate("one => getComputedStyle(one).boxShadow")
        assert shadow != "none", f"{label} does not show the focus"
    page.keyboard.type("Coat")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#world")).to_contain_text("Asked for: RMA-1", timeout=SLOWLY)
    assert page.evaluate("document.querySelector('#world .order').scrollWidth") <= 375
    page.close()

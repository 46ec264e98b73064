"""What a person does as the customer: ask for an exchange, try to pay for it, spend a credit."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import Engine

from bot.commands.story import ask
from bot.desk.access import find_operator
from bot.desk.cases import load_case
from bot.desk.exchange import Pick, choose_exchange, price_exchange
from bot.sandbox import shop as shops
from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story
from bot.sandbox.story.people import ALICE
from bot.sandbox.stripe.ledger import EntryKind
from tests.wire.conftest import Office, at_work

pytestmark = pytest.mark.browser


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        for office in at_work(sandbox, engine):
            settings = office.desk.settings.model_copy(update={"public_url": office.url})
            office.desk.__dict__["settings"] = settings
            sandbox.ask = partial(ask, office.desk)
            yield office


@pytest.fixture
def page(office: Office, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(office.sandbox.page_url)
    yield page
    context.close()


def an_order(office: Office) -> shops.Order:
    hoodie = office.shop.add_product("Hoodie, blue", "50.00", sku="HOOD", stock=5)
    office.shop.add_product("Coat, wool", "80.00", sku="COAT", stock=5)
    return office.order((hoodie, 1))


def the_order(page: Page, order: shops.Order) -> Locator:
    page.get_by_role("tab", name="Orders").click()
    page.get_by_role("button", name=f"#{order.id}").first.click()
    return page.locator("#world .order")


def card(page: Page, number: str) -> Locator:
    return page.locator("#scroll .message").filter(has_text=number).first


def test_an_exchange_asked_for_as_the_customer_arrives_as_a_card(page: Page, office: Office) -> None:
    order = an_order(office)
    shown = the_order(page, order)
    shown.get_by_label("Wanted instead").select_option(label="Coat, wool · €80.00")
    shown.get_by_role("button", name="Ask for an exchange").click()
    expect(card(page, "RMA-1")).to_contain_text("Coat, wool", timeout=15_000)
    expect(card(page, "RMA-1")).to_contain_text("do NOT refund money")


def test_a_card_that_is_declined_on_the_payment_page_pays_nothing(
    page: Page, office: Office, browser: Browser
) -> None:
    order = an_order(office)
    shown = the_order(page, order)
    shown.get_by_label("Wanted instead").select_option(label="Coat, wool · €80.00")
    shown.get_by_role("button", name="Ask for an exchange").click()
    expect(card(page, "RMA-1")).to_contain_text("do NOT refund money", timeout=15_000)
    coat = next(one for one in office.shop.state.products.values() if one.sku == "COAT")
    line = office.desk.shop.read_order(order.id).products[0].line_id
    offer = price_exchange(office.desk, 1, (Pick(line, 1, coat.id, 0, 1),))
    alice, seen = find_operator(office.desk, ALICE), load_case(office.desk, 1).version
    choose_exchange(office.desk, 1, alice, seen, offer)
    office.card_says("RMA-1", "Link sent")
    (session,) = office.sandbox.stripe.all("checkout.session")
    customer = browser.new_page(viewport={"width": 390, "height": 844})
    customer.goto(session["url"])
    customer.locator("input[value=card_declined]").check()
    customer.get_by_role("button", name="Pay").click()
    expect(customer.get_by_role("alert")).to_be_visible()
    customer.close()
    assert office.sandbox.stripe.get(session["id"])["payment_status"] == "unpaid"
    assert not [one for one in office.sandbox.stripe.ledger if one.kind is EntryKind.PAYMENT]
    assert [one.status for one in office.shop.state.orders.values() if one.parent_id == order.id] == [
        "on-hold"
    ]


def test_a_credit_is_spent_with_its_code(page: Page, office: Office) -> None:
    order = an_order(office)
    office.shop.add_coupon(code="credit-abcd", amount="20.00", discount_type="fixed_cart")
    shown = the_order(page, order)
    shown.get_by_label("Article").select_option(label="Hoodie, blue · €50.00")
    shown.get_by_label("Code of a store credit").fill("CREDIT-ABCD")
    shown.get_by_role("button", name="Buy with the credit").click()
    office.slack.wait_for(lambda: len(office.shop.state.orders) == 2, seconds=5)
    bought = list(office.shop.state.orders.values())[-1]
    assert str(bought.total) == "30.00"

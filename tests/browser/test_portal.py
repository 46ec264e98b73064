"""The customer's pages on a phone: followed from the mail to the end, and open to everybody."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from bot.sandbox import shop as shops
from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story
from store.terms import Wish
from tests.wire.conftest import Office, at_work

pytestmark = pytest.mark.browser

LINK = re.compile(r"/returns/l/\S+")
LOOKS = [("en", "light"), ("fr", "dark")]


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        for office in at_work(sandbox, engine):
            settings = office.desk.settings.model_copy(update={"public_url": office.url})
            office.desk.__dict__["settings"] = settings
            yield office


def a_phone(browser: Browser, language: str, scheme: Any) -> Page:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale=language, color_scheme=scheme
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def a_return(office: Office) -> tuple[shops.Order, str]:
    hoodie = office.shop.add_product("Hoodie, blue", "50.00", sku="HOOD", stock=5)
    order = office.order((hoodie, 1))
    return order, office.open(order, Wish.REFUND)


def ask_for_link(page: Page, office: Office, order: shops.Order) -> None:
    page.goto(f"{office.url}/returns/")
    page.locator("#number").fill(str(order.id))
    page.locator("#email").fill(str(order.billing["email"]))
    page.locator("main button").click()


def mailed(office: Office, order: shops.Order) -> str:
    """The path of the link that the shop sent, once it is there."""

    def found() -> list[str]:
        notes = [one.text for one in office.shop.state.notes.values() if one.order_id == order.id]
        return [match[0] for text in notes if (match := LINK.search(text))]

    office.slack.wait_for(lambda: bool(found()), seconds=10)
    return found()[-1]


def be_open_to_all(page: Page) -> None:
    """Nothing keeps somebody out who sees or moves differently; nothing sticks out of a narrow screen."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_every_page_is_open_to_all(office: Office, browser: Browser, language: str, scheme: str) -> None:
    order, number = a_return(office)
    page = a_phone(browser, language, scheme)
    page.goto(f"{office.url}/returns/")
    be_open_to_all(page)
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    be_open_to_all(page)
    ask_for_link(page, office, order)
    be_open_to_all(page)
    page.goto(f"{office.url}/returns/l/nothing")
    be_open_to_all(page)
    page.goto(office.url + mailed(office, order))
    be_open_to_all(page)
    page.get_by_role("link", name=number).click()
    be_open_to_all(page)
    page.context.close()


def test_a_customer_follows_the_link_and_cancels(office: Office, browser: Browser) -> None:
    order, number = a_return(office)
    page = a_phone(browser, "en", "light")
    ask_for_link(page, office, order)
    expect(page.locator("h1")).to_have_text("Look into your mailbox")
    page.goto(office.url + mailed(office, order))
    assert "/l/" not in page.url
    page.get_by_role("link", name=number).click()
    expect(page.locator("main")).to_contain_text("We are looking at it.")
    page.get_by_role("button", name="Cancel this return").click()
    expect(page.locator("main")).to_contain_text("This return was cancelled.")
    office.card_says(number, "Cancelled")
    page.context.close()


def test_the_pages_work_with_the_keyboard_alone(office: Office, browser: Browser) -> None:
    order, _ = a_return(office)
    page = a_phone(browser, "en", "light")
    page.goto(f"{office.url}/returns/")
    for _ in range(5):  # past the skip link, the home link and two languages
        page.keyboard.press("Tab")
    page.keyboard.type(str(order.id))
    page.keyboard.press("Tab")
    page.keyboard.type(str(order.billing["email"]))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Look into your mailbox")
    page.context.close()

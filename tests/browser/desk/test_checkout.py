"""The payment page of an exchange in a browser: abandoned, expired, delayed, declined, paid once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.stripe.ledger import EntryKind
from tests.browser.conftest import PATIENCE
from tests.browser.desk.pieces import (
    SLOWLY,
    agree_to_the_coat,
    an_order,
    ask_for_the_coat,
    card,
    replacements,
    the_order,
)
from tests.wire.conftest import SECONDS, Office

pytestmark = pytest.mark.browser
PAID = "Difference paid: 30.00 EUR"


@pytest.fixture
def customer(browser: Browser) -> Iterator[Page]:
    """The customer's phone."""
    page = browser.new_page(viewport={"width": 375, "height": 812}, color_scheme="dark")
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.fixture
def address(page: Page, office: Office) -> str:
    """Where the customer of RMA-1 pays; the order stays open on the page."""
    order = an_order(office)
    ask_for_the_coat(page, order)
    url = str(agree_to_the_coat(office, order)["url"])
    the_order(page, order)
    return url


def payments(office: Office) -> list[int]:
    return [one.signed for one in office.sandbox.stripe.ledger if one.kind is EntryKind.PAYMENT]


def statuses(office: Office) -> list[str]:
    """Of the replacement orders."""
    order = next(iter(office.shop.state.orders.values()))
    return [one.status for one in replacements(office, order)]


def pay(customer: Page, way: str = "card") -> None:
    customer.locator(f"input[value={way}]").check()
    customer.get_by_role("button", name="Pay").click()


def test_abandoned_by_its_back_link_and_paid_later(
    page: Page, office: Office, customer: Page, address: str
) -> None:
    customer.goto(address)
    customer.get_by_role("link", name="Back to the shop without paying").click()
    customer.wait_for_url(f"{office.sandbox.page_url}/")
    assert payments(office) == []
    customer.goto(address)
    pay(customer)
    expect(card(page, "RMA-1")).to_contain_text(PAID, timeout=SLOWLY)
    assert payments(office) == [3000]


def test_a_card_that_is_declined_pays_nothing(office: Office, customer: Page, address: str) -> None:
    customer.goto(address)
    pay(customer, "card_declined")
    expect(customer.get_by_role("alert")).to_be_visible()
    assert payments(office) == []
    assert statuses(office) == ["on-hold"]


@pytest.mark.parametrize("where", ["on the page to pay on", "beside Slack"])
def test_one_that_expires_is_replaced_by_a_new_link(
    page: Page, office: Office, customer: Page, address: str, where: str
) -> None:
    if where == "beside Slack":
        page.get_by_role("button", name="Let it expire now").click()
        expect(page.locator("#world .pages")).to_contain_text("Expired")
    customer.goto(address)
    if where != "beside Slack":
        customer.get_by_role("button", name="Let this page expire now").click()
    expect(customer.locator("main")).to_contain_text("has expired")
    stripe = office.sandbox.stripe
    office.slack.wait_for(lambda: len(stripe.all("checkout.session")) == 2, seconds=SECONDS)
    customer.goto(str(stripe.all("checkout.session")[0]["url"]))
    pay(customer)
    expect(card(page, "RMA-1")).to_contain_text(PAID, timeout=SLOWLY)
    assert payments(office) == [3000]
    assert len(statuses(office)) == 1


def test_a_delayed_payment_that_fails_is_asked_for_again(
    page: Page, office: Office, customer: Page, address: str
) -> None:
    customer.goto(address)
    pay(customer, "delayed")
    expect(page.locator("#world .pages")).to_contain_text("Bank debit under way", timeout=SLOWLY)
    customer.goto(address)
    customer.get_by_role("button", name="Let the payment fail").click()
    expect(customer.locator("main")).to_contain_text("The payment failed")
    stripe = office.sandbox.stripe
    office.slack.wait_for(lambda: len(stripe.all("checkout.session")) == 2, seconds=SECONDS)
    assert payments(office) == []
    assert statuses(office) == ["on-hold"]


def test_a_delayed_payment_counts_when_its_money_arrives_and_not_before(
    page: Page, office: Office, customer: Page, address: str
) -> None:
    customer.goto(address)
    pay(customer, "delayed")
    expect(page.locator("#world .pages")).to_contain_text("Bank debit under way", timeout=SLOWLY)
    assert payments(office) == []
    assert PAID not in str(office.card("RMA-1").all_blocks)
    page.get_by_role("button", name="Let the money arrive").click()
    expect(card(page, "RMA-1")).to_contain_text(PAID, timeout=SLOWLY)
    assert payments(office) == [3000]


def test_a_payment_page_whose_answer_is_lost_is_made_once(page: Page, office: Office) -> None:
    page.get_by_role("button", name="Debugger").click()
    page.get_by_role("button", name="Lose the payment page").click()
    expect(page.locator(".planned")).to_contain_text("Lose the payment page")
    page.locator("#drawer").get_by_role("button", name="Close").click()
    order = an_order(office)
    ask_for_the_coat(page, order)
    agree_to_the_coat(office, order)
    assert len(office.sandbox.stripe.all("checkout.session")) == 1
    assert office.sandbox.faults.waiting() == []

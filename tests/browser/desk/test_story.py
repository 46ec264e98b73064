"""A customer with a phone and a team in Slack: asking with a photo, talking, paying, calling off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.access import find_operator
from bot.desk.cases import load_case
from bot.desk.exchange import Pick, choose_exchange, price_exchange
from bot.sandbox import shop as shops
from bot.sandbox.story.people import ALICE
from tests.bot.test_pictures import drawn
from tests.browser.desk.pieces import SLOWLY, card
from tests.browser.test_portal import LINK
from tests.wire.conftest import SECONDS, Office

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en", has_touch=True)
    page = context.new_page()
    page.set_default_timeout(SLOWLY)
    yield page
    context.close()


def in_the_mail(office: Office, order: shops.Order) -> str:
    """The newest link that the shop has mailed about an order."""

    def found() -> list[str]:
        notes = [one.text for one in office.shop.state.notes.values() if one.order_id == order.id]
        return [match[0] for text in notes if (match := LINK.search(text))]

    office.slack.wait_for(lambda: bool(found()), seconds=SECONDS)
    return found()[-1]


def comes_in(phone: Page, office: Office, order: shops.Order) -> None:
    """Look an order up and follow the link from the mail."""
    phone.goto(f"{office.url}/returns/")
    phone.get_by_label("Order number").fill(str(order.id))
    phone.get_by_label("E-mail address of the order").fill("marie@example.com")
    phone.get_by_role("button", name="Send me the link").click()
    expect(phone.locator("h1")).to_have_text("Look into your mailbox")
    phone.goto(office.url + in_the_mail(office, order))


def a_photo(phone: Page, field: str, shade: int) -> None:
    data = drawn(size=(300 + shade, 200))
    phone.set_input_files(field, [{"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": data}])


def asks(phone: Page, wish: str) -> None:
    """Choose the only article, a reason and a wish, and go on."""
    phone.goto(re.sub(r"/returns/.*", "/returns/ask", phone.url))
    phone.locator("input[name=line]").check()
    phone.get_by_label("Why?").select_option("defective")
    phone.locator(f"input[name=wish][value={wish}]").check()


def sends(phone: Page) -> str:
    """Ask for the return; its number."""
    phone.get_by_role("button", name="Ask for the return").click()
    phone.wait_for_url("**/returns/r/*")
    return phone.url.rpartition("/")[2]


def test_a_return_is_asked_for_with_a_photo_and_talked_about(page: Page, phone: Page, office: Office) -> None:
    mug = office.shop.add_product("Mug, white", "33.00", sku="MUG", stock=5)
    comes_in(phone, office, order := office.order((mug, 1)))
    asks(phone, "refund")
    a_photo(phone, "input[type=file]", 1)
    phone.get_by_role("button", name="Continue").click()
    expect(phone.locator("img.photo")).to_be_visible()
    number = sends(phone)
    expect(card(page, number)).to_contain_text("1 photo", timeout=SLOWLY)
    answers(page, number, "We are sorry! Was the box damaged too?")
    expect(phone.locator(".talk-theirs .talk-text")).to_contain_text("Was the box damaged", timeout=SLOWLY)
    phone.get_by_label("Your message to the shop").fill("No, only the mug.")
    a_photo(phone, "#talk-photo", 2)
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator(".talk-mine img")).to_be_visible()
    expect(card(page, number)).to_contain_text("waits for an answer", timeout=SLOWLY)
    said = [one.text for one in office.slack.thread(office.card(number))]
    assert any("No, only the mug." in text for text in said)
    assert order.id


def answers(page: Page, number: str, text: str) -> None:
    """Write to the customer from the card."""
    card(page, number).get_by_role("button", name="Message customer").click()
    box = page.get_by_role("dialog").last
    box.locator("textarea").fill(text)
    box.get_by_role("button", name="Send", exact=True).click()
    expect(box).to_be_hidden()


def test_a_difference_is_paid_and_another_return_called_off(page: Page, phone: Page, office: Office) -> None:
    hoodie = office.shop.add_product("Hoodie", "50.00", sku="HOOD")
    sizes = {
        size: office.shop.add_variation(hoodie, {"Size": size}, price=price, sku=f"HOOD-{size}", stock=5)
        for size, price in (("M", "50.00"), ("XL", "80.00"))
    }
    comes_in(phone, office, office.order((sizes["M"], 1)))
    asks(phone, "exchange")
    phone.get_by_role("button", name="Continue").click()
    phone.locator("label.choice", has_text="XL").locator("input").check()
    phone.get_by_role("button", name="Continue").click()
    number = sends(phone)
    expect(card(page, number)).to_contain_text("do NOT refund money", timeout=SLOWLY)
    agree(office, sizes["XL"])
    office.card_says(number, "Link sent")
    phone.reload()
    phone.get_by_role("link", name="Pay 30.00").click()
    phone.get_by_role("button", name=re.compile("Pay")).click()
    expect(card(page, number)).to_contain_text("Difference paid: 30.00 EUR", timeout=SLOWLY)
    phone.goto(f"{office.url}/returns/r/{number}")
    expect(phone.get_by_role("link", name="Pay 30.00")).to_have_count(0)
    assert sum(one["amount_received"] for one in office.sandbox.stripe.all("payment_intent")) == 3000
    calls_off_another(page, phone, office)


def agree(office: Office, wanted: shops.Product) -> None:
    case = load_case(office.desk, 1)
    pick = Pick(case.items[0].line_id, 1, wanted.parent_id or 0, wanted.id, 1)
    offer = price_exchange(office.desk, 1, (pick,))
    choose_exchange(office.desk, 1, find_operator(office.desk, ALICE), case.version, offer)


def calls_off_another(page: Page, phone: Page, office: Office) -> None:
    cap = office.shop.add_product("Cap, grey", "20.00", sku="CAP", stock=5)
    comes_in(phone, office, office.order((cap, 1)))
    asks(phone, "refund")
    phone.get_by_role("button", name="Continue").click()
    number = sends(phone)
    phone.get_by_role("button", name="Cancel this return").click()
    expect(phone.locator("main")).to_contain_text("This return was cancelled.")
    expect(card(page, number)).to_contain_text("Cancelled", timeout=SLOWLY)
    assert office.shop.ledger.refunded(max(office.shop.state.orders)) == 0

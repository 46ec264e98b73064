"""Every page of the customer's, in every state it has: open to all, narrow and wide, light and dark."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.conversation import customer_says
from bot.desk.exchange import Pick, choose_exchange, price_exchange
from bot.desk.labels import note_label
from bot.desk.orders import read_order
from bot.desk.photos import accept
from bot.sandbox.story.people import ALICE
from store.terms import Wish
from tests.bot.test_pictures import drawn
from tests.browser.portal import LOOKS, PHONE, a_screen, a_shop, be_open_to_all, come_in
from tests.counter import Counter, Rma
from tests.handlers.portal.doors import doors

pytestmark = pytest.mark.browser

# Addresses that show no page of their own.
NO_PAGES = {"/returns", "/returns/static/{name}", "/returns/photos/{name}", "/returns/r/{number}/news"}
ADDRESS = "Atelier Nord, Retours, 12 rue des Docks, 59000 Lille"


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Iterator[Counter]:
    with a_shop(engine, tmp_path, return_address=ADDRESS) as counter:
        yield counter


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(look[:2]))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = a_screen(browser, *request.param)
    yield page
    page.context.close()


def agreed(counter: Counter, rma: Rma) -> None:
    alice = find_operator(counter.desk, ALICE)
    decisions.approve(counter.desk, rma.return_id, alice, rma.case.version)
    with_label = {"link": "https://labels.example.com/1042.pdf", "cost": "4.90", "tracking": ""}
    note_label(counter.desk, rma.return_id, alice, rma.case.version, **with_label)


def asked(counter: Counter, rma: Rma) -> None:
    decisions.ask(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Which of the two is it?")


def talked(counter: Counter, rma: Rma) -> None:
    photo = accept(counter.desk, rma.order.id, drawn(size=(90, 60)), return_id=rma.return_id)
    customer_says(counter.desk, rma.return_id, "Look what came.", "a-form", [photo.name])
    decisions.message(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "We are sorry!")


def rejected(counter: Counter, rma: Rma) -> None:
    alice = find_operator(counter.desk, ALICE)
    decisions.reject(counter.desk, rma.return_id, alice, rma.case.version, "It has been worn.")


def settled(counter: Counter, rma: Rma) -> None:
    counter.slack.click(ALICE, rma.card, "received")
    counter.slack.submit(ALICE)
    counter.work()
    counter.slack.click(ALICE, rma.card, "refund_box")
    counter.slack.submit(ALICE)
    counter.slack.submit(ALICE)
    counter.work()


def to_pay(counter: Counter, rma: Rma) -> None:
    coat = counter.shop.add_product("Coat, wool", "80.00", sku="COAT", stock=5)
    line, alice = rma.case.items[0].line_id, find_operator(counter.desk, ALICE)
    offer = price_exchange(counter.desk, rma.return_id, (Pick(line, 2, coat.id, 0, 2),))
    choose_exchange(counter.desk, rma.return_id, alice, rma.case.version, offer)
    counter.work()


STATES: dict[str, tuple[Wish, Callable[[Counter, Rma], None]]] = {
    "waiting": (Wish.REFUND, lambda _counter, _rma: None),
    "agreed": (Wish.REFUND, agreed),
    "asked": (Wish.REFUND, asked),
    "talked": (Wish.REFUND, talked),
    "rejected": (Wish.REFUND, rejected),
    "settled": (Wish.REFUND, settled),
    "to pay": (Wish.EXCHANGE, to_pay),
}


@pytest.mark.parametrize("state", STATES)
def test_a_return_is_open_to_all_in_every_state(counter: Counter, page: Page, state: str) -> None:
    wish, become = STATES[state]
    rma = counter.open(wish=wish)
    become(counter, rma)
    come_in(page, counter, rma)
    for path in (f"/r/{rma.number}", f"/r/{rma.number}/talk", "/mine"):
        page.goto(f"{counter.url}/returns{path}")
        expect(page.locator("h1")).to_be_visible()
        be_open_to_all(page)
    if state == "to pay":
        page.goto(f"{counter.url}/returns/r/{rma.number}")
        expect(page.locator("a.button.primary")).to_be_visible()


def line_of(page: Page) -> str:
    return str(page.locator("input[name=line]").first.get_attribute("value"))


def ask_for(page: Page, counter: Counter, wish: str, photo: bytes | None = None) -> None:
    """Fill in the form as far as its next step."""
    page.goto(f"{counter.url}/returns/ask")
    line = line_of(page)
    page.check(f"#line-{line}")
    page.select_option(f"#reason-{line}", "defective")
    if photo:
        file = {"name": "IMG 1.jpg", "mimeType": "image/jpeg", "buffer": photo}
        page.set_input_files(f"#photo-{line}", [file])  # type: ignore[list-item]
    page.check(f"input[name=wish][value={wish}]")
    page.locator("main form button.primary").click()
    page.wait_for_load_state()


def test_asking_is_open_to_all_at_every_step(counter: Counter, page: Page) -> None:
    rma = counter.open(counter.order(quantity=2), wish=Wish.REFUND)
    other = Rma(counter, 0, "", counter.order(quantity=3))
    come_in(page, counter, Rma(counter, rma.return_id, rma.number, rma.order))
    page.goto(f"{counter.url}/returns/ask")  # everything is on its way back already
    be_open_to_all(page)
    page.context.clear_cookies()
    known(counter, other)
    come_in(page, counter, other)
    page.goto(f"{counter.url}/returns/ask")
    be_open_to_all(page)
    page.locator("main form button.primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    be_open_to_all(page)
    ask_for(page, counter, "exchange")
    be_open_to_all(page)
    ask_for(page, counter, "refund", drawn(size=(200, 120)))
    expect(page.locator("img.photo")).to_have_count(1)
    be_open_to_all(page)
    page.locator("button[value=send]").click()
    page.wait_for_url("**/returns/r/*")
    be_open_to_all(page)


def known(counter: Counter, rma: Rma) -> None:
    """Let the desk have read the order, as it does before it sends a link."""
    read_order(counter.desk, str(rma.order.id))


def test_what_went_wrong_is_said_on_pages_open_to_all(counter: Counter, page: Page) -> None:
    for path in ("/", "/l/nothing", "/mine", "/r/RMA-99", "/nowhere"):
        page.goto(f"{counter.url}/returns{path}")
        be_open_to_all(page)


def test_every_address_that_shows_a_page_is_looked_at_here(counter: Counter) -> None:
    shown = {one.path for one in doors(counter.desk) if one.method == "GET"} - NO_PAGES
    looked_at = {"/", "/l/{secret}", "/mine", "/ask", "/r/{number}", "/r/{number}/talk"}
    assert shown == {f"/returns{path}" for path in looked_at}


def test_large_letters_and_the_narrowest_screen_hide_nothing(counter: Counter, browser: Browser) -> None:
    rma = counter.open()
    agreed(counter, rma)
    talked(counter, rma)
    page = a_screen(browser, "fr", "light", {"width": 320, "height": 600})
    come_in(page, counter, rma)
    for path in ("/", "/ask", f"/r/{rma.number}"):
        page.goto(f"{counter.url}/returns{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    page.context.close()


def test_everything_works_without_a_script(counter: Counter, browser: Browser) -> None:
    rma = counter.open()
    page = a_screen(browser, "en", "light", PHONE, java_script_enabled=False)
    come_in(page, counter, rma)
    page.goto(f"{counter.url}/returns/r/{rma.number}")
    page.fill("#talk-text", "Is it there yet?")
    page.locator(".talk-form button").click()
    expect(page.locator(".talk-text")).to_have_text("Is it there yet?")
    page.get_by_role("button", name="Cancel this return").click()
    expect(page.locator("main")).to_contain_text("This return was cancelled.")
    page.context.close()


def test_the_language_can_be_changed_at_any_page(counter: Counter, browser: Browser) -> None:
    rma: Any = counter.open()
    page = a_screen(browser, "en", "light", PHONE)
    come_in(page, counter, rma)
    page.goto(f"{counter.url}/returns/r/{rma.number}")
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto(f"{counter.url}/returns/mine")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.context.close()

"""What tests of the customer's pages in a browser share: a phone, the way in, what holds for every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from bot.desk.portal_links import link_address, make_link, open_link
from handlers.portal.visitor import COOKIE
from store.db import writing
from tests.counter import Counter, Rma, a_counter

PHONE, LAPTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LOOKS = [("en", "light", LAPTOP), ("fr", "dark", PHONE)]


@contextmanager
def a_shop(engine: Engine, folder: Path, **settings: Any) -> Iterator[Counter]:
    """A desk with a worker that works when told, whose links lead to itself."""
    with a_counter(engine, photo_folder=str(folder / "photos"), **settings) as counter:
        here = counter.desk.settings.model_copy(update={"public_url": counter.url})
        counter.desk.__dict__["settings"] = here
        yield counter


def a_screen(browser: Browser, language: str, scheme: Any, size: Any, **more: Any) -> Page:
    """A page of somebody who reads this language on this screen."""
    context = browser.new_context(viewport=size, locale=language, color_scheme=scheme, **more)
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def come_in(page: Page, counter: Counter, rma: Rma) -> None:
    """Hold the cookie of a link to the order of a return."""
    with writing(counter.desk.engine) as session:
        link = make_link(counter.desk, session, rma.order.id)
    secret = open_link(counter.desk, link_address(counter.desk, link).rpartition("/")[2])
    page.context.add_cookies([{"name": COOKIE, "value": str(secret), "url": f"{counter.url}/returns/"}])


def be_open_to_all(page: Page) -> None:
    """Nothing keeps somebody out who sees or moves differently; nothing sticks out of a narrow screen."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

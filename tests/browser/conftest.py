"""A browser on the page of a sandbox; ``bot`` is a tiny app there, ``office`` the desk itself.

``CHROMIUM`` names the browser to start.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from bot.commands.story import ask
from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story
from tests.browser.fake_bot import FakeBot
from tests.wire.conftest import Office, at_work

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 10_000  # milliseconds

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def bot() -> Iterator[FakeBot]:
    with Sandbox() as sandbox, FakeBot(sandbox) as bot:
        yield bot


@pytest.fixture
def open_page(bot: FakeBot, browser: Browser) -> Iterator[OpenPage]:
    """Open the page; a script that fails or a refused resource fails the test at its end."""
    troubles: list[str] = []
    contexts = []

    def open_it(width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        page.goto(bot.sandbox.page_url)
        page.wait_for_selector(".message")
        return page

    yield open_it
    for context in contexts:
        context.close()
    # The browser reports refusals that the page itself shows in words.
    assert [one for one in troubles if "409" not in one] == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page on a laptop."""
    return open_page()


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    """The desk at work where its own addresses lead to it, and customers can ask at its intake."""
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        for office in at_work(sandbox, engine):
            settings = office.desk.settings.model_copy(update={"public_url": office.url})
            office.desk.__dict__["settings"] = settings
            sandbox.ask = partial(ask, office.desk)
            yield office

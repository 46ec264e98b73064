"""The sandbox's page of the desk itself, on a laptop."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE
from tests.wire.conftest import Office


@pytest.fixture
def page(office: Office, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(office.sandbox.page_url)
    yield page
    context.close()

"""What does harm in browsers does none on the customer's pages: no script runs, no other host is asked."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from sqlalchemy import Engine

from tests.counter import Counter, a_counter
from tests.handlers.portal.sinks import Poisoned, poisoned
from tests.payloads import EVIL, MARKUP, TEMPLATES

pytestmark = pytest.mark.browser

# All at once, each behind what may have been left open by the one before.
TEXTS = {
    "at once": "\n".join(MARKUP.values())[:1900],
    "out of an attribute": MARKUP["double quoted attribute"] + MARKUP["single quoted attribute"],
    "out of an element": MARKUP["end of a field"] + TEMPLATES["jinja"],
}


class Watch:
    """What a page does while it is looked at: whom it asks, what it says, what it opens."""

    def __init__(self, page: Page, host: str) -> None:
        self.host, self.troubles = host, list[str]()
        page.on("request", self.asked)
        page.on("console", self.said)
        page.on("dialog", lambda dialog: self.troubles.append(dialog.message))
        page.on("popup", lambda other: self.troubles.append(other.url))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self.host:
            self.troubles.append(request.url)

    def said(self, line: ConsoleMessage) -> None:
        """A policy that had to stop something says so: what it stopped should not have been there."""
        address = line.location.get("url", "")
        if line.type == "error" and not address.endswith("/favicon.ico"):  # asked for by itself
            self.troubles.append(f"{line.text} {address}")


def entered(browser: Browser, case: Poisoned) -> Page:
    """The customer's own browser, with the cookie of the visit."""
    (secret,) = [one.value for one in case.browser.cookies if one.name == "returns_visit"]
    context = browser.new_context()
    cookie = {"name": "returns_visit", "value": str(secret), "url": f"{case.counter.url}/returns/mine"}
    context.add_cookies([cookie])
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def look_everywhere(page: Page, counter: Counter, number: str) -> str:
    """Open every page, and everything that opens by itself; what was to be read."""
    read = ""
    for path in ("", "/mine", "/ask", f"/r/{number}", f"/r/{number}/talk"):
        page.goto(f"{counter.url}/returns{path or '/'}", wait_until="networkidle")
        page.keyboard.press("Tab")
        assert page.title() != EVIL
        read += page.inner_text("main")
    return read


@pytest.mark.parametrize("name", TEXTS)
def test_no_script_runs_and_nobody_else_is_asked(engine: Engine, browser: Browser, name: str) -> None:
    with a_counter(engine) as counter:
        case = poisoned(counter, TEXTS[name])
        page = entered(browser, case)
        watch = Watch(page, urlsplit(counter.url).netloc)
        read = look_everywhere(page, counter, case.number)
        assert EVIL in read  # it is all there, as text
        page.fill("#talk-text", TEXTS[name])
        page.locator(".talk-form button").click()
        page.wait_for_load_state("networkidle")
        assert page.title() != EVIL
        assert watch.troubles == []
        page.context.close()


def test_the_watch_sees_a_script_that_runs_and_a_host_that_is_asked(engine: Engine, browser: Browser) -> None:
    with a_counter(engine) as counter:
        page = browser.new_page()
        watch = Watch(page, urlsplit(counter.url).netloc)
        page.goto(f"{counter.url}/healthz")
        page.set_content(MARKUP["script"] + MARKUP["picture"])
        page.wait_for_function(f"document.title === '{EVIL}'")
        assert [one for one in watch.troubles if "canary.invalid/run" in one]
        page.context.close()

"""The pictures of the documents, made from the running demo: ``python -m tests.browser.screenshots``."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from slack_sdk import WebClient

from blocks.card import return_card
from bot.i18n import Words
from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story
from tests.blocks.cards import CARDS

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
BOX = {"en": "Refund box", "fr": "Remboursement"}
MORE = {"en": "More…", "fr": "Plus…"}
EXCHANGE = {"en": "Exchange…", "fr": "Échange…"}
CONTINUE = {"en": "Continue", "fr": "Continuer"}
AGREE = {"en": "Agree", "fr": "D’accord"}
SHOP = {"en": "Shop", "fr": "Boutique"}
SETTLED = "Mia Lang"
SIGNS = "🛑⏳🔍📅📆✅⚠💬➖✋🏦"
MONEY = (
    "sending",
    "put_off_on_request",
    "unknown_without_a_bank",
    "repeating",
    "needs_person",
    "bank_pending",
    "bank_returned_from_stripe",
    "refused",
    "settled",
)
EXCHANGES = (
    "exchange_wished",
    "exchange_awaiting_payment",
    "exchange_paid_awaiting_goods",
    "exchange_stuck",
    "exchange_lapsed",
    "exchange_cheaper",
    "exchange_due",
    "exchange_stray",
    "exchange_done",
)
ONLY_ALERTS = """signs => document.querySelectorAll("#scroll > *, #scroll .message").forEach(one => {
  const card = one.matches(".message") ? one : null;
  const keep = card && card.querySelector(".attachment") && [...signs].some(s => card.innerText.includes(s));
  if (!keep && !one.querySelector(".message")) one.style.display = "none";
})"""
TIMELINE = {"en": "Timeline", "fr": "Historique"}


def main() -> None:
    """Channel, refund box, timeline and every card, in both languages and both themes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for language in ("en", "fr"):
            with demo(language) as address:
                for theme in ("light", "dark"):
                    shoot(browser, address, language, theme)
            for name, cards in (("money", MONEY), ("exchange", EXCHANGES)):
                with a_channel(language, cards) as address:
                    for theme in ("light", "dark"):
                        gallery(browser, address, f"{name}-{language}-{theme}")
        browser.close()


@contextmanager
def a_channel(language: str, cards: tuple[str, ...]) -> Iterator[str]:
    """A channel with these cards, such as one for each thing that can become of money; its address."""
    with Sandbox(seed=lambda _sandbox: Story(), language=language) as sandbox:
        client = WebClient(sandbox.bot_token, sandbox.slack_api_url)
        for place, name in enumerate(cards):
            case = replace(CARDS[name], number=f"RMA-{1042 + place}")
            card: dict[str, Any] = return_card(case, Words(language, "Europe/Paris"))
            client.chat_postMessage(channel=sandbox.channel_id, **card)
        yield sandbox.page_url


@contextmanager
def demo(language: str) -> Iterator[str]:
    """The demo in a process of its own; its address."""
    command = [sys.executable, "-m", "bot", "demo", "--language", language]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = (re.search(r"http://\S+", line) for line in process.stdout)
        try:
            yield next(match.group() for match in found if match)
        finally:
            process.terminate()


def shoot(browser: Browser, address: str, language: str, theme: str) -> None:
    """Every picture of one language and theme."""
    end = f"{language}-{theme}.png"
    page = open_page(browser, address, theme, width=1440, height=1000)
    page.screenshot(path=PICTURES / f"channel-{end}")
    card = a_card(page, BOX[language])
    card.get_by_role("button", name=BOX[language]).click()
    picture(page, "refund-box", end)
    card = a_card(page, EXCHANGE[language])
    card.get_by_role("button", name=EXCHANGE[language], exact=True).click()
    price_an_exchange(page, language)
    picture(page, "exchange-bill", end)
    settled = page.locator("#scroll .message").filter(has_text=SETTLED).last
    settled.get_by_role("button", name=MORE[language]).click()
    page.get_by_role("dialog").get_by_role("button", name=TIMELINE[language]).click()
    page.wait_for_timeout(800)
    picture(page, "timeline", end)
    page.close()
    gallery(browser, address, f"cards-{language}-{theme}")


def price_an_exchange(page: Page, language: str) -> None:
    """Type, pick the first article found, and wait for its price."""
    box = page.get_by_role("dialog").last
    menu = box.get_by_role("combobox").first
    menu.fill("HOOD")
    box.get_by_role("listbox").get_by_role("option").first.click()
    box.get_by_role("button", name=CONTINUE[language]).click()
    page.get_by_role("button", name=AGREE[language]).wait_for(timeout=15_000)


def gallery(browser: Browser, address: str, name: str) -> None:
    """The cards that carry an alert, below each other; ``name`` ends in the language and the theme."""
    _, language, theme = name.split("-")
    page = open_page(browser, address, theme, width=1100, height=9000)
    page.get_by_role("button", name=SHOP[language], exact=True).click()
    page.evaluate(ONLY_ALERTS, SIGNS)
    page.wait_for_timeout(500)
    boxes = [one.bounding_box() for one in page.locator("#scroll .message:visible").all()]
    shown = [box for box in boxes if box]
    top, bottom = shown[0]["y"], shown[-1]["y"] + shown[-1]["height"]
    clip = {"x": shown[0]["x"], "y": top, "width": shown[0]["width"], "height": bottom - top}
    page.screenshot(path=PICTURES / f"{name}.png", clip=clip)  # type: ignore[arg-type]
    page.close()


def open_page(browser: Browser, address: str, theme: str, *, width: int, height: int) -> Page:
    """The page as a person with this theme sees it, without the first steps."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".message")
    page.wait_for_timeout(1500)
    return page


def a_card(page: Page, button: str) -> Locator:
    """The newest card that offers ``button``."""
    offered = page.get_by_role("button", name=button, exact=True)
    return page.locator("#scroll .message").filter(has=offered).last


def picture(page: Page, name: str, end: str) -> None:
    """The dialogue alone, grown so that all of it shows; it is closed afterwards."""
    page.set_viewport_size({"width": 1440, "height": 1700})
    page.wait_for_timeout(700)
    page.get_by_role("dialog").last.screenshot(path=PICTURES / f"{name}-{end}")
    while page.get_by_role("dialog").count():
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.wait_for_timeout(300)


if __name__ == "__main__":
    main()

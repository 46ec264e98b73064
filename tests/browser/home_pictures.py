"""Pictures of App Home, its search and a list: ``python -m tests.browser.home_pictures``."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser.portal_pictures import shrink
from tests.browser.screenshots import CHROMIUM, PICTURES, QUIET, SHOP, demo, open_page

ROOMS = "#side .room"
SEARCH = {"en": "Search…", "fr": "Rechercher…"}
SHOW = {"en": "Show", "fr": "Afficher"}
MINE = {"en": ("pending unclaimed >60", "Dear and new"), "fr": ("nouveau libre >60", "Chers et nouveaux")}
ASKED = {"en": "open exchange", "fr": "ouvert échange"}


def main() -> None:
    """Home, search and list, in both languages and both themes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for language in ("en", "fr"):
            with demo(language) as address:
                for theme in ("light", "dark"):
                    shoot(browser, address, language, f"{language}-{theme}")
        browser.close()


def shoot(browser: Browser, address: str, language: str, end: str) -> None:
    """Every picture of one language and theme."""
    page = open_page(browser, address, end.partition("-")[2], width=1000, height=1500)
    page.get_by_role("button", name=SHOP[language], exact=True).click()
    ask_for_a_list(page, language)
    take(page.locator("#scroll .message.ephemeral").last, f"list-{end}")
    page.locator(ROOMS).last.click()
    page.wait_for_timeout(1500)
    take(page.locator("#scroll .home"), f"home-{end}")
    page.get_by_role("button", name=SEARCH[language]).click()
    box = page.get_by_role("dialog")
    for place, text in enumerate(MINE[language]):
        box.get_by_role("textbox").nth(place).fill(text)
    take(box, f"home-search-{end}")
    box.get_by_role("button", name=SHOW[language]).click()
    page.wait_for_timeout(1500)
    take(page.locator("#scroll .home"), f"home-found-{end}")
    page.close()


def ask_for_a_list(page: Page, language: str) -> None:
    """Type the command, as people do."""
    area = page.locator("#compose textarea")
    area.fill(f"/returns {ASKED[language]}")
    area.press("Enter")
    page.wait_for_selector("#scroll .message.ephemeral")
    page.wait_for_timeout(500)


def take(what: Locator, name: str) -> None:
    """One picture, of few colours, so that it is small."""
    path: Path = PICTURES / f"{name}.png"
    what.screenshot(path=path)
    shrink(path)


if __name__ == "__main__":
    main()

"""Pictures of the customer's pages and the thread beside: ``python -m tests.browser.portal_pictures``."""

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.conversation import customer_says
from bot.desk.labels import note_label
from bot.desk.orders import read_order
from bot.desk.photos import accept
from bot.sandbox.story.people import ALICE
from store.db import migrate, open_engine
from store.terms import Reason
from tests.browser.portal import a_screen, a_shop, come_in
from tests.browser.screenshots import CHROMIUM, PICTURES, QUIET
from tests.counter import Counter, Rma

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 1000}
COLOURS = 128
ADDRESS = "Atelier Nord, Retours\n12 rue des Docks\n59000 Lille"
SAID = {
    "en": (
        "The handle came off on the first day. Here is a photo.",
        "We are sorry! Would you like a new one?",
    ),
    "fr": (
        "L’anse est partie le premier jour. Voici une photo.",
        "Désolés\u00a0! En voulez-vous une autre\u00a0?",
    ),
}
ANSWER = {"en": "Message customer", "fr": "Écrire au client"}
GOODS = {"en": "Mug, white", "fr": "Tasse, blanche"}


def main() -> None:
    """Asking, following and talking on a phone, the thread and the answer box, in both languages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for language in ("en", "fr"):
            engine = open_engine(f"sqlite:///{folder}/{language}.db")
            migrate(engine)
            with a_shop(engine, Path(folder), language=language, return_address=ADDRESS) as counter:
                shoot(browser, counter, language)
            engine.dispose()
        browser.close()


def shoot(browser: Browser, counter: Counter, language: str) -> None:
    """Every picture of one language."""
    mug = counter.shop.add_product(GOODS[language], "33.00", sku="MUG-W", stock=20)
    marie = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@example.com", "country": "FR"}
    order = counter.shop.place_order([(mug, 3)], payment_method="paypal", billing=marie)
    rma = counter.open(order, reason=Reason.DEFECTIVE, language=language)
    talk(counter, rma, language)
    ask(browser, counter, language, marie)
    for theme in ("light", "dark"):
        page = a_screen(browser, language, theme, PHONE)
        come_in(page, counter, rma)
        page.goto(f"{counter.url}/returns/r/{rma.number}")
        keep(page, f"follow-{language}-{theme}")
        page.context.close()
    beside(browser, counter, language)


def talk(counter: Counter, rma: Rma, language: str) -> None:
    """Agree to a return, send a label, and let both sides write."""
    alice, desk = find_operator(counter.desk, ALICE), counter.desk
    decisions.approve(desk, rma.return_id, alice, rma.case.version)
    label = {"link": "https://labels.example.com/1042.pdf", "cost": "4.90", "tracking": ""}
    note_label(desk, rma.return_id, alice, rma.case.version, **label)
    photo = accept(desk, rma.order.id, a_mug(), return_id=rma.return_id)
    asked, answered = SAID[language]
    customer_says(desk, rma.return_id, asked, "a-form", [photo.name])
    counter.work(minutes=2)
    decisions.message(desk, rma.return_id, alice, answered)
    counter.work(minutes=2)


def ask(browser: Browser, counter: Counter, language: str, marie: dict[str, str]) -> None:
    """The form, filled in, and the last look at it."""
    mug = next(iter(counter.shop.state.products.values()))
    order = counter.shop.place_order([(mug, 2)], payment_method="paypal", billing=marie)
    read_order(counter.desk, str(order.id))
    page = a_screen(browser, language, "light", PHONE)
    come_in(page, counter, Rma(counter, 0, "", order))
    page.goto(f"{counter.url}/returns/ask")
    line = page.locator("input[name=line]").first.get_attribute("value")
    page.check(f"#line-{line}")
    page.select_option(f"#reason-{line}", "defective")
    page.check("input[name=wish][value=store_credit]")
    keep(page, f"ask-{language}-light")
    page.locator("main form button.primary").click()
    page.wait_for_load_state()
    keep(page, f"ask-review-{language}-light")
    page.context.close()


def beside(browser: Browser, counter: Counter, language: str) -> None:
    """The thread below the card, and the box in which the team answers."""
    page = a_screen(browser, language, "light", WIDE)
    page.goto(counter.sandbox.page_url)
    page.wait_for_selector(".message")
    page.wait_for_timeout(1500)
    page.locator("#scroll .message .replies, #scroll .message button").filter(has_text="repl").or_(
        page.locator("#scroll .message button").filter(has_text="répons")
    ).first.click()
    page.wait_for_timeout(1500)
    keep(page, f"thread-{language}-light", whole=False)
    page.get_by_role("button", name=ANSWER[language], exact=True).first.click()
    page.get_by_role("dialog").last.wait_for()
    page.get_by_role("dialog").last.locator("textarea").first.fill(SAID[language][1])
    page.wait_for_timeout(1500)
    page.set_viewport_size({"width": 1440, "height": 1500})
    page.wait_for_timeout(700)
    path = PICTURES / f"answer-box-{language}-light.png"
    page.get_by_role("dialog").last.screenshot(path=path)
    shrink(path)
    page.context.close()


def a_mug() -> bytes:
    """A photo of a mug on a table, its handle beside it."""
    picture = Image.new("RGB", (900, 700), "#8a6f52")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 900, 380), fill="#cfd8d6")
    draw.rounded_rectangle((260, 180, 560, 560), 40, fill="#f4f1ea")
    draw.ellipse((260, 140, 560, 230), fill="#e2ddd2")
    draw.ellipse((285, 155, 535, 218), fill="#6d5a48")
    draw.arc((620, 420, 780, 600), 200, 30, fill="#f4f1ea", width=34)
    for top in (290, 430):
        draw.ellipse((545, top, 575, top + 40), fill="#b9a68f")
    out = BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def keep(page: Page, name: str, *, whole: bool = True) -> None:
    """One picture, of few colours, so that it is small."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    shrink(path)


def shrink(path: Path) -> None:
    """Draw a picture with a palette."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()

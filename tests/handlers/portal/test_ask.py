"""Asking for a return in the browser, without a script: steps, problems at their fields, nothing lost."""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from sqlmodel import select

from bot.desk.orders import read_order
from bot.desk.portal_links import link_address, make_link
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from store.db import reading, writing
from store.models import Return, ReturnItem
from store.terms import ReturnStatus, Source, Wish
from tests.blocks.hostile import TEXTS
from tests.handlers.conftest import Door

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Browser:
    """A customer's browser on one order; it keeps what hidden fields carry."""

    door: Door
    order_id: int
    session: requests.Session = field(default_factory=requests.Session)

    def enter(self) -> None:
        desk = self.door.world.desk
        with writing(desk.engine) as session:
            link = make_link(desk, session, self.order_id)
        path = link_address(desk, link).removeprefix(desk.settings.public_url)
        assert self.get(path).status_code == 200

    def get(self, path: str = "/returns/ask", **headers: str) -> requests.Response:
        return self.session.get(self.door.url + path, headers=headers, timeout=10)

    def send(self, fields: Any, **headers: str) -> requests.Response:
        body = urlencode(fields, doseq=True)
        kind = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self.session.post(
            self.door.url + "/returns/ask", data=body, headers=kind, timeout=10, allow_redirects=False
        )

    def go_on(self, shown: requests.Response, **fields: Any) -> requests.Response:
        """Send the form that is shown, with what is typed in it."""
        return self.send(carried(shown) | fields)


def carried(shown: requests.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(shown.text)}


def enter(door: Door, order: shops.Order) -> Browser:
    read_order(door.world.desk, str(order.id))
    browser = Browser(door, order.id)
    browser.enter()
    return browser


@pytest.fixture
def browser(door: Door) -> Browser:
    mug = door.world.shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    return enter(door, door.world.order((mug, 3)))


def line_of(browser: Browser) -> int:
    order = browser.door.world.desk.shop.read_order(browser.order_id)
    return order.products[0].line_id


def filled(browser: Browser, **more: Any) -> dict[str, Any]:
    number = line_of(browser)
    fields = {"line": number, f"quantity-{number}": 2, f"reason-{number}": "too_small", "wish": "refund"}
    return fields | {"step": "review"} | more


def stored(browser: Browser) -> list[Return]:
    with reading(browser.door.world.desk.engine) as session:
        return list(session.exec(select(Return)).all())


def test_a_return_is_asked_for_in_two_pages_and_followed(browser: Browser) -> None:
    form = browser.get()
    assert form.status_code == 200
    assert "You can ask for it until" in form.text
    review = browser.go_on(form, **filled(browser))
    assert review.status_code == 200
    for said in ("61.10 EUR back to", "-4.90 EUR", "2 × Mug", "It is too small"):
        assert said in html.unescape(review.text)
    sent = browser.go_on(review, step="send")
    (rma,) = stored(browser)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/returns/r/{rma.number}")
    assert (rma.source, rma.wish, rma.status) == (Source.PORTAL, Wish.REFUND, ReturnStatus.PENDING)
    assert browser.get(sent.headers["location"]).status_code == 200


def test_the_same_form_sent_twice_makes_one_return(browser: Browser) -> None:
    review = browser.go_on(browser.get(), **filled(browser))
    first, second = (browser.go_on(review, step="send") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(stored(browser)) == 1


def test_two_tabs_cannot_ask_for_the_same_units(browser: Browser) -> None:
    number = line_of(browser)
    everything = filled(browser) | {f"quantity-{number}": 3}
    reviews = [browser.go_on(browser.get(), **everything) for _ in range(2)]
    first, second = (browser.go_on(review, step="send") for review in reviews)
    assert (first.status_code, second.status_code) == (303, 422)
    assert "its return is under way" in second.text
    assert len(stored(browser)) == 1


def test_every_problem_stands_at_its_field_and_nothing_typed_is_lost(browser: Browser) -> None:
    number = line_of(browser)
    typed = {
        f"quantity-{number}": "nine",
        f"reason-{number}": "",
        f"note-{number}": "it <b>shrank</b>",
        "wish": "",
    }
    shown = browser.go_on(browser.get(), **(filled(browser) | typed))
    assert shown.status_code == 422
    for name in (f"quantity-{number}", f"reason-{number}", "wish"):
        assert f'<a href="#{name}">' in shown.text
        assert f'id="{name}-error"' in shown.text
        assert f'aria-describedby="{name}-error"' in shown.text
    assert 'value="nine"' in shown.text
    assert "it &lt;b&gt;shrank&lt;/b&gt;" in shown.text
    assert "3 things have to be corrected" in shown.text


def test_problems_are_said_in_the_customers_language(browser: Browser) -> None:
    browser.session.headers["accept-language"] = "fr-FR,fr;q=0.9"
    shown = browser.go_on(browser.get(), step="review")
    assert '<html lang="fr">' in shown.text
    assert "Choisissez au moins un article." in shown.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"nonce": ""}, 400),
        ({"nonce": "WzEsICJhc2siLCAieCJd.x.y"}, 400),
        ({"line": ["999999"]}, 422),
        ({"wish": ["exchange", "refund"]}, 200),
        ({"wish": "everything"}, 422),
    ],
)
def test_bad_forms_change_nothing(browser: Browser, fields: dict[str, Any], status: int) -> None:
    shown = browser.go_on(browser.get(), **(filled(browser) | fields))
    assert shown.status_code == status
    assert stored(browser) == []
    assert "Traceback" not in shown.text


def test_fields_that_are_not_on_the_form_set_nothing(browser: Browser) -> None:
    extra = {"status": "resolved", "amount": "9999", "return_id": "1", "order_id": "1", "version": "7"}
    extra |= {"source": "staff", "late_reason": "x", "label_cost_minor": "0", "decided_by_rule": "automatic:"}
    review = browser.go_on(browser.get(), **(filled(browser) | extra))
    assert browser.go_on(review, step="send", **extra).status_code == 303
    (rma,) = stored(browser)
    assert (rma.status, rma.source, rma.version) == (ReturnStatus.PENDING, Source.PORTAL, 1)
    assert (rma.order_id, rma.label_cost_minor, rma.late_reason) == (browser.order_id, 490, "")


def test_a_form_of_another_page_on_the_web_is_not_acted_on(browser: Browser) -> None:
    review = browser.go_on(browser.get(), **filled(browser))
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert browser.send(carried(review) | {"step": "send"}, **headers).status_code == 400
    assert stored(browser) == []


def test_a_browser_that_tells_nobody_where_it_was_may_send_the_form(browser: Browser) -> None:
    review = browser.go_on(browser.get(), **filled(browser))
    sent = browser.send(
        carried(review) | {"step": "send"}, origin="null", **{"sec-fetch-site": "same-origin"}
    )
    assert sent.status_code == 303


def test_a_form_of_one_customer_is_nothing_in_the_hands_of_another(browser: Browser, door: Door) -> None:
    mug = door.world.shop.add_product("Bowl", "12.00", sku="BOWL", stock=9)
    other = enter(door, door.world.order((mug, 1)))
    review = browser.go_on(browser.get(), **filled(browser))
    assert other.send(carried(review) | {"step": "send"}).status_code == 400
    foreign = other.go_on(other.get(), **filled(browser))
    assert (foreign.status_code, "Mug" in foreign.text) == (422, False)
    assert stored(browser) == []


def test_who_followed_no_link_sees_how_to_get_one(door: Door) -> None:
    stranger = Browser(door, 1)
    assert stranger.get().status_code == 404
    assert stranger.send({"step": "send"}).status_code == 404


def test_while_the_shop_does_not_answer_nothing_is_sent(browser: Browser) -> None:
    review = browser.go_on(browser.get(), **filled(browser))
    browser.door.world.faults.plan("shop", Fault.CLOSED_BEFORE, times=50)
    sent = browser.go_on(review, step="send")
    assert (sent.status_code, stored(browser)) == (503, [])
    assert "nothing was sent" in sent.text


def test_another_size_is_chosen_on_a_page_of_its_own(door: Door) -> None:
    shop = door.world.shop
    tee = shop.add_product("Tee", "20.00", kind="variable", sku="TEE")
    small = shop.add_variation(tee, {"Size": "S"}, price="20.00", sku="TEE-S", stock=5)
    large = shop.add_variation(tee, {"Size": "L"}, price="25.00", sku="TEE-L", stock=2)
    browser = enter(door, door.world.order((small, 1)))
    number = line_of(browser)
    wished = filled(browser, wish="exchange") | {f"quantity-{number}": 1}
    choices = browser.go_on(browser.get(), **wished)
    assert "you pay 5.00 EUR" in html.unescape(choices.text).replace("\u00a0", " ")
    assert "only 2 left" in choices.text
    nothing = browser.go_on(choices, step="articles")
    assert (nothing.status_code, f'href="#article-{number}"' in nothing.text) == (422, True)
    review = browser.go_on(choices, step="articles", **{f"article-{number}": f"{tee.id}:{large.id}"})
    assert "You pay 5.00 EUR" in html.unescape(review.text).replace("\u00a0", " ")
    assert browser.go_on(review, step="send").status_code == 303
    (rma,) = stored(browser)
    assert rma.exchange is not None
    (wanted,) = rma.exchange["wanted"]
    assert (wanted["line_id"], wanted["quantity"], wanted["variation_id"]) == (number, 1, large.id)


def test_back_from_the_review_everything_stands_as_it_was(browser: Browser) -> None:
    number = line_of(browser)
    review = browser.go_on(browser.get(), **filled(browser, **{f"note-{number}": "a note"}))
    form = browser.go_on(review, step="back")
    assert form.status_code == 200
    for said in (
        "a note</textarea>",
        f'value="{number}" checked',
        'value="refund" checked',
        'value="too_small" selected',
    ):
        assert said in form.text


def test_whatever_a_customer_writes_is_shown_inert_and_kept_whole(browser: Browser) -> None:
    number = line_of(browser)
    for text in TEXTS.values():
        said = text[:1900]
        review = browser.go_on(browser.get(), **filled(browser, **{f"note-{number}": said}))
        assert review.status_code == 200
        assert "<script>alert" not in review.text
    script = TEXTS["markup"]
    review = browser.go_on(browser.get(), **filled(browser, **{f"note-{number}": script}))
    browser.go_on(review, step="send")
    with reading(browser.door.world.desk.engine) as session:
        assert [item.note for item in session.exec(select(ReturnItem)).all()] == [script]


def test_a_text_far_too_long_is_refused_at_its_field(browser: Browser) -> None:
    number = line_of(browser)
    shown = browser.go_on(browser.get(), **filled(browser, **{f"note-{number}": "x" * 200_000}))
    assert shown.status_code == 422
    assert "2000 characters at most" in shown.text

"""The customer's side of the conversation, over HTTP: read, write, be told; nothing of others."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from bot.desk import decisions
from bot.desk.conversation import LONGEST, seen_by_team, talk_of
from bot.desk.portal_links import link_address, make_link, open_link
from handlers.portal.visitor import COOKIE
from store.db import writing
from store.models import Message
from store.terms import Author
from tests.blocks.hostile import TEXTS
from tests.handlers.conftest import Door
from tests.world import ALICE, World

HOSTILE = [name for name, text in TEXTS.items() if text.strip() and len(text) <= LONGEST]


@dataclass
class Browser:
    """A customer's browser that followed the link to one return."""

    url: str
    world: World
    return_id: int
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def number(self) -> str:
        return self.world.case(self.return_id).number

    def get(self, path: str = "talk", **query: Any) -> requests.Response:
        address = f"{self.url}/returns/r/{self.number}/{path}".rstrip("/")
        return self.session.get(address, params=query, timeout=10)

    def say(self, text: str, nonce: str = "", **headers: str) -> requests.Response:
        """Fill the form in and send it, the one that stands on the page now."""
        given = {"nonce": nonce or self.nonce(), "text": text}
        address = f"{self.url}/returns/r/{self.number}/talk"
        return self.session.post(address, data=given, headers=headers, timeout=10, allow_redirects=False)

    def nonce(self) -> str:
        found = re.search(r'name="nonce" value="([^"]+)"', self.get().text)
        assert found is not None
        return html.unescape(found[1])

    def texts(self) -> list[str]:
        return shown(self.get().text)

    def kept(self) -> list[str]:
        return [line.text for line in talk_of(self.world.desk, self.return_id).lines]


def shown(page: str) -> list[str]:
    """The messages of a page as a reader sees them."""
    found = re.findall(r'<p class="talk-text"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [html.unescape(text) for text in found]


def a_browser(door: Door) -> Browser:
    """Somebody with a return, who followed the link to it."""
    mug = door.world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    return_id = door.world.open(door.world.order((mug, 2)))
    return followed(door, return_id)


def followed(door: Door, return_id: int) -> Browser:
    desk = door.world.desk
    with writing(desk.engine) as session:
        link = make_link(desk, session, door.world.case(return_id).order.order_id, return_id)
    secret = open_link(desk, link_address(desk, link).rpartition("/")[2])
    browser = Browser(door.url, door.world, return_id)
    browser.session.cookies.set(COOKIE, str(secret))
    return browser


@pytest.fixture
def browser(door: Door) -> Browser:
    return a_browser(door)


def test_both_sides_stand_on_the_page_in_order_and_nobody_of_the_team_is_named(browser: Browser) -> None:
    decisions.message(browser.world.desk, browser.return_id, ALICE, "What is wrong with it?")
    answer = browser.say("It has a crack.\nA long one.")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/returns/r/{browser.number}#talk"
    assert browser.texts() == ["What is wrong with it?", "It has a crack.\nA long one."]
    page = browser.get().text
    assert "The shop" in page
    assert "You" in page
    assert "Alice" not in page
    assert "U01" not in page


def test_the_conversation_stands_on_the_page_of_the_return_too(browser: Browser) -> None:
    browser.say("Hello")
    assert shown(browser.get("").text) == ["Hello"]


def test_a_form_sent_twice_is_one_message(browser: Browser) -> None:
    nonce = browser.nonce()
    assert [browser.say("Once", nonce).status_code for _ in range(3)] == [303] * 3
    assert browser.kept() == ["Once"]
    browser.say("Twice")
    assert browser.kept() == ["Once", "Twice"]


@pytest.mark.parametrize(("text", "why"), [("  ", "write something"), ("x" * (LONGEST + 1), "too long")])
def test_what_cannot_be_taken_is_said_beside_the_field_and_stays_in_it(
    browser: Browser, text: str, why: str
) -> None:
    answer = browser.say(text)
    assert answer.status_code == 422
    assert why in answer.text
    assert 'aria-invalid="true"' in answer.text
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
    assert found is not None
    assert found[1] == text
    assert browser.kept() == []


def test_a_flood_is_stopped_and_the_text_is_not_lost(browser: Browser) -> None:
    for number in range(20):
        assert browser.say(f"no. {number}").status_code == 303
    answer = browser.say("once more")
    assert answer.status_code == 422
    assert "once more</textarea>" in answer.text
    assert len(browser.kept()) == 20


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=["origin", "fetch"]
)
def test_a_form_of_another_site_writes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    assert browser.say("Hello", **headers).status_code == 400
    assert browser.kept() == []


def test_a_form_of_another_visitor_or_return_writes_nothing(door: Door) -> None:
    mine, other = a_browser(door), a_browser(door)
    assert mine.say("Hello", other.nonce()).status_code == 400
    assert mine.say("Hello", "forged").status_code == 400
    assert mine.kept() == []
    assert other.kept() == []


def test_nothing_of_another_customer_can_be_read_or_written(door: Door) -> None:
    mine, other = a_browser(door), a_browser(door)
    other.say("a secret")
    nonce = mine.nonce()
    mine.return_id, own = other.return_id, mine.return_id
    for path in ("", "talk", "news"):
        answer = mine.get(path)
        assert answer.status_code == 404
        assert "a secret" not in answer.text
    assert mine.say("from somebody else", nonce).status_code == 404
    assert mine.get("talk", before=10**9).status_code == 404
    assert other.kept() == ["a secret"]
    mine.return_id = own
    assert "a secret" not in mine.get("news", after=0).text


def test_without_a_visit_there_is_nothing_to_see(browser: Browser) -> None:
    browser.say("a secret")
    browser.session.cookies.clear()
    for path in ("", "talk", "news"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "a secret" not in answer.text
    address = f"{browser.url}/returns/r/{browser.number}/talk"
    assert requests.post(address, data={"text": "Hello", "nonce": "x"}, timeout=10).status_code == 404
    assert browser.kept() == ["a secret"]


def test_whatever_is_written_is_kept_as_it_is_and_does_nothing_on_the_page(browser: Browser) -> None:
    for name in HOSTILE:
        assert browser.say(TEXTS[name]).status_code == 303
        browser.world.clock.pass_(minutes=1)
    kept = [TEXTS[name].replace("\0", "").replace("\r\n", "\n").strip("\n") for name in HOSTILE]
    page = browser.get()
    assert browser.kept() == kept
    assert shown(page.text) == kept
    between = page.text[page.text.index('class="talk-text"') : page.text.index('id="talk-seen"')]
    assert not re.search(r"<(?!/?(p|li|ol|strong|time|a|img)\b)", between)
    assert "<script" not in page.text.replace('<script src="/returns/static/', "")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert shown(browser.get("news", after=0).json()["lines"]) == kept


def test_what_is_refused_is_shown_again_without_doing_anything(browser: Browser) -> None:
    for name in HOSTILE:
        answer = browser.say((TEXTS[name] + " ") * (LONGEST // len(TEXTS[name]) + 2))
        found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
        assert answer.status_code == 422
        assert found is not None
        assert "<" not in found[1]


def test_news_are_what_came_since_and_nothing_twice(browser: Browser) -> None:
    browser.say("one")
    after = talk_of(browser.world.desk, browser.return_id).newest
    assert browser.get("news", after=after).json()["lines"] == ""
    decisions.message(browser.world.desk, browser.return_id, ALICE, "two & <more>")
    news = browser.get("news", after=after).json()
    assert shown(news["lines"]) == ["two & <more>"]
    assert browser.get("news", after=news["after"]).json()["lines"] == ""
    assert browser.get("news", after=news["after"]).headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("after", ["-1", "x", str(2**63), "1;2", ""])
def test_news_after_nonsense_are_refused_without_an_error_of_ours(browser: Browser, after: str) -> None:
    assert browser.get("news", after=after).status_code in (200, 422)
    assert browser.get("talk", before=after).status_code in (200, 422)


def test_seen_marks_go_both_ways(browser: Browser) -> None:
    browser.say("Hello?")
    assert "Seen" not in browser.get().text
    seen_by_team(browser.world.desk, browser.return_id)
    assert re.search(r"Seen \d\d:\d\d", browser.get().text)
    assert re.fullmatch(r"Seen \d\d:\d\d", browser.get("news", after=0).json()["seen"])
    decisions.message(browser.world.desk, browser.return_id, ALICE, "Yes?")
    assert talk_of(browser.world.desk, browser.return_id).lines[-1].seen_at is None
    browser.get("")
    assert talk_of(browser.world.desk, browser.return_id).lines[-1].seen_at is not None


def test_a_page_that_is_only_fetched_ahead_has_been_seen_by_nobody(browser: Browser) -> None:
    decisions.message(browser.world.desk, browser.return_id, ALICE, "Yes?")
    browser.session.headers["Sec-Purpose"] = "prefetch;prerender"
    browser.get("")
    browser.get("talk")
    assert talk_of(browser.world.desk, browser.return_id).lines[-1].seen_at is None


def test_five_hundred_messages_are_read_page_by_page_without_a_script(browser: Browser) -> None:
    with writing(browser.world.desk.engine) as session:
        for number in range(500):
            row = Message(
                return_id=browser.return_id,
                author=Author.CUSTOMER,
                body=f"no. {number}",
                written_at=browser.world.clock(),
            )
            session.add(row)
    page, read = browser.get().text, list[str]()
    while True:
        read = shown(page) + read
        older = re.search(r'href="([^"]*before=\d+)"', page)
        if older is None:
            break
        page = browser.session.get(browser.url + older[1], timeout=10).text
    assert read == [f"no. {number}" for number in range(500)]


def test_the_customer_reads_everything_in_their_language(browser: Browser) -> None:
    browser.session.headers["Accept-Language"] = "fr-FR"
    browser.say("Bonjour")
    page = browser.get().text
    assert "Vous" in page
    assert "Votre message à la boutique" in page


def test_a_return_that_is_over_can_still_be_asked_about(browser: Browser) -> None:
    case = browser.world.case(browser.return_id)
    decisions.cancel(browser.world.desk, browser.return_id, ALICE, case.version, "a mistake")
    assert browser.say("But I have sent it!").status_code == 303
    assert browser.world.case(browser.return_id).unanswered_since is not None


def test_the_teams_message_comes_by_mail_with_a_link_that_opens_the_page(browser: Browser) -> None:
    desk = browser.world.desk
    decisions.message(desk, browser.return_id, ALICE, "Hello")
    browser.world.work()
    mail = html.unescape(browser.world.shop.outbox[-1].text)
    address = re.search(r"http\S+/returns/l/(\S+)", mail)
    assert mail.startswith("Hello\n")
    assert address is not None
    assert open_link(desk, address[1]) is not None
    rows = [tuple(row) for table in everything(desk) for row in table]
    assert address[1] not in str(rows)


def everything(desk: Any) -> Iterator[list[Any]]:
    """Every row of every table."""
    with desk.engine.connect() as connection:
        for table in Message.metadata.sorted_tables:
            yield list(connection.execute(table.select()))

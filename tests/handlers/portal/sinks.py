"""A return on which everything that somebody else can write says the same, and wherever that is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from sqlmodel import select

from blocks import ids
from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.orders import read_order
from bot.desk.portal_links import link_address, make_link
from bot.sandbox.story.people import ALICE, BOB, CHANNEL
from store.db import reading, writing
from store.models import Member, Message, Return, ReturnItem
from tests.counter import Counter
from tests.handlers.portal.conftest import nonce_of

FORM = {"content-type": "application/x-www-form-urlencoded"}
# What Slack would obey in marked-up text, but for our own mentions, moments and links.
TOKEN = re.compile(r"<[^>]*>?")
OURS = re.compile(r"<@U\w+>|<!date\^\d+\^[^<>|]*\|[^<>]*>|<http://127\.0\.0\.1:\d+/[^<>|]*\|[^<>]*>")
HIDING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass
class Poisoned:
    """The return, its customer's browser, and the words that stand everywhere."""

    counter: Counter
    text: str
    return_id: int
    number: str
    browser: requests.Session

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.counter.url + path, timeout=10)

    def post(self, path: str, page: str, **typed: Any) -> requests.Response:
        """Send the form of a page as a browser does; what is no text becomes what browsers make of it."""
        fields = {"nonce": nonce_of(page, path), **typed}
        body = urlencode(fields, errors="replace")
        return self.browser.post(
            self.counter.url + path, data=body, headers=FORM, timeout=10, allow_redirects=False
        )

    @property
    def pages(self) -> Iterator[requests.Response]:
        """Everything that the customer can look at."""
        for path in ("", "/mine", "/ask", f"/r/{self.number}", f"/r/{self.number}/talk"):
            yield self.get(f"/returns{path or '/'}")

    def kept(self) -> dict[str, list[str]]:
        """What the database has of the customer's own words."""
        with reading(self.counter.desk.engine) as session:
            return {
                "note": [row.note for row in session.exec(select(ReturnItem)).all() if row.note],
                "tracking": [row.tracking_number for row in session.exec(select(Return)).all()],
                "message": [row.body for row in session.exec(select(Message)).all()],
            }


def poisoned(counter: Counter, text: str) -> Poisoned:
    """A shop, a team and a customer who all write ``text`` wherever they can."""
    _rename(counter, text)
    order = _order(counter, text)
    read_order(counter.desk, str(order.id))
    with writing(counter.desk.engine) as session:
        link = make_link(counter.desk, session, order.id)
    browser = requests.Session()
    path = link_address(counter.desk, link).removeprefix(counter.desk.settings.public_url)
    browser.get(counter.url + path, timeout=10)
    case = Poisoned(counter, text, 0, "", browser)
    return _through_the_pages(case, order.lines[0].id)


def _rename(counter: Counter, text: str) -> None:
    with writing(counter.desk.engine) as session:
        for member in session.exec(select(Member)).all():
            member.name = text[:200].replace("\0", "").encode("utf-8", "replace").decode()


def _order(counter: Counter, text: str) -> Any:
    said = text.encode("utf-8", "replace").decode()
    mug = counter.shop.add_product(said, "33.00", sku=said[:40], stock=20)
    billing = {"first_name": said, "last_name": said, "email": "marie@example.com", "country": "FR"}
    meta = {"gift note": said, "_hidden": said, said[:40]: said}
    return counter.shop.place_order(
        [(mug, 3)], billing=billing, payment_method="paypal", fees=[(said, "1.00")], shipping="3.00",
        shipping_title=said, meta=meta,
    )  # fmt: skip


def _through_the_pages(case: Poisoned, line: int) -> Poisoned:
    desk, ask = case.counter.desk, case.get("/returns/ask").text
    typed = {
        "line": line,
        f"quantity-{line}": 1,
        f"reason-{line}": "defective",
        f"note-{line}": case.text[:1990],
    }
    sent = case.post("/returns/ask", ask, **typed, wish="refund", step="send")
    assert sent.status_code == 303, sent.text
    case.number = sent.headers["location"].rsplit("/", 1)[1]
    with reading(desk.engine) as session:
        case.return_id = session.exec(select(Return.id).where(Return.number == case.number)).one() or 0
    operator = find_operator(desk, ALICE)
    decisions.approve(desk, case.return_id, operator, 1)
    page = case.get(f"/returns/r/{case.number}").text
    case.post(f"/returns/r/{case.number}/talk", page, text=case.text[:4000])
    case.post(f"/returns/r/{case.number}/send", page, tracking=case.text[:90])
    if case.text.strip():
        decisions.message(desk, case.return_id, operator, case.text[:2000])
        decisions.hand_over(desk, case.return_id, operator, BOB, case.text[:500])
    case.counter.work(minutes=2)
    case.counter.work(minutes=2)
    return case


def said_in_slack(case: Poisoned) -> Iterator[Any]:
    """Everything that stands in Slack: cards, threads, what only one person sees, modals, the home."""
    slack = case.counter.slack
    assert slack.command(ALICE, CHANNEL, "/returns", case.text[:500]).acked
    slack.open_home(ALICE)
    case.counter.work()
    cards = slack.messages(CHANNEL)
    shown = [*cards, *(one for card in cards for one in slack.thread(card))]
    yield from ({"text": one.text, "blocks": one.all_blocks, "unfurl": one.unfurl} for one in shown)
    alone = [*slack.ephemerals(ALICE), *slack.direct(BOB), *slack.direct(ALICE)]
    yield from ({"text": one.text, "blocks": one.all_blocks} for one in alone)
    home = slack.home(ALICE)
    assert home is not None
    yield home.blocks
    yield from _boxes(case)


def _boxes(case: Poisoned) -> Iterator[Any]:
    """What opens behind each button of the card."""
    slack = case.counter.slack
    (card, *_) = [one for one in slack.messages(CHANNEL) if not one.is_reply and case.number in one.text]
    buttons = [one for one in _parts(card.all_blocks) if one.get("type") == "button" and "url" not in one]
    assert len(buttons) > 2
    for button in buttons:
        assert slack.click(ALICE, card, button["action_id"]).acked
        modal = case.counter.modal()
        yield modal.blocks
        slack.close_modal(ALICE, modal)


def acting(value: Any) -> Iterator[str]:
    """What Slack would obey, hide or carry on, in anything that was sent to it."""
    for said in _texts(value, marked_only=True):
        yield from (found for found in TOKEN.findall(OURS.sub("", said)))
    for said in _texts(value, marked_only=False):
        yield from (f"hides {found!r}" for found in HIDING.findall(said))
    posted = [part for part in _parts(value) if "unfurl" in part]
    yield from (f"unfurls {part}" for part in posted if part["unfurl"].get("unfurl_links", True))
    for part in _parts(value):
        if part.get("type") == "mrkdwn" and part.get("verbatim") is not True:
            yield f"turns names into links: {part}"


def carried(value: Any) -> str:
    """What buttons and fields carry along, which nobody sees.

    Not what a person searched for: the buttons below its answer, which that person alone sees, repeat it.
    """
    names = ("value", "action_id", "block_id", "private_metadata", "callback_id", "url")
    return "\n".join(
        str(part[name])
        for part in _parts(value)
        for name in names
        if name in part and not (name == "value" and _repeats_search(part))
    )


def _repeats_search(part: dict[str, Any]) -> bool:
    return str(part.get("action_id", "")).partition(":")[0] in (ids.SHARE, ids.LIST_PAGE)


def _texts(value: Any, *, marked_only: bool) -> Iterator[str]:
    for part in _parts(value):
        plain = part.get("type") not in ("mrkdwn", None)
        if isinstance(part.get("text"), str) and not (marked_only and plain):
            yield part["text"]


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for part in inner:
        yield from _parts(part)

"""Nothing of a person is written to the log or said in an error, behind every door and every form."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from stripe import WebhookSignature

from bot.commands.logs import OneLine
from bot.desk.access import find_operator
from bot.desk.decisions import approve
from bot.desk.orders import read_order
from bot.desk.portal_links import link_address, make_link
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop.webhooks import sign
from bot.sandbox.slack.outbound import sign as slack_signature
from bot.sandbox.story.people import ALICE, CHANNEL
from handlers.signing import intake_signature
from store.db import writing
from tests.bot.test_pictures import drawn
from tests.counter import Counter, Rma
from tests.handlers.portal.conftest import nonce_of
from tests.handlers.portal.test_canaries import (
    BILLING,
    EMAIL,
    PERSON,
    counter,
    log,
    rename,
    rma,
    secrets,
)

__all__ = ["counter", "log", "rma"]
SAID = (*PERSON, "peculiar-parcel", "peculiar-note")
PHOTO = ("peculiar-file.jpg", drawn(), "image/jpeg")
NO_PHOTO = ("peculiar-file.jpg", b"peculiar-words", "image/jpeg")
AWAY = ("nothing", "shop", "operations", "messages", "photos", "deliveries", "returns", "portal_visits")


@dataclass
class Browser:
    """A customer who has followed their link, and whose pages were loaded before anything went away."""

    url: str
    session: requests.Session
    errors: list[str]
    pages: dict[str, str] = field(default_factory=dict)

    def look(self, *paths: str) -> "Browser":
        self.pages = {path: self.session.get(self.url + path, timeout=20).text for path in paths}
        return self

    def fill(self, page: str, path: str, typed: dict[str, str], **photo: Any) -> None:
        """Send one form. What a page shows again to whoever typed it is no leak; errors of ours are."""
        data = {"nonce": nonce_of(self.pages[page], path), **typed}
        sent = self.session.post(
            self.url + path, data=data, files=photo or None, timeout=20, allow_redirects=False
        )
        assert sent.status_code != 404
        self.errors += [sent.text] if sent.status_code >= 500 else []


@pytest.mark.slow
@pytest.mark.parametrize("away", AWAY)
def test_no_way_and_no_failure_says_anything_of_a_person(
    counter: Counter, rma: Rma, away: str, log: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    errors: list[str] = []
    asked, sent = counter.order(billing=BILLING), counter.open(counter.order(billing=BILLING))
    approve(counter.desk, sent.return_id, find_operator(counter.desk, ALICE), 1)
    counter.work(minutes=1)
    customer = customer_of(counter, (asked, sent, rma), errors)
    with missing(counter, away):
        customer()
        errors += programs(counter, asked)
        team(counter, rma)
    counter.work(minutes=10)
    said = "\n".join([*map(OneLine().format, log.records), *capfd.readouterr(), *errors]).lower()
    assert len(errors) > 5, "nothing went wrong, so this proves little"
    assert [one for one in (*SAID, *secrets(counter)) if one.lower() in said] == []


@contextmanager
def missing(counter: Counter, away: str) -> Iterator[None]:
    """The shop fails at whatever it is asked, or a table is not there."""
    if away == "nothing":
        yield
    elif away == "shop":
        counter.faults.plan("shop", Fault.HTML_AFTER, times=100)
        yield
        counter.work(minutes=1)
        counter.faults.clear()
    else:
        rename(counter, away, "elsewhere")
        yield
        rename(counter, "elsewhere", away)


def customer_of(counter: Counter, of: tuple[shops.Order, Rma, Rma], errors: list[str]) -> Callable[[], None]:
    """What customers do with every form, ready to be done."""
    asked, sent, rma = of
    line = read_order(counter.desk, str(asked.id)).products[0].line_id
    ask = {"line": str(line), f"quantity-{line}": "1", f"reason-{line}": "defective", "wish": "refund"}
    noted = {**ask, f"note-{line}": "peculiar-note"}
    follow, talk = f"/returns/r/{sent.number}", f"/returns/r/{rma.number}/talk"
    asker = browser(counter, errors, asked.id).look("/returns/", "/returns/ask")
    sender = browser(counter, errors, sent.order.id, sent.return_id).look(follow)
    writer = browser(counter, errors, rma.order.id, rma.return_id).look(talk)

    def do() -> None:
        for email in (EMAIL, "zenobia@", "peculiar-words" * 100):
            asker.fill("/returns/", "/returns/", {"number": str(asked.id), "email": email})
        for chosen in (PHOTO, NO_PHOTO):
            asker.fill(
                "/returns/ask", "/returns/ask", {**noted, "step": "review"}, **{f"file-{line}": chosen}
            )
            writer.fill(talk, talk, {"text": "Zenobia says peculiar-words"}, file=chosen)
        asker.fill("/returns/ask", "/returns/ask", {**noted, "step": "send"})
        for number in ("peculiar-parcel", "peculiar-parcel" * 100):
            sender.fill(follow, f"{follow}/send", {"tracking": number})
        sender.fill(follow, f"{follow}/cancel", {})

    return do


def browser(counter: Counter, errors: list[str], order_id: int, return_id: int | None = None) -> Browser:
    read_order(counter.desk, str(order_id))
    with writing(counter.desk.engine) as session:
        link = make_link(counter.desk, session, order_id, return_id)
    visitor = requests.Session()
    visitor.headers["Connection"] = "close"  # the desk ends what is quiet for five seconds, maybe just now
    address = link_address(counter.desk, link).removeprefix(counter.desk.settings.public_url)
    visitor.get(counter.url + address, timeout=20)
    return Browser(counter.url, visitor, errors)


def programs(counter: Counter, order: shops.Order) -> Iterator[str]:
    """Signed requests of shop, bank and other programs, whole and with mistakes; what errors answered."""
    item = {"line": order.lines[0].id, "quantity": 1, "note": "peculiar-note"}
    whole = {"request_id": "peculiar-words", "order": str(order.id), "email": EMAIL, "items": [item]}
    wrong = ({"email": "zenobia@example.com"}, {"order": "999999"}, {"odd": "peculiar-words"})
    person = {"id": order.id, "billing": BILLING, "customer_note": "peculiar-words"}
    event = {"id": "evt_1", "object": "event", "type": "refund.failed", "data": {"object": person}}
    bodies = (whole, *({**whole, **one, "request_id": "another"} for one in wrong), person, event)
    for said in (*map(json.dumps, bodies), json.dumps(event)[:-3], "[]", '"peculiar-words"'):
        for path, headers in signed(counter, said.encode()):
            answer = requests.post(counter.url + path, data=said.encode(), headers=headers, timeout=20)
            if answer.status_code >= 400:
                yield answer.text


def signed(counter: Counter, body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """The doors for programs, each with its right signature."""
    settings = counter.desk.settings
    secret = settings.woocommerce_webhook_secret.get_secret_value()
    yield (
        "/webhooks/woocommerce",
        {
            "content-type": "application/json",
            "x-wc-webhook-topic": "order.updated",
            "x-wc-webhook-id": "3",
            "x-wc-webhook-delivery-id": hashlib.sha256(body).hexdigest()[:30],
            "x-wc-webhook-signature": sign(secret, body),
        },
    )
    of_stripe = settings.stripe_webhook_secret.get_secret_value()
    header = WebhookSignature.generate_signature_header(body.decode(), of_stripe, timestamp=int(time.time()))
    yield "/webhooks/stripe", {"stripe-signature": header}
    of_intake = settings.intake_secret.get_secret_value()
    yield "/api/v1/returns", {"x-returns-signature": intake_signature(body, of_intake, counter.desk.now())}
    slack = slack_signature(counter.sandbox.signing_secret, body)
    yield "/slack/events", {"content-type": "application/json", **slack}


def team(counter: Counter, rma: Rma) -> None:
    """Every button of the card, and a search for the customer."""
    rows = [block["elements"] for block in rma.card.all_blocks if block["type"] == "actions"]
    for button in (one for row in rows for one in row if one["type"] == "button" and "url" not in one):
        counter.slack.click(ALICE, rma.card, button["action_id"])
    for words in ("Zenobia Quartz", EMAIL, "peculiar-words"):
        counter.slack.command(ALICE, CHANNEL, "/returns", words)
    counter.slack.open_home(ALICE)

"""Nothing of a person, and no secret, is ever written to the log, whatever goes wrong on whichever way."""

import json
import logging
from collections.abc import Iterator

import pytest
import requests
from pydantic import SecretStr
from sqlalchemy import Engine, text

from bot.commands.logs import OneLine
from bot.desk.access import find_operator
from bot.desk.decisions import message
from bot.desk.erasure import erase_customer
from bot.desk.portal_links import link_address, make_link
from bot.sandbox.faults import Fault
from bot.sandbox.story.people import ALICE
from store.db import writing
from tests.counter import Counter, Rma, a_counter
from tests.handlers.portal.conftest import nonce_of

EMAIL = "zenobia.quartz@example.com"
PERSON = ("zenobia", "quartz", "0611998877", "peculiar-words", "peculiar-file")
DOORS = ("/slack/events", "/api/v1/returns", "/webhooks/woocommerce", "/webhooks/stripe", "/returns/")
BILLING = {
    "first_name": "Zenobia",
    "last_name": "Quartz",
    "email": EMAIL,
    "phone": "0611998877",
    "country": "FR",
}
SAYS_NOTHING = ("urllib3", "asyncio", "slack_sdk", "slack_bolt", "PIL", "alembic")  # above DEBUG, as we run


@pytest.fixture
def counter(engine: Engine) -> Iterator[Counter]:
    with a_counter(engine) as opened:
        yield opened


@pytest.fixture
def rma(counter: Counter) -> Rma:
    return counter.open(counter.order(billing=BILLING), arrived=True)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that we write from DEBUG on; the libraries as a process of ours lets them."""
    for name in SAYS_NOTHING:
        caplog.set_level(logging.INFO, name)
    caplog.set_level(logging.DEBUG)
    return caplog


def test_nothing_of_a_person_and_no_secret_is_in_the_log(
    counter: Counter, rma: Rma, log: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("bot").debug("the log is at work")
    page = a_visit(counter, rma)
    all_goes_well(counter, rma, page)
    bad_requests(counter)
    the_shop_stumbles(counter, rma)
    the_database_is_away(counter, rma, page)
    erase_customer(counter.desk, EMAIL)
    counter.work(minutes=10)
    shown = OneLine()
    said = "\n".join([*map(shown.format, log.records), *capfd.readouterr()]).lower()
    assert "the log is at work" in said
    assert "parameters hidden" in said, "nothing went wrong, so this proves little"
    assert [one for one in (*PERSON, *secrets(counter)) if one.lower() in said] == []


def a_visit(counter: Counter, rma: Rma) -> requests.Session:
    with writing(counter.desk.engine) as session:
        link = make_link(counter.desk, session, rma.order.id, rma.return_id)
    visitor = requests.Session()
    visitor.headers["Connection"] = "close"  # the desk ends what is quiet for five seconds, maybe just now
    visitor.get(counter.url + link_address(counter.desk, link).removeprefix(counter.desk.settings.public_url))
    return visitor


def all_goes_well(counter: Counter, rma: Rma, visitor: requests.Session) -> None:
    form = visitor.get(counter.url + "/returns/").text
    for email in (EMAIL, "zenobia@", "peculiar-words" * 100):
        typed = {"nonce": nonce_of(form, "/returns/"), "number": str(rma.order.id), "email": email}
        visitor.post(counter.url + "/returns/", data=typed)
    say(counter, rma, visitor)
    message(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Dear Zenobia, peculiar-words")
    counter.work(minutes=2)


def say(counter: Counter, rma: Rma, visitor: requests.Session) -> None:
    """Write, and send what is no photo."""
    path = f"/returns/r/{rma.number}/talk"
    page = visitor.get(counter.url + path).text
    form = {"nonce": nonce_of(page, path), "text": "Zenobia says peculiar-words"}
    visitor.post(counter.url + path, data=form)
    files = {"photos": ("peculiar-file.jpg", b"peculiar-words", "image/jpeg")}
    visitor.post(counter.url + path, data={**form, "nonce": "x"}, files=files)


def bad_requests(counter: Counter) -> None:
    """What is signed badly, is no document at all, or is one of another kind."""
    bodies = (json.dumps({"billing": BILLING, "text": "peculiar-words"}), "payload=peculiar-words", "\x00{")
    for path in DOORS:
        for body in bodies:
            headers = {"X-Slack-Signature": "v0=peculiar-words", "X-Wc-Webhook-Signature": "peculiar-words"}
            requests.post(counter.url + path, data=body, headers=headers, timeout=10)
    for path in ("/returns/l/peculiar-words", "/returns/r/peculiar-words?email=" + EMAIL):
        requests.get(counter.url + path, cookies={"returns": "peculiar-words"}, timeout=10)
    for payload in (
        {"type": "odd", "text": "peculiar-words"},
        {"type": "block_actions", "user": {"id": "peculiar-words"}},
    ):
        counter.send(payload)


def the_shop_stumbles(counter: Counter, rma: Rma) -> None:
    for fault in (Fault.ERROR_AFTER, Fault.HTML_AFTER, Fault.TRUNCATED_AFTER):
        counter.faults.plan("shop", fault)
        requests.post(
            counter.url + "/returns/", data={"number": str(rma.order.id), "email": EMAIL}, timeout=10
        )
        message(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Zenobia, peculiar-words")
        counter.work(minutes=5)


def the_database_is_away(counter: Counter, rma: Rma, visitor: requests.Session) -> None:
    """A table that is missing fails where the values of a statement are at hand."""
    talk = f"/returns/r/{rma.number}/talk"
    asked = {"number": str(rma.order.id), "email": EMAIL}
    for table, path, typed in (
        ("operations", "/returns/", asked),
        ("messages", talk, {"text": "peculiar-words"}),
    ):
        nonce = nonce_of(visitor.get(counter.url + path).text, path)
        rename(counter, table, "elsewhere")
        answer = visitor.post(counter.url + path, data={"nonce": nonce, **typed}, timeout=10)
        rename(counter, "elsewhere", table)
        assert answer.status_code >= 500


def rename(counter: Counter, name: str, to: str) -> None:
    with counter.desk.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {name} RENAME TO {to}"))


def secrets(counter: Counter) -> list[str]:
    """Every secret of the settings that is set."""
    settings = counter.desk.settings
    values = [getattr(settings, name) for name in type(settings).model_fields]
    return [one.get_secret_value() for one in values if isinstance(one, SecretStr) and one]

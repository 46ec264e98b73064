"""Whatever somebody writes, wherever they write it: it is kept as it is, and shown as nothing but text."""

import logging
import re
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy import Engine
from sqlmodel import SQLModel

from bot.commands.logs import OneLine
from tests.counter import a_counter
from tests.handlers.portal.conftest import nonce_of
from tests.handlers.portal.doors import Elements, everything, keeps_to_itself, strange
from tests.handlers.portal.sinks import FORM, Poisoned, acting, carried, poisoned, said_in_slack
from tests.payloads import CANARY, EVIL, MARKUP, PAYLOADS, SLACK, UNSEEN

FEW = {
    "markup": MARKUP["double quoted attribute"] + MARKUP["end of a field"],
    "slack": SLACK["everybody"] + SLACK["disguised link"] + SLACK["somebody"],
    "unseen": UNSEEN["terminal"] + UNSEEN["right to left"] + UNSEEN["nul"] + UNSEEN["new header"],
}
ALL = {name: text for name, text in PAYLOADS.items() if name not in FEW}


@pytest.fixture(params=[*FEW, *(pytest.param(name, marks=pytest.mark.slow) for name in ALL)])
def case(
    request: pytest.FixtureRequest, engine: Engine, caplog: pytest.LogCaptureFixture
) -> Iterator[Poisoned]:
    caplog.set_level(logging.INFO)
    with a_counter(engine) as counter:
        yield poisoned(counter, (FEW | ALL)[request.param])


def as_kept(text: str) -> str:
    """What no database keeps and what browsers make of line ends is all that may be another."""
    return text.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "replace").decode()


def test_it_is_kept_whole_and_shown_as_text_everywhere(
    case: Poisoned, caplog: pytest.LogCaptureFixture
) -> None:
    kept_whole(case)
    pages_are_inert(case)
    slack_is_inert(case)
    notes_are_inert(case)
    logs_are_inert(caplog)


def kept_whole(case: Poisoned) -> None:
    kept, text = case.kept(), as_kept(case.text)
    assert kept["note"] == [case.text[:1990].replace("\0", "").strip()]
    assert text[:4000].strip("\n") in kept["message"]
    assert too_long(case) == []
    assert kept["tracking"] == [" ".join(case.text[:90].replace("\0", "").split())]


def too_long(case: Poisoned) -> list[str]:
    """What PostgreSQL would refuse, and SQLite keeps all the same."""
    rows = everything(case.counter.desk)
    return [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if (most := getattr(column.type, "length", None))
        for row in rows[table.name].values()
        if len(row[column.name] or "") > most
    ]


def pages_are_inert(case: Poisoned) -> None:
    said = ""
    for answer in case.pages:
        assert answer.status_code == 200, answer.url
        assert strange(answer.text) == [], answer.url
        keeps_to_itself(answer)
        said += Elements(answer.text).text
    news = case.get(f"/returns/r/{case.number}/news")
    assert news.headers["content-type"] == "application/json"
    assert strange(news.json()["lines"]) == []
    shown = re.sub(r"\s", "", said)
    assert re.sub(r"\s", "", as_kept(case.text)[:80]) in shown
    typed = case.post("/returns/", case.get("/returns/").text, number="", email=case.text[:300])
    assert typed.status_code == 422
    assert strange(typed.text) == []


def slack_is_inert(case: Poisoned) -> None:
    shown = list(said_in_slack(case))
    assert len(shown) >= 10
    assert [found for one in shown for found in acting(one)] == []
    assert not [one for one in (EVIL, CANARY, "<", "\0", "\n\n") if one in carried(shown)]


def notes_are_inert(case: Poisoned) -> None:
    """The shop puts a note into a page and a mail as it is."""
    notes = [one.text for one in case.counter.shop.state.notes.values() if one.customer_note]
    assert len(notes) >= 2
    assert [(tag, note) for note in notes for tag, _ in Elements(note).found] == []
    assert [note for note in notes if Elements(note).declared] == []


def logs_are_inert(caplog: pytest.LogCaptureFixture) -> None:
    """Each entry is one line, and what stands further right below it."""
    for record in (*caplog.get_records("setup"), *caplog.get_records("call")):
        first, *more = OneLine().format(record).split("\n")
        assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ \w", first)
        assert [line for line in more if not line.startswith("    ")] == []


BYTES = {
    "half of a pair": b"%ED%A0%80",
    "no utf-8": b"%ff%fe%C0%AF",
    "bytes as they are": "é".encode("latin-1"),
    "utf-7": b"%2BADw-script%2BAD4-",
}


@pytest.mark.parametrize("name", BYTES)
def test_what_is_no_text_at_all_is_taken_as_well_as_it_can_be(engine: Engine, name: str) -> None:
    with a_counter(engine) as counter:
        case = poisoned(counter, "x")
        path = f"/returns/r/{case.number}/talk"
        nonce = nonce_of(case.get(f"/returns/r/{case.number}").text, path).encode()
        body = b"nonce=" + nonce + b"&text=a" + BYTES[name] + b"z"
        answer = case.browser.post(counter.url + path, data=body, headers=FORM, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert re.fullmatch("a(\ufffd+|\\+ADw-script\\+AD4-)z", case.kept()["message"][-1])
        assert strange(answer.text) == []


@pytest.mark.parametrize(
    "path",
    [
        f"/returns/?lang=en%0d%0aSet-Cookie:%20{EVIL}=1",
        f"/returns/l/x%0d%0aLocation:%20http://{CANARY}/",
        f"/returns/r/x%0d%0aX-{EVIL}:%201",
        f"/returns/%0d%0aX-{EVIL}:%201",
        f"/returns/static/x%0d%0aX-{EVIL}:%201",
        f"/returns//{CANARY}/%2e%2e",
        f"/returns/mine?next=//{CANARY}/",
    ],
)
def test_nothing_in_an_address_becomes_a_header(case_less: str, path: str) -> None:
    wish = {"accept-language": f"fr;{EVIL}", "cookie": f"returns_language={EVIL}; returns_visit={EVIL}"}
    answer = requests.get(case_less + path, headers=wish, timeout=10, allow_redirects=False)
    assert answer.status_code in (200, 404)
    assert EVIL not in str(answer.headers)
    assert CANARY not in str(answer.headers)
    assert strange(answer.text) == []


@pytest.fixture
def case_less(engine: Engine) -> Iterator[str]:
    """The doors, and nobody yet."""
    with a_counter(engine) as counter:
        yield counter.url

"""Slack's door: only what Slack signed just now comes in, once, and garbage leaves no trace."""

import json
import logging
import time
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from bot.sandbox.slack.outbound import FORM, JSON, encoded, sign
from bot.sandbox.story.people import ALICE, BOB
from tests.counter import Counter, Rma

CANARY = "Marie Dupont"  # a name that stands in every payload below and belongs into no log


@pytest.fixture
def rma(counter: Counter) -> Rma:
    return counter.open()


def captured(counter: Counter, rma: Rma, action: str = "take") -> dict[str, Any]:
    """A click as Slack would send it, held back."""
    with counter.held_back():
        return counter.slack.click(ALICE, rma.card, action).payload


def body_of(payload: dict[str, Any]) -> bytes:
    return encoded("interactive", payload)[0]


def post(counter: Counter, body: bytes, headers: dict[str, Any], kind: str = FORM) -> requests.Response:
    told = {"Content-Type": kind, **headers}
    return requests.post(counter.url + "/slack/events", data=body, headers=told, timeout=10)


def signed(counter: Counter, body: bytes, kind: str = FORM, **more: Any) -> requests.Response:
    return post(counter, body, sign(counter.sandbox.signing_secret, body, **more), kind)


def owner(rma: Rma) -> str | None:
    return rma.case.owner.user_id if rma.case.owner else None


def stays_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of the request is in the log, and nothing went wrong in a way nobody foresaw."""
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []
    assert CANARY not in caplog.text


def test_what_slack_signed_just_now_comes_in(counter: Counter, rma: Rma) -> None:
    assert signed(counter, body_of(captured(counter, rma))).status_code == 200
    assert owner(rma) == ALICE


def forgeries(counter: Counter, body: bytes) -> dict[str, dict[str, Any]]:
    """Headers that do not prove anything."""
    secret, now = counter.sandbox.signing_secret, time.time()
    good = sign(secret, body)
    stamp, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
    return {
        "nothing": {},
        "no signature": {stamp: good[stamp]},
        "no timestamp": {signature: good[signature]},
        "another secret": sign("another", body),
        "an empty secret": sign("", body),
        "another body": sign(secret, body + b"&x=1"),
        "six minutes old": sign(secret, body, now - 360),
        "six minutes ahead": sign(secret, body, now + 360),
        "the signature of another moment": {**good, stamp: str(int(now) - 1)},
        "a word for a timestamp": {**good, stamp: "yesterday"},
        "a fraction for a timestamp": {**good, stamp: f"{now:.3f}"},
        "a negative timestamp": {**good, stamp: f"-{int(now)}"},
        "a timestamp in other digits": {**good, stamp: "١٢٣٤٥٦٧٨٩٠".encode()},
        "a timestamp without end": {**good, stamp: "9" * 4000},
        "a signature outside of ASCII": {**good, signature: "v0=é".encode("latin-1")},
        "a signature of no length": {**good, signature: "v0="},
        "a signature cut short": {**good, signature: good[signature][:-1]},
        "the signature without its version": {**good, signature: good[signature][3:]},
        "the signature in capitals": {**good, signature: good[signature].upper()},
    }


def test_no_forged_click_comes_in(counter: Counter, rma: Rma, caplog: pytest.LogCaptureFixture) -> None:
    body = body_of(captured(counter, rma))
    before = counter.everything()
    caplog.set_level(logging.DEBUG)
    for name, headers in forgeries(counter, body).items():
        answer = post(counter, body, headers)
        assert answer.status_code == 401, name
        assert "Traceback" not in answer.text
        assert CANARY not in answer.text
    assert counter.everything() == before
    stays_quiet(caplog)


def test_one_altered_byte_is_noticed_wherever_it_is(counter: Counter, rma: Rma) -> None:
    body = body_of(captured(counter, rma))
    headers = sign(counter.sandbox.signing_secret, body)
    before = counter.everything()
    for place in (0, len(body) // 2, len(body) - 1):
        altered = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert post(counter, altered, headers).status_code == 401
    assert counter.everything() == before


def test_a_delivery_that_comes_three_times_is_carried_out_once(counter: Counter, rma: Rma) -> None:
    body = body_of(captured(counter, rma))
    headers = sign(counter.sandbox.signing_secret, body)
    assert post(counter, body, headers).status_code == 200
    taken = counter.everything()
    for _ in range(2):
        assert post(counter, body, headers).status_code == 200
    assert counter.everything() == taken


def test_a_delivery_that_comes_again_with_a_fresh_signature_is_still_the_same(
    counter: Counter, rma: Rma
) -> None:
    body = body_of(captured(counter, rma))
    assert signed(counter, body).status_code == 200
    taken = counter.everything()
    assert signed(counter, body, timestamp=time.time() - 30).status_code == 200
    assert counter.everything() == taken


def test_two_clicks_of_two_people_are_two(counter: Counter, rma: Rma) -> None:
    assert signed(counter, body_of(captured(counter, rma))).status_code == 200
    counter.slack.click(BOB, rma.card, "take")
    counter.work()
    assert "already took it" in counter.told(BOB)[-1]


def click_without(counter: Counter, rma: Rma, *names: str) -> dict[str, Any]:
    return {name: part for name, part in captured(counter, rma).items() if name not in names}


def interaction(payload: Any) -> bytes:
    return urlencode({"payload": payload if isinstance(payload, str) else json.dumps(payload)}).encode()


GARBAGE: dict[str, tuple[bytes, str]] = {
    "no body": (b"", FORM),
    "blanks": (b"   ", FORM),
    "no form": (b"hello world", FORM),
    "half an escape": (b"payload=%7B%22type%22%3A%2", FORM),
    "an escape that is none": (b"payload=%zz&command=%", FORM),
    "not UTF-8": (b"payload=\xff\xfe\x00", FORM),
    "escaped bytes that are not UTF-8": (b"payload=%ff%fe", FORM),
    "JSON where a form is due": (b'{"type":"block_actions"}', FORM),
    "a form where JSON is due": (b"a=b", JSON),
    "no payload": (b"a=b&c=d", FORM),
    "an empty payload": (b"payload=", FORM),
    "a payload that is no JSON": (interaction("{"), FORM),
    "a payload that is a list": (interaction([]), FORM),
    "a payload that is a number": (interaction("5"), FORM),
    "a payload that is nothing": (interaction("null"), FORM),
    "an empty object": (interaction({}), FORM),
    "an unknown type": (interaction({"type": "telepathy", "user": {"id": ALICE}}), FORM),
    "a type that is a number": (interaction({"type": 7, "user": {"id": ALICE}}), FORM),
    "a click without actions": (interaction({"type": "block_actions", "user": {"id": ALICE}}), FORM),
    "a click with no action": (
        interaction({"type": "block_actions", "user": {"id": ALICE}, "actions": []}),
        FORM,
    ),
    "a click by nobody": (interaction({"type": "block_actions", "actions": [{"action_id": "take"}]}), FORM),
    "a click whose user is a word": (
        interaction(
            {"type": "block_actions", "user": ALICE, "actions": [{"action_id": "take", "value": "1:1"}]}
        ),
        FORM,
    ),
    "a submission without a view": (interaction({"type": "view_submission", "user": {"id": ALICE}}), FORM),
    "a submission of a list": (
        interaction({"type": "view_submission", "user": {"id": ALICE}, "view": []}),
        FORM,
    ),
    "a command without a name": (b"user_id=U01ALICE&text=new", FORM),
    "an unknown command": (b"command=%2Frefunds&user_id=U01ALICE&text=all&trigger_id=1", FORM),
    "a list of events": (b"[]", JSON),
    "nothing": (b"null", JSON),
    "an event without an event": (b'{"type":"event_callback","event_id":"Ev1"}', JSON),
    "an event that is a list": (b'{"type":"event_callback","event_id":"Ev2","event":[]}', JSON),
    "an event of a kind nobody asked for": (
        b'{"type":"event_callback","event_id":"Ev3","event":{"type":"team_rename","user":"U01ALICE"}}',
        JSON,
    ),
    "brackets without end": (b"[" * 200_000, JSON),
    "a payload of brackets without end": (b"payload=" + b"[" * 200_000, FORM),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_that_slack_signed_moves_nothing_and_leaves_no_trace(
    counter: Counter, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    body, kind = GARBAGE[name]
    before = {table: rows for table, rows in counter.everything().items() if table != "deliveries"}
    caplog.set_level(logging.DEBUG)
    answer = signed(counter, body, kind)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text
    after = {table: rows for table, rows in counter.everything().items() if table != "deliveries"}
    assert after == before
    stays_quiet(caplog)


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
def test_a_huge_body_is_cut_off_before_anything_is_computed_over_it(counter: Counter, size: int) -> None:
    before = counter.everything()
    assert signed(counter, b"payload=" + b"x" * size).status_code == 413
    assert counter.everything() == before


def test_slacks_look_at_the_certificate_is_answered_and_does_nothing(counter: Counter, rma: Rma) -> None:
    before = counter.everything()
    assert signed(counter, b"ssl_check=1&token=sandbox-verification-token").status_code == 200
    click = body_of(captured(counter, rma)) + b"&ssl_check=1"
    assert post(counter, click, {}).status_code == 401
    assert counter.everything() == before


def test_slacks_handshake_gets_its_challenge_back_only_with_a_signature(counter: Counter) -> None:
    before = counter.everything()
    assert counter.slack.verify_door()
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "c"}).encode()
    assert post(counter, body, {}, JSON).status_code == 401
    assert counter.everything() == before


def test_the_door_is_for_posting_only(counter: Counter) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert requests.request(method, counter.url + "/slack/events", timeout=5).status_code == 405


def test_a_click_from_another_workspace_is_a_strangers(counter: Counter, rma: Rma) -> None:
    payload = captured(counter, rma)
    payload["user"] = {**payload["user"], "id": "U99MALLORY", "team_id": "T99OTHER"}
    payload["team"] = {"id": "T99OTHER", "domain": "other"}
    assert signed(counter, body_of(payload)).status_code == 200
    assert owner(rma) is None


def test_a_users_id_inside_the_button_or_the_message_is_not_who_clicks(counter: Counter, rma: Rma) -> None:
    """Only the user Slack names is the user: nothing a form or a button carries can stand for one."""
    payload = captured(counter, rma)
    payload["user"] = {**payload["user"], "id": "U99MALLORY"}
    payload["message"]["user"] = ALICE
    payload["user_id"] = ALICE
    assert signed(counter, body_of(payload)).status_code == 200
    assert owner(rma) is None


@pytest.mark.parametrize(
    "value", ["", "1", "x:y", "1:1:1", "-1:1", "¹:1", "999999999999999999999999:1", "1:1 OR 1=1"]
)
def test_a_button_with_a_value_of_another_kind_is_answered_politely(
    counter: Counter, rma: Rma, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    payload = captured(counter, rma)
    payload["actions"][0]["value"] = value
    caplog.set_level(logging.DEBUG)
    assert signed(counter, body_of(payload)).status_code == 200
    counter.work()
    assert owner(rma) is None
    assert "no longer available" in counter.told(ALICE)[-1] or "older card" in counter.told(ALICE)[-1]
    stays_quiet(caplog)


def test_a_button_this_release_does_not_have_is_answered_politely(counter: Counter, rma: Rma) -> None:
    payload = captured(counter, rma)
    payload["actions"][0]["action_id"] = "refund_everything"
    assert signed(counter, body_of(payload)).status_code == 200
    counter.work()
    assert "older card" in counter.told(ALICE)[-1]

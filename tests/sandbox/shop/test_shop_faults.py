"""Faults on the line to the sandbox's shop: each name says whether the refund took place, and it did."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from bot.sandbox.fault_answers import BOMB_BYTES
from bot.sandbox.faults import BEFORE, Fault, Faults, Faulty
from bot.sandbox.serving import Service, nobody
from bot.sandbox.shop import Key, Order, Shop, create_app

STATUS = {
    Fault.ERROR_BEFORE: 500,
    Fault.ERROR_AFTER: 500,
    Fault.HTML_AFTER: 200,
    Fault.EMPTY_AFTER: 204,
    Fault.EMPTY_BEFORE: 204,
    Fault.MOVED_BEFORE: 301,
    Fault.REDIRECT_BEFORE: 302,
    Fault.REDIRECT_AFTER: 302,
    Fault.FORBIDDEN_BEFORE: 403,
    Fault.LIMITED_BEFORE: 429,
    Fault.CLOSED_BEFORE: 503,
    Fault.GATEWAY_BEFORE: 502,
    Fault.GATEWAY_AFTER: 502,
    Fault.TIMEOUT_BEFORE: 504,
    Fault.TIMEOUT_AFTER: 504,
    Fault.STRANGE_AFTER: 520,
    Fault.OVERDUE_AFTER: 524,
    Fault.REFUSED_BEFORE: 400,
    Fault.UNAUTHORIZED_BEFORE: 401,
    Fault.DENIED_BEFORE: 403,
    Fault.CONFLICT_BEFORE: 409,
    **{fault: 429 for fault in Fault if fault.value.startswith("busy")},
}
BROKEN_LINE = (
    Fault.LOST_AFTER,
    Fault.LOST_BEFORE,
    Fault.HANG_AFTER,
    Fault.HANG_BEFORE,
    Fault.LATE_AFTER,
    Fault.ENDLESS_AFTER,
)


UNREADABLE = (
    Fault.TRUNCATED_AFTER,
    Fault.NOTICE_AFTER,
    Fault.HTML_AFTER,
    Fault.EMPTY_AFTER,
    Fault.OTHER_CHARSET_AFTER,
)


class Line:
    """A shop with one order, behind a line that can fail."""

    def __init__(self, url: str, shop: Shop, faults: Faults, order: Order, key: Key) -> None:
        self.url, self.shop, self.faults, self.order, self.key = url, shop, faults, order, key

    def refund(self, *, timeout: float = 5) -> requests.Response:
        return requests.post(
            f"{self.url}/wp-json/wc/v3/orders/{self.order.id}/refunds",
            json={"amount": "1.00"},
            auth=(self.key.consumer_key, self.key.consumer_secret),
            headers={"X-Forwarded-Proto": "https"},
            timeout=timeout,
            allow_redirects=False,
        )

    def read(self, **query: str) -> requests.Response:
        return requests.get(
            f"{self.url}/wp-json/wc/v3/orders/{self.order.id}",
            params=query,
            auth=(self.key.consumer_key, self.key.consumer_secret),
            headers={"X-Forwarded-Proto": "https"},
            timeout=5,
        )

    def paid_back(self) -> int:
        return self.shop.ledger.refunded(self.order.id)


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    shop, faults = Shop(), Faults()
    mug = shop.add_product("Mug", "14.99", stock=500)
    with Service(Faulty(create_app(shop), faults, "shop")) as service:
        yield Line(service.url, shop, faults, shop.place_order([(mug, 300)]), shop.key())


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_does_what_its_name_says(line: Line, fault: Fault, capfd: Any) -> None:
    before = line.paid_back()
    line.faults.plan("shop", fault, method="POST", path="/refunds$", seconds=0.1)
    if fault in BROKEN_LINE:
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            line.refund()
    else:
        assert line.refund().status_code == STATUS.get(fault, 201)
    after = before + (0 if fault in BEFORE else 100)
    until = time.monotonic() + 5
    while line.paid_back() != after and time.monotonic() < until:
        time.sleep(0.01)
    assert line.paid_back() == after
    assert line.refund().status_code == 201
    assert capfd.readouterr().err == ""


def test_answers_that_are_not_quite_json_cannot_be_read(line: Line) -> None:
    for fault in UNREADABLE:
        line.faults.plan("shop", fault, method="POST")
        with pytest.raises(requests.JSONDecodeError):
            line.refund().json()


def test_a_slow_answer_outlasts_an_impatient_client_and_the_refund_happens(line: Line) -> None:
    before = line.paid_back()
    line.faults.plan("shop", Fault.SLOW, method="POST", seconds=0.5)
    with pytest.raises(requests.ReadTimeout):
        line.refund(timeout=0.1)
    assert line.paid_back() == before + 100


def test_a_fault_waits_for_its_method_and_path_and_happens_as_often_as_planned(line: Line) -> None:
    line.faults.plan("shop", Fault.ERROR_BEFORE, method="DELETE")
    line.faults.plan("stripe", Fault.ERROR_BEFORE)
    assert line.refund().status_code == 201
    line.faults.clear()
    line.faults.plan("shop", Fault.BUSY, times=2, seconds=7)
    answers = [line.refund() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 201]
    assert answers[0].headers["retry-after"] == "7"


def test_a_spoiled_answer_is_spoiled_in_one_way_only(line: Line) -> None:
    line.faults.plan("shop", Fault.OTHER_AMOUNT_AFTER)
    assert line.refund().json()["amount"] == "2.00"
    line.faults.plan("shop", Fault.DOUBLED_KEYS_AFTER)
    assert line.refund().text.count('"amount":') == 2
    line.faults.plan("shop", Fault.TEXT_NUMBERS_AFTER)
    assert line.refund().json()["id"].isdigit()
    line.faults.plan("shop", Fault.OTHER_TYPE_AFTER)
    answer = line.refund()
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.json()["amount"] == "1.00"
    line.faults.plan("shop", Fault.MARKED_AFTER)
    assert line.refund().content.startswith(b"\xef\xbb\xbf{")


def test_a_bomb_is_small_on_the_line_and_large_in_memory(line: Line) -> None:
    line.faults.plan("shop", Fault.BOMB_AFTER)
    answer = line.refund()
    assert int(answer.headers["content-length"]) < 200_000
    assert len(answer.content) == BOMB_BYTES


def test_a_busy_shop_asks_to_wait_in_every_way_there_is(line: Line) -> None:
    asked = {}
    for fault in (fault for fault in Fault if fault.value.startswith("busy")):
        line.faults.plan("shop", fault, seconds=90)
        asked[fault] = line.refund().headers.get("retry-after")
    then = parsedate_to_datetime(str(asked.pop(Fault.BUSY_DATE_BEFORE)))
    assert timedelta(seconds=80) < then - datetime.now(UTC) < timedelta(seconds=95)
    assert list(asked.values()) == ["90", "0", "-1", "999999", None]


def test_a_cache_answers_with_what_it_heard_the_last_time_but_not_to_a_new_question(line: Line) -> None:
    before = line.read(fields="1").json()["refunds"]
    line.refund()
    line.faults.plan("shop", Fault.STALE, times=2)
    assert line.read(fields="1").json()["refunds"] == before
    assert len(line.read(fields="1", _="now").json()["refunds"]) == len(before) + 1
    assert len(line.read(fields="1").json()["refunds"]) == len(before) + 1


def test_a_request_that_is_late_takes_effect_when_nobody_waits_any_more(line: Line) -> None:
    before = line.paid_back()
    line.faults.plan("shop", Fault.LATE_AFTER, seconds=0.4)
    with pytest.raises(requests.ConnectionError):
        line.refund()
    assert line.paid_back() == before
    threading.Event().wait(0.8)
    assert line.paid_back() == before + 100


def test_a_shop_that_hangs_drops_the_line_in_the_end(line: Line) -> None:
    for fault in (Fault.HANG_BEFORE, Fault.HANG_AFTER):
        line.faults.plan("shop", fault, method="POST", seconds=0.4)
        started = time.monotonic()
        with pytest.raises(requests.ConnectionError):
            line.refund()
        assert time.monotonic() - started > 0.4


def test_an_endless_answer_ends_with_the_client(line: Line) -> None:
    line.faults.plan("shop", Fault.ENDLESS_AFTER, seconds=600)
    with pytest.raises((requests.ConnectionError, requests.ReadTimeout)):
        line.refund(timeout=0.01)
    assert line.refund().status_code == 201


def test_a_storm_lasts_until_its_moment_or_until_it_is_taken_back(line: Line) -> None:
    now = datetime.now(UTC)
    line.faults.storm("shop", until=now + timedelta(minutes=5))
    assert {line.refund().status_code for _ in range(5)} == {429}
    line.faults.clock = lambda: now + timedelta(minutes=5)
    assert line.refund().status_code == 201
    storm = line.faults.storm("shop", Fault.CLOSED_BEFORE)
    assert [plan.number for plan in line.faults.waiting()] == [storm.number]
    assert line.refund().status_code == 503
    line.faults.withdraw(storm.number)
    assert line.refund().status_code == 201


def test_every_service_says_no_in_its_own_words() -> None:
    said = {}
    for service in ("shop", "stripe", "slack"):
        faults = Faults()
        faults.plan(service, Fault.REFUSED_BEFORE)
        with Service(Faulty(create_app(Shop()), faults, service)) as door:
            said[service] = requests.post(door.url, timeout=5).json()
    assert said["shop"]["data"] == {"status": 400}
    assert said["stripe"]["error"]["type"] == "invalid_request_error"
    assert said["slack"] == {"ok": False, "error": "invalid_arguments"}


def test_nobody_answers_where_nobody_is() -> None:
    with nobody() as url, pytest.raises(requests.ConnectionError, match="refused"):
        requests.get(url, timeout=5)

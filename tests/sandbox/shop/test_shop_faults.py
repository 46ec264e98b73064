"""Faults on the line to the sandbox's shop: each name says whether the refund took place, and it did."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bot.sandbox.faults import BEFORE, Fault, Faults, Faulty
from bot.sandbox.serving import Service
from bot.sandbox.shop import Key, Order, Shop, create_app

STATUS = {
    Fault.ERROR_BEFORE: 500,
    Fault.ERROR_AFTER: 500,
    Fault.HTML_AFTER: 200,
    Fault.TIMEOUT_AFTER: 504,
    Fault.TRUNCATED_AFTER: 201,
    Fault.NOTICE_AFTER: 201,
    Fault.FORBIDDEN_BEFORE: 403,
    Fault.REDIRECT_BEFORE: 302,
    Fault.BUSY: 429,
    Fault.SLOW: 201,
}


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

    def paid_back(self) -> int:
        return self.shop.ledger.refunded(self.order.id)


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    shop, faults = Shop(), Faults()
    mug = shop.add_product("Mug", "14.99", stock=50)
    with Service(Faulty(create_app(shop), faults, "shop")) as service:
        yield Line(service.url, shop, faults, shop.place_order([(mug, 30)]), shop.key())


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_does_what_its_name_says(line: Line, fault: Fault, capfd: Any) -> None:
    before = line.paid_back()
    line.faults.plan("shop", fault, method="POST", path="/refunds$", seconds=0.1)
    if fault in STATUS:
        assert line.refund().status_code == STATUS[fault]
    else:
        with pytest.raises(requests.ConnectionError):
            line.refund()
    assert line.paid_back() == before + (0 if fault in BEFORE else 100)
    assert line.refund().status_code == 201
    assert capfd.readouterr().err == ""


def test_answers_that_are_not_quite_json_cannot_be_read(line: Line) -> None:
    for fault in (Fault.TRUNCATED_AFTER, Fault.NOTICE_AFTER, Fault.HTML_AFTER):
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

"""Rules F: plain signs, with the number that is shown, on both sides of their limits."""

from datetime import timedelta
from typing import Any

import pytest

from bot.rules.case import CustomerHistory
from bot.rules.flags import Flag, flags
from store.terms import Reason
from tests import make
from tests.make import money


def found(**given: Any) -> dict[str, Flag]:
    return {flag.name: flag for flag in flags(make.a_case(**given))}


def history(**given: Any) -> dict[str, CustomerHistory]:
    return {"history": CustomerHistory(**given)}


def test_an_ordinary_return_has_no_flags() -> None:
    assert found(**history(orders=9, returns=1, recent_returns=1, average_order=money("99.00"))) == {}


@pytest.mark.parametrize(("before", "there"), [(1, False), (2, True), (7, True)])
def test_three_returns_within_ninety_days(before: int, *, there: bool) -> None:
    flag = found(**history(recent_returns=before)).get("many_returns")
    assert (flag is not None) == there
    if flag:
        assert flag.values["count"] == before + 1


@pytest.mark.parametrize(
    ("orders", "before", "there"), [(3, 2, False), (4, 1, False), (4, 2, True), (9, 4, True)]
)
def test_more_than_half_of_four_orders_came_back(orders: int, before: int, *, there: bool) -> None:
    flag = found(**history(orders=orders, returns=before)).get("high_return_rate")
    assert (flag is not None) == there


def test_the_rate_is_shown_in_percent() -> None:
    flag = found(**history(orders=9, returns=4))["high_return_rate"]
    assert flag.values == {"returns": 5, "orders": 9, "percent": 55}


@pytest.mark.parametrize(("average", "there"), [("33.00", False), ("32.99", True)])
def test_worth_more_than_twice_the_usual_order(average: str, *, there: bool) -> None:
    assert ("unusually_large" in found(**history(average_order=money(average)))) == there


def test_averages_in_another_currency_are_not_compared() -> None:
    assert found(**history(average_order=make.money("1", "JPY"))) == {}


@pytest.mark.parametrize(("minutes", "there"), [(-1, False), (0, True), (59, True), (60, False)])
def test_asked_for_within_the_hour_of_delivery(minutes: int, *, there: bool) -> None:
    opened = make.a_case().opened_at
    order = make.an_order(delivered_at=opened - timedelta(minutes=minutes))
    assert ("asked_at_once" in found(order=order)) == there


def test_pieces_missing_from_a_delivery_the_carrier_noted() -> None:
    missing = make.an_item(reason=Reason.SHORT_SHIPPED)
    noted = {flag.name for flag in flags(make.a_case(missing))}
    not_noted = {flag.name for flag in flags(make.a_case(missing, order=make.an_order(delivered_at=None)))}
    assert ("delivered_but_missing" in noted, "delivered_but_missing" in not_noted) == (True, False)


def test_goods_kept_before() -> None:
    assert found(**history(kept_before=2))["kept_before"].values == {"count": 2}


@pytest.mark.parametrize(("given", "there"), [("100.00", False), ("100.01", True)])
def test_more_store_credit_than_the_limit(given: str, *, there: bool) -> None:
    policy = make.a_policy(credit_limit="100.00")
    assert ("much_credit" in found(policy=policy, **history(credit_given=money(given)))) == there
    assert found(**history(credit_given=money(given))) == {}

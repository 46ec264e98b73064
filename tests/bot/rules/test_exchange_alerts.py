"""What nobody may overlook about an exchange, and how bad it is, in every state it can be in."""

from datetime import timedelta
from typing import Any

import pytest

from bot.rules.alert import Alert, Level
from bot.rules.alerts import alerts, colour
from bot.rules.case import ExchangeState, ReturnCase, StrayPayment
from store.terms import Method, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.make import NOON, money

S = ExchangeState
PAID: dict[str, Any] = {"paid": money("30.00"), "paid_at": NOON, "payment": "pi_1"}
STRAY = StrayPayment(2, money("30.00"), NOON - timedelta(hours=1), "pi_2")


def exchanging(state: ExchangeState, difference: str = "30.00", **given: Any) -> ReturnCase:
    """A return whose goods are back and whose exchange has come so far."""
    status = given.pop("status", ReturnStatus.RECEIVED)
    row = ResolutionStatus.DONE if state is S.DONE else ResolutionStatus.PLANNED
    held = make.a_resolution(row, method=Method.EXCHANGE, amount=money("0.00"))
    wish = make.an_exchange(difference, state=state, **given)
    return make.a_case(status=status, wish=Wish.EXCHANGE, exchange=wish, resolutions=(held,))


def names(case: ReturnCase) -> list[str]:
    return [alert.name for alert in alerts(case)]


def the(name: str, case: ReturnCase) -> Alert:
    return next(alert for alert in alerts(case) if alert.name == name)


@pytest.mark.parametrize(
    ("state", "given", "said", "level"),
    [
        (S.WISHED, {}, "exchange_do_not_refund difference_unpaid", Level.RED),
        (S.UNDER_WAY, {}, "exchange_do_not_refund difference_unpaid", Level.RED),
        (S.UNDER_WAY, {"checking": True}, "exchange_do_not_refund exchange_checking", Level.AMBER),
        (S.AWAITING_PAYMENT, {}, "exchange_do_not_refund difference_unpaid", Level.RED),
        (S.AWAITING_GOODS, PAID, "difference_paid exchange_do_not_refund", Level.GREEN),
        (S.AWAITING_GOODS, {"difference": "0.00"}, "exchange_do_not_refund", Level.RED),
        (S.LAPSED, {}, "exchange_lapsed exchange_do_not_refund", Level.AMBER),
        (S.STUCK, {"trouble": "Why?"}, "exchange_stuck exchange_do_not_refund", Level.AMBER),
        (S.STUCK, {"checking": True}, "exchange_stuck exchange_do_not_refund", Level.AMBER),
        (S.ENDING, PAID, "exchange_ending exchange_do_not_refund", Level.AMBER),
        (S.DONE, {"difference": "-15.00", "due": money("15.00")}, "exchange_due", Level.AMBER),
    ],
)
def test_each_state_says_what_to_do_or_not_to_do(
    state: ExchangeState, given: dict[str, Any], said: str, level: Level
) -> None:
    case = exchanging(state, **given)
    assert set(said.split()) <= set(names(case))
    assert colour(case) is level


def test_of_a_cheaper_replacement_only_the_rest_is_due() -> None:
    """X5: paid 50.00, new 35.00; do not refund 50.00, only 15.00 is due."""
    case = exchanging(S.AWAITING_GOODS, "-15.00", price=money("35.00"), due=money("15.00"))
    values = the("exchange_do_not_refund", case).values
    assert (values["base"], values["due"]) == (money("50.00"), money("15.00"))


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_money_the_shop_has_no_right_to_is_red_on_every_return(status: ReturnStatus) -> None:
    case = exchanging(S.DONE, strays=(STRAY, STRAY), status=status)
    assert names(case)[0] == "stray_payment"
    assert colour(case) is Level.RED
    assert the("stray_payment", case).values["more"] == 1


def test_an_exchange_that_was_called_off_leaves_nothing_behind() -> None:
    gone = make.a_resolution(ResolutionStatus.REFUSED, method=Method.EXCHANGE)
    wish = make.an_exchange(state=S.ENDING, **PAID)
    case = make.a_case(status=ReturnStatus.RECEIVED, wish=Wish.REFUND, exchange=wish, resolutions=(gone,))
    assert names(case) == []


def test_an_exchange_that_got_stuck_while_it_was_called_off_with_its_return_is_still_told() -> None:
    case = exchanging(S.STUCK, trouble="Why?", status=ReturnStatus.CANCELLED)
    assert "exchange_stuck" in names(case)
    assert "exchange_do_not_refund" not in names(case)


def test_calling_off_that_got_stuck_says_so_and_whether_anything_comes_back_is_said() -> None:
    case = exchanging(S.STUCK, trouble="Why?", ending=True, claim=True)
    assert the("exchange_stuck", case).values["ending"] is True
    assert the("exchange_do_not_refund", case).values["claim"] is True


def test_nothing_is_red_while_nobody_knows_whether_a_step_was_done() -> None:
    case = exchanging(S.UNDER_WAY, checking=True, strays=(STRAY,))
    assert min(alert.level for alert in alerts(case)) is Level.AMBER

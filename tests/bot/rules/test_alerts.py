"""What nobody may overlook, worst first, and the colour of the bar."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.rules.alert import Alert, Level
from bot.rules.alerts import ALERTS, alerts, colour
from bot.rules.case import Bank, CaseResolution, CustomerHistory, InformationRequest, ReturnCase
from store.money import Money
from store.terms import Condition, Method, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.make import money

RECEIVED, RESOLVED = ReturnStatus.RECEIVED, ReturnStatus.RESOLVED
EXCHANGE: dict[str, Any] = {"wish": Wish.EXCHANGE, "exchange": make.an_exchange()}


def names(case: ReturnCase) -> list[str]:
    return [alert.name for alert in alerts(case)]


def alert(name: str, case: ReturnCase) -> Alert:
    return next(each for each in alerts(case) if each.name == name)


def test_a_plain_new_return_has_nothing_to_overlook() -> None:
    case = make.a_case()
    assert (alerts(case), colour(case)) == ((), Level.BLUE)


def test_an_exchange_says_in_red_not_to_refund() -> None:
    case = make.a_case(status=RECEIVED, **EXCHANGE)
    assert names(case) == ["exchange_do_not_refund", "difference_unpaid"]
    assert alert("difference_unpaid", case).values["amount"] == money("30.00")
    assert colour(case) is Level.RED


def test_a_paid_difference_turns_the_card_green_and_still_forbids_a_refund() -> None:
    paid = make.an_exchange(paid=money("30.00"), paid_at=make.NOON, payment="pi_3Q")
    case = make.a_case(status=RECEIVED, wish=Wish.EXCHANGE, exchange=paid)
    assert names(case) == ["difference_paid", "exchange_do_not_refund"]
    assert colour(case) is Level.GREEN
    assert alert("difference_paid", case).values["payment"] == "pi_3Q"


@pytest.mark.parametrize("difference", [None, "0.00", "-15.00"])
def test_nothing_is_unpaid_where_nothing_is_owed(difference: str | None) -> None:
    case = make.a_case(wish=Wish.EXCHANGE, exchange=make.an_exchange(difference))
    assert names(case) == ["exchange_do_not_refund"]


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_a_dispute_is_red_whatever_the_status(status: ReturnStatus) -> None:
    case = make.a_case(status=status, order=make.an_order(disputed=True))
    assert names(case)[0] == "disputed"


def test_a_refund_made_elsewhere_is_red_with_its_amount() -> None:
    row = make.a_refund("20.00")
    case = make.a_case(order=make.an_order(refunds=(row,)), outside_refunds=(row,))
    values = alert("refunded_elsewhere", case).values
    assert (values["amount"], values["remaining"]) == (money("20.00"), money("79.00"))
    assert colour(case) is Level.RED


@pytest.mark.parametrize("given", [{"status": "cancelled"}, {"refunds": (make.a_refund("99.00"),)}])
def test_an_order_closed_elsewhere_turns_the_card_grey(given: dict[str, Any]) -> None:
    """S6."""
    order = make.an_order(**given)
    case = make.a_case(order=order, outside_refunds=order.refunds)
    assert (names(case), colour(case)) == (["order_closed_elsewhere"], Level.GREY)


@pytest.mark.parametrize("amount", ["20.00", "99.00"])
def test_money_that_went_back_although_an_exchange_stands_is_red_and_not_the_end(amount: str) -> None:
    order = make.an_order(refunds=(make.a_refund(amount),))
    case = make.a_case(order=order, outside_refunds=order.refunds, **EXCHANGE)
    assert names(case)[:2] == ["exchange_do_not_refund", "refunded_elsewhere"]
    assert colour(case) is Level.RED


def test_a_refund_made_elsewhere_after_a_return_was_settled_is_still_said() -> None:
    done = make.a_case(
        status=RESOLVED, resolutions=(make.a_resolution(),), outside_refunds=(make.a_refund("10.00"),)
    )
    assert names(done) == ["refunded_since", "settled"]
    assert alert("refunded_since", done).values["amount"] == money("10.00")


def test_an_order_we_refund_ourselves_just_now_is_not_closed_elsewhere() -> None:
    order = make.an_order(status="refunded", refunds=(make.a_refund("99.00"),))
    case = make.a_case(order=order, resolutions=(make.a_resolution(ResolutionStatus.IN_DOUBT),))
    assert names(case) == ["answer_unknown"]


def test_an_unknown_answer_says_when_the_desk_looks_again() -> None:
    again = make.NOON + timedelta(seconds=20)
    doubtful = make.a_resolution(ResolutionStatus.IN_DOUBT, asked_at=make.NOON, next_look_at=again)
    case = make.a_case(status=RECEIVED, resolutions=(doubtful,))
    assert (names(case), colour(case)) == (["answer_unknown"], Level.AMBER)
    values = alert("answer_unknown", case).values
    assert (values["reference"], values["next_look_at"]) == ("RMA-1042-R1", again)


def test_what_evidence_cannot_decide_asks_a_person_and_is_not_red_because_it_may_have_been_paid() -> None:
    doubtful = make.a_resolution(
        ResolutionStatus.IN_DOUBT, needs_person=True, why="Look for {what}.", why_values={"what": "re_1"}
    )
    case = make.a_case(status=RECEIVED, resolutions=(doubtful,))
    assert (names(case), colour(case)) == (["needs_person"], Level.AMBER)
    assert alert("needs_person", case).values["why"] == "Look for {what}."


IN_THE_AIR = [
    make.a_resolution(ResolutionStatus.PLANNED),
    make.a_resolution(ResolutionStatus.IN_DOUBT),
    make.a_resolution(ResolutionStatus.IN_DOUBT, needs_person=True),
]


@pytest.mark.parametrize("asked", IN_THE_AIR)
def test_nothing_is_red_and_nobody_is_told_to_pay_while_money_is_in_the_air(asked: CaseResolution) -> None:
    row = make.a_refund("20.00")
    order = make.an_order(disputed=True, refunds=(row,))
    given: dict[str, Any] = {"outside_refunds": (row,), "refund_due_by": date(2026, 11, 1)}
    case = make.a_case(status=RECEIVED, order=order, received_at=make.NOON, resolutions=(asked,), **given)
    assert colour(case) is Level.AMBER
    assert not {"refund_overdue", "refunded_elsewhere", "refund_due_soon"} & set(names(case))
    over = replace(case, resolutions=(replace(asked, status=ResolutionStatus.REFUSED, needs_person=False),))
    assert {"refund_overdue", "refunded_elsewhere"} < set(names(over))
    assert colour(over) is Level.RED


@pytest.mark.parametrize(
    ("status", "name", "level"),
    [
        ("succeeded", "settled", Level.GREEN),
        ("pending", "bank_pending", Level.BLUE),
        ("requires_action", "bank_pending", Level.BLUE),
        ("failed", "bank_returned", Level.RED),
        ("canceled", "bank_returned", Level.RED),
    ],
)
def test_a_refund_is_green_once_the_bank_has_confirmed_it(status: str, name: str, level: Level) -> None:
    done = make.a_resolution(bank=Bank("re_1", status))
    case = make.a_case(status=RESOLVED, closed_at=make.NOON, resolutions=(done,))
    assert (names(case), colour(case)) == ([name], level)


def test_money_the_bank_gave_back_is_red_until_somebody_pays_another_way_or_tries_again() -> None:
    bank = Bank("re_1", "failed", "declined")
    back = make.a_resolution(ResolutionStatus.IN_DOUBT, needs_person=True, bank=bank)
    case = make.a_case(status=RECEIVED, resolutions=(back,))
    assert (names(case), colour(case)) == (["bank_returned"], Level.RED)
    sent = replace(back, status=ResolutionStatus.PLANNED, bank=None, needs_person=False)
    again = replace(case, resolutions=(sent,))
    assert (names(again), colour(again)) == (["sending"], Level.BLUE)
    paid = replace(back, status=ResolutionStatus.DONE, proof="SEPA 8", needs_person=False)
    done = replace(case, status=RESOLVED, closed_at=make.NOON, resolutions=(paid,))
    assert (names(done), colour(done)) == (["settled"], Level.GREEN)


def test_books_that_do_not_follow_the_money_are_somebodys_to_enter() -> None:
    done = make.a_resolution(booked=False)
    case = make.a_case(status=RESOLVED, closed_at=make.NOON, resolutions=(done,))
    assert (names(case), colour(case)) == (["settled"], Level.GREEN)
    stuck = replace(case, resolutions=(replace(done, books_stuck=True),))
    assert (names(stuck), colour(stuck)) == (["not_booked", "settled"], Level.AMBER)


def test_a_decision_on_its_way_is_blue_and_an_exchange_that_stands_is_not_one() -> None:
    case = make.a_case(status=RECEIVED, resolutions=(make.a_resolution(ResolutionStatus.PLANNED),))
    assert names(case) == ["sending"]
    held = make.a_resolution(ResolutionStatus.PLANNED, method=Method.EXCHANGE)
    assert "sending" not in names(make.a_case(resolutions=(held,), **EXCHANGE))


@pytest.mark.parametrize(
    ("method", "name"),
    [(Method.GATEWAY_REFUND, "refused_by_shop"), (Method.STORE_CREDIT, "credit_refused")],
)
def test_a_refusal_is_amber_until_something_else_is_tried(method: Method, name: str) -> None:
    refused = make.a_resolution(ResolutionStatus.REFUSED, method=method, why="No.")
    again = make.a_resolution(ResolutionStatus.PLANNED)
    assert names(make.a_case(status=RECEIVED, resolutions=(refused,))) == [name]
    assert names(make.a_case(status=RECEIVED, resolutions=(refused, again))) == ["sending"]
    given_up = make.a_resolution(ResolutionStatus.REFUSED, method=Method.EXCHANGE)
    assert names(make.a_case(status=RECEIVED, resolutions=(given_up,))) == []


@pytest.mark.parametrize(
    ("given", "name", "level"),
    [
        ({"order": make.an_order(needs_human=("subscription",))}, "needs_human_order", Level.AMBER),
        ({"window_end": date(2026, 11, 22)}, "deadline_passed", Level.AMBER),
        ({"extension": make.an_extension()}, "extended_deadline", Level.BLUE),
        ({"late_reason": "ill", "window_end": date(2026, 11, 22)}, "late_override", Level.BLUE),
        ({"question": InformationRequest("Size?", make.NOON, make.ALICE)}, "question_pending", Level.BLUE),
        ({"history": CustomerHistory(recent_returns=5)}, "flags", Level.BLUE),
        ({"status": RECEIVED, "refund_due_by": date(2026, 11, 24)}, "refund_due_soon", Level.AMBER),
        ({"status": RECEIVED, "refund_due_by": date(2026, 11, 22)}, "refund_overdue", Level.RED),
        ({"status": ReturnStatus.REJECTED}, "rejected", Level.GREY),
        ({"status": ReturnStatus.CANCELLED}, "cancelled", Level.GREY),
        ({"status": ReturnStatus.EXPIRED}, "expired", Level.GREY),
        ({"status": RESOLVED, "resolutions": (make.a_resolution(),)}, "settled", Level.GREEN),
    ],
)
def test_each_alert_stands_alone_with_its_colour(given: dict[str, Any], name: str, level: Level) -> None:
    case = make.a_case(**given)
    assert (names(case), colour(case)) == ([name], level)


def test_an_extension_shows_both_dates_who_and_why() -> None:
    """T3."""
    values = alert("extended_deadline", make.a_case(extension=make.an_extension())).values
    assert values == {
        "old_end": date(2026, 11, 27),
        "new_end": date(2026, 12, 12),
        "by": make.BOB,
        "reason": "parcel lost once",
        "days": 15,
    }


@pytest.mark.parametrize(
    ("received", "name"), [({Condition.GOOD: 3}, "extra_items"), ({Condition.MISSING: 1}, "missing_items")]
)
def test_a_parcel_that_differs_from_the_announcement_is_said(
    received: dict[Condition, int], name: str
) -> None:
    case = make.a_case(make.an_item(received=received), status=RECEIVED)
    assert names(case) == [name]


def test_the_worst_comes_first() -> None:
    case = make.a_case(
        status=RECEIVED,
        order=make.an_order(disputed=True, needs_human=("deposit",)),
        extension=make.an_extension(),
        refund_due_by=date(2026, 11, 22),
    )
    assert names(case) == ["disputed", "refund_overdue", "needs_human_order", "extended_deadline"]


def test_a_settled_card_says_only_that() -> None:
    case = make.a_case(status=RESOLVED, resolutions=(make.a_resolution(),), extension=make.an_extension())
    assert names(case) == ["settled"]
    assert alert("settled", case).values["amount"] == money("61.10")


def test_a_product_that_is_gone_from_the_shop_changes_nothing() -> None:
    """S7: names, numbers and prices are the return's own."""
    order = make.an_order(make.a_line(product_id=0, sku=""))
    case = replace(make.a_case(status=RECEIVED), order=order, stock={})
    assert (names(case), case.items[0].name) == ([], "Mug 1")


def test_a_free_order_is_not_taken_for_one_refunded_elsewhere() -> None:
    case = make.a_case(order=make.an_order(make.a_line(1, "0.00", 2)))
    assert "order_closed_elsewhere" not in names(case)
    assert case.items[0].due == Money.zero("EUR")


def test_every_alert_is_listed_once() -> None:
    assert len({rule.__name__ for rule in ALERTS}) == len(ALERTS)

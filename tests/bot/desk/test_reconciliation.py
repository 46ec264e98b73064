"""What does not agree becomes one row with one card, and closes itself when it agrees again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from bot.desk.orders import plan_poll
from bot.desk.reconciliation import plan_round
from bot.desk.resolution import load_settling
from bot.rules.alert import Level
from bot.rules.alerts import alerts, colour
from bot.rules.proposal import default_choice
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.stripe import Stripe
from store.db import writing
from store.models import Resolution
from store.terms import DifferenceKind, Method, OperationState, ReturnStatus, Wish
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, operations, told, with_a_bank
from tests.bot.desk.books import (
    bookkeeper,
    card_order,
    cards,
    compare_books,
    differences,
    intent,
    kinds,
    refunded,
)
from tests.world import World


@pytest.fixture
def books(world: World) -> World:
    world.journal = bookkeeper(world)
    return world


@pytest.fixture
def stripe(world: World) -> Iterator[Stripe]:
    with with_a_bank(world) as stripe:
        world.journal = bookkeeper(world)
        yield stripe


@pytest.mark.parametrize("method", [Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND])
def test_books_that_agree_are_left_alone(books: World, method: Method) -> None:
    refunded(books, an_order(books), method=method)
    compare_books(books)
    assert [one.evidence["found"] for one in operations(books, "books.order")] == [0]
    assert kinds(books) == []


def test_a_row_that_somebody_deleted_is_found_within_the_hour_and_closes_itself_when_it_is_back(
    books: World,
) -> None:
    order = an_order(books)
    return_id = refunded(books, order)
    (row,) = books.shop.refunds(order.id)
    del books.shop.state.refunds[row.id]
    compare_books(books)
    (found,) = differences(books)
    assert (found.kind, found.return_id, found.order_id) == (DifferenceKind.ROW_GONE, return_id, order.id)
    assert (found.ours_minor, found.shop_minor, found.currency) == (6600, 0, "EUR")
    assert cards(books) == 1
    assert books.case(return_id).order.refunds == ()
    books.shop.state.refunds[row.id] = row
    compare_books(books)
    assert kinds(books) == []
    (settled,) = differences(books, settled=True)
    assert (settled.id, settled.settled_by) == (found.id, None)
    assert books.paid_back(order) == 6600


def test_a_difference_that_is_seen_again_is_the_same_row_and_the_same_card(books: World) -> None:
    order = an_order(books)
    refunded(books, order)
    books.shop.state.refunds.clear()
    compare_books(books)
    (first,) = differences(books)
    compare_books(books)
    (again,) = differences(books)
    assert again.id == first.id
    assert again.seen_again_at > first.seen_again_at
    assert cards(books) == 1
    assert operations(books, "slack.difference")[0].generation == 1


def test_processes_that_ask_and_work_at_once_make_one_round_one_row_and_one_card(books: World) -> None:
    refunded(books, an_order(books))
    books.shop.state.refunds.clear()
    let_pass(books, hours=1)
    workers = [bookkeeper(books) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _worker: plan_round(books.desk), workers))
        list(pool.map(lambda worker: worker.run_all(), workers))
    plan_round(books.desk)
    let_pass(books, minutes=5)
    assert [one.generation for one in operations(books, "books.round")] == [1]
    assert [one.generation for one in operations(books, "books.order")] == [1]
    assert (len(differences(books)), cards(books)) == (1, 1)


def test_what_only_the_bank_can_tell_stays_open_while_it_cannot_be_asked(
    books: World, stripe: Stripe
) -> None:
    order = card_order(books)
    books.open(order)
    stripe.refund_from_plugin(order.transaction_id, 1000)
    compare_books(books)
    assert kinds(books) == [DifferenceKind.BANK_DIFFERS]
    bank = books.desk.payments
    books.desk = replace(books.desk, payments=None)
    books.journal = bookkeeper(books)
    compare_books(books)
    assert kinds(books) == [DifferenceKind.BANK_DIFFERS]
    books.desk = replace(books.desk, payments=bank)


def test_a_refund_that_the_bank_gives_back_long_after_opens_the_return_again_although_nobody_told(
    books: World, stripe: Stripe
) -> None:
    order = card_order(books)
    return_id = refunded(books, order)
    let_pass(books, days=5)
    (paid,) = stripe.all("refund")
    stripe.change_refund(paid["id"], "failed", failure_reason="lost_or_stolen_card")
    compare_books(books)
    case = books.case(return_id)
    assert (case.status, case.closed_at) == (ReturnStatus.RECEIVED, None)
    assert told(books, return_id).count("bank_returned") == 1
    compare_books(books)
    assert kinds(books) == []
    assert stripe.refunded(intent(stripe, order)) == 0


def test_what_the_watch_over_refunds_cannot_open_again_is_a_difference(books: World, stripe: Stripe) -> None:
    order = card_order(books)
    return_id = refunded(books, order)
    (paid,) = stripe.all("refund")
    stripe.change_refund(paid["id"], "failed")
    with writing(books.desk.engine) as session:
        row = session.exec(select(Resolution)).one()
        row.outcome = {**row.outcome, "bank": {**row.outcome["bank"], "status": "failed"}}
        session.add(row)
    compare_books(books)
    (found,) = differences(books)
    assert (found.kind, found.return_id) == (DifferenceKind.BANK_FAILED, return_id)
    assert (found.ours_minor, found.shop_minor, found.bank_minor) == (6600, 6600, 0)


@pytest.mark.parametrize("mishap", [Mishap.PHANTOM_BEFORE, Mishap.PHANTOM_AFTER])
def test_one_payment_that_the_shop_booked_twice_is_found(
    books: World, stripe: Stripe, mishap: Mishap
) -> None:
    order = card_order(books, 4)
    books.shop.plan_mishap(mishap)
    line = order.lines[0].id
    return_id = arrived(books, order, units={line: 2}, late_reason="late")
    decide(books, return_id)
    let_pass(books, minutes=20)
    compare_books(books)
    assert kinds(books) == [DifferenceKind.PHANTOM_ROW]
    (found,) = differences(books)
    assert (found.ours_minor, found.shop_minor, found.bank_minor) == (6600, 13200, 6600)
    del books.shop.state.refunds[found.about["row"]]
    compare_books(books)
    assert kinds(books) == []


def test_a_refund_at_the_bank_itself_is_found_and_goes_once_the_shop_books_it(
    books: World, stripe: Stripe
) -> None:
    order = card_order(books)
    books.open(order)
    stripe.refund_from_plugin(order.transaction_id, 1000, "from Stripe's own page")
    compare_books(books, seconds=5)
    assert kinds(books) == []
    compare_books(books)
    (found,) = differences(books)
    assert (found.kind, found.shop_minor, found.bank_minor) == (DifferenceKind.BANK_DIFFERS, 0, 1000)
    books.shop.refund_by_hand(order.id, "10.00", reason="Refunded via Stripe dashboard")
    compare_books(books)
    assert kinds(books) == []


def test_a_refund_by_hand_is_counted_and_shown_and_is_no_difference(books: World, stripe: Stripe) -> None:
    order = card_order(books)
    return_id = arrived(books, order)
    books.shop.refund_by_hand(order.id, "10.00", via_gateway=True)
    compare_books(books)
    assert kinds(books) == []
    case = books.case(return_id)
    assert [one.amount.minor for one in case.outside_refunds] == [1000]
    assert "refunded_elsewhere" in [one.name for one in alerts(case)]
    settling = load_settling(books.desk, return_id)
    quote = settling.quote(default_choice(settling.case))
    assert (quote.most.minor, quote.remaining_before.minor) == (5600, 5600)
    decide(books, return_id)
    let_pass(books, minutes=20)
    compare_books(books)
    assert kinds(books) == []
    assert "refunded_since" in [one.name for one in alerts(books.case(return_id))]
    assert stripe.refunded(intent(stripe, order)) == 6600


def test_a_refund_by_hand_after_ours_of_the_same_units_is_a_difference(books: World) -> None:
    mug = books.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    cup = books.shop.add_product("Cup", "100.00", sku="CUP", stock=9)
    order = books.order((mug, 2), (cup, 1))
    line = order.lines[0]
    return_id = arrived(books, order, units={line.id: 2})
    decide(books, return_id)
    books.work()
    again = {"id": line.id, "quantity": 2, "refund_total": str(line.total), "refund_tax": []}
    books.shop.refund_by_hand(order.id, "66.00", lines=[again], via_gateway=True)
    compare_books(books)
    (found,) = differences(books)
    assert (found.kind, found.ours_minor, found.shop_minor) == (DifferenceKind.OVER_REFUNDED, 6600, 13200)
    assert found.about["lines"] == ["Mug, white"]
    assert books.paid_back(order) == 13200


@pytest.mark.parametrize("amount", ["10.00", "66.00"])
def test_a_refund_by_hand_while_an_exchange_stands_is_red_at_once(books: World, amount: str) -> None:
    order = an_order(books)
    return_id = books.open(order, Wish.EXCHANGE)
    books.shop.refund_by_hand(order.id, amount, via_gateway=True)
    compare_books(books)
    (found,) = differences(books)
    assert (found.kind, found.return_id) == (DifferenceKind.EXCHANGE_REFUNDED, return_id)
    case = books.case(return_id)
    assert [one.name for one in alerts(case)][:2] == ["exchange_do_not_refund", "refunded_elsewhere"]
    assert colour(case) is Level.RED
    assert books.paid_back(order) == found.shop_minor


def test_units_the_shop_did_not_put_back_are_found_by_its_own_tally(books: World) -> None:
    order = an_order(books)
    books.shop.plan_mishap(Mishap.DIES_BEFORE_RESTOCK)
    refunded(books, order, method=Method.MANUAL_REFUND)
    compare_books(books)
    (found,) = differences(books)
    assert found.kind is DifferenceKind.NOT_RESTOCKED
    assert (found.about["wanted"], found.about["back"]) == (2, 0)


def test_a_late_payment_of_a_refund_that_was_called_refused_is_found(books: World, stripe: Stripe) -> None:
    order = card_order(books)
    return_id = refunded(books, order)
    compare_books(books)
    with books.desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE resolutions SET status = 'refused'")
    compare_books(books)
    (found,) = differences(books)
    assert (found.kind, found.return_id) == (DifferenceKind.TURNED_UP, return_id)
    assert (found.ours_minor, found.shop_minor, found.bank_minor) == (0, 6600, 6600)


def test_a_shop_that_does_not_answer_is_asked_again_and_nothing_is_called_different(books: World) -> None:
    order = an_order(books)
    refunded(books, order)
    books.desk.shop.client.pause = 0
    books.faults.plan("shop", Fault.LOST_BEFORE, times=500)
    compare_books(books)
    assert operations(books, "books.order")[0].state is OperationState.DUE
    assert kinds(books) == []
    books.faults.clear()
    let_pass(books, hours=1)
    assert operations(books, "books.order")[0].state is OperationState.DONE
    assert kinds(books) == []


def test_while_a_decision_is_being_carried_out_nothing_is_compared(books: World) -> None:
    order = an_order(books)
    return_id = arrived(books, order)
    books.shop.plan_mishap(Mishap.DIES_AFTER_MONEY)
    decide(books, return_id)
    books.work()
    plan_round(books.desk)
    books.work()
    assert [one.evidence for one in operations(books, "books.order")] == [{"busy": True}]
    assert books.case(return_id).status is ReturnStatus.RECEIVED


def test_a_return_that_was_settled_long_ago_is_left_alone(books: World) -> None:
    refunded(books, an_order(books))
    let_pass(books, days=31)
    compare_books(books)
    assert operations(books, "books.order") == []


def test_hooks_that_are_all_lost_for_a_day_are_made_up_for_by_asking(books: World) -> None:
    order = an_order(books)
    return_id = books.open(order)
    plan_poll(books.desk)
    books.work()
    let_pass(books, hours=12)
    books.shop.refund_by_hand(order.id, "10.00")
    let_pass(books, hours=12)
    assert books.case(return_id).outside_refunds == ()
    plan_poll(books.desk)
    books.work()
    assert [one.amount.minor for one in books.case(return_id).outside_refunds] == [1000]

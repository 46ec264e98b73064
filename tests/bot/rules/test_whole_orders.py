"""Whole orders, returned in any parts and order: everything paid comes back, and never more."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.rules.choice import ChosenUnits, RefundChoice, RefundQuote, Settlement
from bot.rules.order import LineKind, OrderSnapshot, RefundedLine, ShopRefund
from bot.rules.refund import due_for, remaining_units
from store.money import Money, total
from store.terms import Condition, Method
from tests import make
from tests.bot.rules.orders import mixed_orders, recorded_orders

MIXED, RECORDED = mixed_orders(), recorded_orders()
EVERY = [pytest.param(order, id=f"{order.order_id}-{order.currency}") for order in (*MIXED, *RECORDED)]
QUIET = settings(derandomize=True, deadline=None, max_examples=300)


def manual(*units: ChosenUnits, everything: bool = False) -> RefundChoice:
    return RefundChoice(units, method=Method.MANUAL_REFUND, refund_shipping=everything, reference="T-1")


def quote(order: OrderSnapshot, choice: RefundChoice, settlements: list[Settlement]) -> RefundQuote:
    policy = make.a_policy(currency=order.currency, label_cost="0")
    result = make.a_quote(order, choice, policy=policy, settlements=tuple(settlements))
    assert_adds_up(result, order)
    return result


def assert_adds_up(result: RefundQuote, order: OrderSnapshot) -> None:
    """What holds for every quote whatever was chosen and whatever happened before."""
    none = Money.zero(order.currency)
    assert none <= result.amount <= result.remaining_before
    assert result.remaining_after == result.remaining_before - result.amount
    parts = result.items + result.shipping - result.fee - result.label
    assert result.amount == parts + result.uncovered + result.adjustment
    assert none <= result.kept
    assert none <= result.uncovered
    assert result.tax == total(
        (share.amount for line in result.lines for share in line.taxes), order.currency
    )
    if result.amount:
        assert total((line.gross for line in result.lines), order.currency) == result.amount
    for line in result.lines:
        sign = -1 if line.gross.minor < 0 else 1
        assert all(sign * share.amount.minor >= 0 for share in line.taxes)
        assert sign * line.net.minor >= 0


def single_units(order: OrderSnapshot) -> list[int]:
    return [line.line_id for line in order.products for _ in range(line.quantity)]


@pytest.mark.parametrize("order", EVERY)
def test_shares_of_a_real_order_sum_to_what_was_paid(order: OrderSnapshot) -> None:
    assert total((line.gross for line in order.lines), order.currency) == order.total
    for line in order.lines:
        assert line.net + line.tax == line.gross
        assert (line.gross.minor >= 0) == (line.net.minor >= 0 or not line.gross)


@pytest.mark.parametrize("order", EVERY)
def test_returning_everything_at_once_gives_back_what_was_paid(order: OrderSnapshot) -> None:
    units = tuple(ChosenUnits(line.line_id, line.quantity) for line in order.products)
    result = quote(order, manual(*units, everything=True), [])
    assert result.amount == order.total
    assert not result.adjustment
    by_line = {line.line_id: line for line in order.lines if line.gross}
    for sent in result.lines:
        if sent.gross:
            assert sent.gross == by_line[sent.line_id].gross
            assert sent.taxes == by_line[sent.line_id].taxes


@pytest.mark.parametrize("order", EVERY)
@pytest.mark.parametrize("seed", range(3))
def test_returning_unit_by_unit_in_any_order_gives_back_what_was_paid(
    order: OrderSnapshot, seed: int
) -> None:
    units = single_units(order)
    random.Random(seed).shuffle(units)
    settlements: list[Settlement] = []
    for turn, line_id in enumerate(units, start=1):
        last = turn == len(units)
        result = quote(order, manual(ChosenUnits(line_id, 1), everything=last), settlements)
        settlements.append(make.a_settlement(result, f"RMA-1-R{turn}"))
        assert not result.kept
    assert total((settlement.amount for settlement in settlements), order.currency) == order.total
    for line in order.lines:
        parts = [one for settlement in settlements for one in settlement.lines if one.line_id == line.line_id]
        assert total((one.gross for one in parts), order.currency) == line.gross
        for rate in line.taxes:
            taxes = (share.amount for one in parts for share in one.taxes if share.rate_id == rate.rate_id)
            assert total(taxes, order.currency) == rate.amount


@QUIET
@given(data=some.data(), order=some.sampled_from([*MIXED, *RECORDED]))
def test_whatever_happens_to_an_order_it_never_gives_back_more_than_was_paid(
    data: some.DataObject, order: OrderSnapshot
) -> None:
    """Our returns with deductions and custom amounts, between refunds made in the shop's own pages."""
    settlements: list[Settlement] = []
    for turn in range(data.draw(some.integers(1, 5))):
        if data.draw(some.booleans()):
            order = with_refund(order, data.draw(outside_refunds(order, settlements, 900 + turn)))
            continue
        choice = data.draw(choices(order))
        policy = make.a_policy(
            currency=order.currency, label_cost="4.90", restocking_fee_percent=15, standard_shipping="5"
        )
        result = make.a_quote(order, choice, policy=policy, settlements=tuple(settlements))
        assert_adds_up(result, order)
        settlements.append(make.a_settlement(result, f"RMA-1-R{turn}"))
    ours = total((settlement.amount for settlement in settlements), order.currency)
    assert ours + order.refunded <= order.total
    for line in order.products:
        due = due_for(order, settlements, line.line_id, line.quantity)
        assert Money.zero(order.currency) <= due <= line.gross


def choices(order: OrderSnapshot) -> some.SearchStrategy[RefundChoice]:
    lines = [line.line_id for line in order.products] or [0]
    units = some.builds(
        ChosenUnits, some.sampled_from(lines), some.integers(-1, 6), some.sampled_from(list(Condition))
    )
    amounts = some.none() | some.integers(-5, 20_000).map(lambda minor: Money(minor, order.currency))
    return some.builds(
        RefundChoice,
        units=some.lists(units, max_size=4).map(tuple),
        method=some.sampled_from(list(Method)),
        deduct_label=some.booleans(),
        charge_fee=some.booleans(),
        refund_shipping=some.booleans(),
        custom_amount=amounts,
        goodwill=some.booleans(),
    )


@some.composite
def outside_refunds(
    draw: some.DrawFn, order: OrderSnapshot, settlements: list[Settlement], refund_id: int
) -> ShopRefund:
    """A refund in the shop's own pages: within what remains, with lines that need not fit it."""
    spent = sum(settlement.amount.minor for settlement in settlements)
    amount = draw(some.integers(0, max(0, order.remaining.minor - spent)))
    named = draw(some.lists(some.sampled_from(order.lines), max_size=2, unique_by=lambda line: line.line_id))
    lines = []
    for line in named:
        sign = -1 if line.gross.minor < 0 else 1
        gross = Money(sign * draw(some.integers(0, amount)), order.currency)
        quantity = draw(some.integers(0, 3)) if line.kind is LineKind.PRODUCT else 0
        lines.append(RefundedLine(line.line_id, quantity, gross))
    money = Money(amount, order.currency)
    return ShopRefund(
        refund_id, money, "", paid_back=True, finished=True, created_at=make.NOON, lines=tuple(lines)
    )


def with_refund(order: OrderSnapshot, refund: ShopRefund) -> OrderSnapshot:
    fields = {**vars(order), "refunds": (*order.refunds, refund)}
    return OrderSnapshot(**fields)


@pytest.mark.parametrize("order", [order for order in MIXED if order.currency == "KWD"])
def test_card_refunds_of_three_decimals_end_in_zero_and_miss_less_than_one_step(order: OrderSnapshot) -> None:
    settlements: list[Settlement] = []
    units = single_units(order)
    for turn, line_id in enumerate(units, start=1):
        choice = RefundChoice((ChosenUnits(line_id, 1),), refund_shipping=turn == len(units))
        result = quote(order, choice, settlements)
        assert result.amount.minor % 10 == 0
        settlements.append(make.a_settlement(result, f"RMA-1-R{turn}"))
    given_back = total((settlement.amount for settlement in settlements), "KWD")
    assert 0 <= order.total.minor - given_back.minor < 10
    assert all(not remaining_units(order, settlements, line.line_id) for line in order.products)

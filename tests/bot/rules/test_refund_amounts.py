"""Rules M1 to M15 with their numbers. Twenty percent tax inside unless said."""

import pytest

from bot.rules.choice import RefundQuote, Settlement
from bot.rules.order import OrderSnapshot
from bot.rules.refund import due_for
from store.money import Money
from store.terms import Condition, Method, Reason
from tests import make
from tests.make import money

HALF_AND_TWO_THIRDS = ("66.00", "11.00", "55.00")


def amounts(quote: RefundQuote) -> tuple[str, str, str]:
    """Amount, tax and net."""
    net = quote.amount - quote.tax
    return quote.amount.decimal, quote.tax.decimal, net.decimal


def unit_by_unit(order: OrderSnapshot, *portions: int, **given: object) -> list[RefundQuote]:
    """Quotes of line 1 in portions, each carried out before the next."""
    settlements: list[Settlement] = []
    quotes = []
    for turn, quantity in enumerate(portions, start=1):
        choice = make.a_choice((1, quantity), **given)
        quotes.append(make.a_quote(order, choice, settlements=tuple(settlements)))
        settlements.append(make.a_settlement(quotes[-1], f"RMA-1-R{turn}"))
    return quotes


def test_a_coupon_is_in_the_line_and_two_of_three_pay_two_thirds_of_it() -> None:
    """M1: a fixed coupon of 10.00 over four units takes 2.50 off each, not by value."""
    first, second = make.a_line(1, "99.00", 3), make.a_line(2, "69.00", 1)
    quote = make.a_quote(make.an_order(first, second), make.a_choice((1, 2)))
    assert amounts(quote) == HALF_AND_TWO_THIRDS


def test_what_stays_with_the_customer_keeps_its_share_of_the_coupon() -> None:
    """M2: six of 50.00 at ten percent off; five come back and no coupon is clawed back."""
    order = make.an_order(make.a_line(1, "270.00", 6))
    assert make.a_quote(order, make.a_choice((1, 5))).amount == money("225.00")


def test_units_of_a_line_that_does_not_divide_add_up_one_by_one() -> None:
    quotes = unit_by_unit(make.an_order(make.a_line(1, "100.00", 3)), 1, 1, 1)
    assert [quote.amount.decimal for quote in quotes] == ["33.33", "33.34", "33.33"]
    assert [quote.tax.decimal for quote in quotes] == ["5.56", "5.55", "5.56"]


def test_two_units_then_one_add_up_as_well() -> None:
    quotes = unit_by_unit(make.an_order(make.a_line(1, "100.00", 3)), 2, 1)
    assert [quote.amount.decimal for quote in quotes] == ["66.67", "33.33"]


def test_the_measured_line_of_two_shirts_pays_its_odd_cent_first() -> None:
    line = make.a_line(1, "44.81", 2, taxes={1: "7.47"})
    quotes = unit_by_unit(make.an_order(line), 1, 1)
    assert [quote.amount.decimal for quote in quotes] == ["22.41", "22.40"]
    assert [quote.tax.decimal for quote in quotes] == ["3.74", "3.73"]


def test_a_label_that_was_kept_is_not_paid_out_with_the_next_unit() -> None:
    order = make.an_order()
    first = make.a_quote(order, make.a_choice((1, 2), deduct_label=True))
    third = make.a_quote(order, make.a_choice((1, 1)), settlements=(make.a_settlement(first),))
    assert (first.amount, third.amount) == (money("61.10"), money("33.00"))


@pytest.mark.parametrize(("named", "units", "left"), [(0, 3, "79.00"), (1, 2, "66.00")])
def test_a_refund_made_outside_counts_as_its_units_or_its_amount(named: int, units: int, left: str) -> None:
    refund = make.a_refund("20.00", make.refunded(1, named, "20.00"))
    order = make.an_order(refunds=(refund,))
    assert make.a_quote(order, make.a_choice((1, units))).amount == money(left)
    assert due_for(order, (), 1, units) == money(left)


def test_tax_that_a_refund_outside_left_out_is_due_with_the_units_it_did_not_name() -> None:
    row = make.a_refund("27.50", make.refunded(1, 1, "27.50"))
    assert amounts(make.a_quote(make.an_order(refunds=(row,)), make.a_choice((1, 2)))) == HALF_AND_TWO_THIRDS


def test_tax_fits_inside_what_is_left_of_a_line() -> None:
    row = make.a_refund("98.00", make.refunded(1, 0, "98.00"))
    quote = make.a_quote(make.an_order(refunds=(row,)), make.a_choice((1, 3)))
    assert amounts(quote) == ("1.00", "1.00", "0.00")


def test_our_own_row_in_the_shop_is_not_counted_twice() -> None:
    quote = make.a_quote(choice=make.a_choice((1, 1)))
    row = make.a_refund("33.00", make.refunded(1, 1, "33.00"), refund_id=7, reason="RMA-1042-R1 · thank you")
    for settlement in (make.a_settlement(quote, refund_id=7), make.a_settlement(quote)):
        order = make.an_order(refunds=(row,))
        second = make.a_quote(order, make.a_choice((1, 2)), settlements=(settlement,))
        assert (second.amount, second.remaining_before) == (money("66.00"), money("66.00"))


def test_a_reference_that_only_begins_alike_is_somebody_elses() -> None:
    quote = make.a_quote(choice=make.a_choice((1, 1)))
    row = make.a_refund("33.00", make.refunded(1, 1, "33.00"), reason="RMA-1042-R10 · thank you")
    left = due_for(make.an_order(refunds=(row,)), (make.a_settlement(quote),), 1, 2)
    assert left == money("33.00")


def test_a_full_return_gives_back_the_very_cent_that_was_paid() -> None:
    """M4: ten of 23.90 at a quarter off; the naive sum of 179.26 is refused by the shop."""
    order = make.an_order(make.a_line(1, "179.25", 10, taxes={1: "29.88"}))
    assert amounts(make.a_quote(order, make.a_choice((1, 10)))) == ("179.25", "29.88", "149.37")


def test_a_return_is_clamped_to_what_remains_of_the_order() -> None:
    order = make.an_order(refunds=(make.a_refund("60.00"),))
    quote = make.a_quote(order, make.a_choice((1, 3)))
    assert (quote.amount, quote.adjustment, quote.kept) == (money("39.00"), money("-60.00"), money("0"))
    assert quote.remaining_after == money("0")


def test_two_rates_make_two_tax_entries() -> None:
    """M5: 20 % on 50.00 and 5.5 % on 20.00."""
    order = make.an_order(
        make.a_line(1, "60.00", 1, taxes={1: "10.00"}), make.a_line(2, "21.10", 1, taxes={2: "1.10"})
    )
    quote = make.a_quote(order, make.a_choice((1, 1), (2, 1)))
    assert quote.amount == money("81.10")
    shares = [share for line in quote.lines for share in line.taxes]
    assert [(share.rate_id, share.amount.decimal) for share in shares] == [(1, "10.00"), (2, "1.10")]


def test_tax_is_sent_by_the_rate_the_order_paid() -> None:
    """M6: without refund_tax the shop gives back the net only."""
    (line,) = make.a_quote().lines
    assert (line.quantity, line.net, line.taxes[0].rate_id) == (2, money("55.00"), 1)


@pytest.mark.parametrize("custom", ["0.01", "12.34", "65.99", "66.00"])
def test_lines_always_say_what_the_amount_says(custom: str) -> None:
    """M7: the shop takes any amount for any lines, so ours agree."""
    quote = make.a_quote(choice=make.a_choice((1, 2), custom_amount=custom))
    assert sum(line.gross.minor for line in quote.lines) == quote.amount.minor == money(custom).minor


def test_a_discount_on_the_order_comes_off_a_full_return() -> None:
    """M8: 125.80 of goods less a fee of -10.00 and -2.00 tax."""
    order = make.an_order(make.a_line(1, "125.80", 1), make.a_fee("-12.00"))
    quote = make.a_quote(order, make.a_choice((1, 1)))
    assert quote.amount == quote.items == money("113.80")
    assert [line.gross.decimal for line in quote.lines] == ["125.80", "-12.00"]
    assert quote.lines[1].taxes[0].amount == money("-2.00")


def test_a_discount_on_the_order_is_shared_by_what_the_goods_cost() -> None:
    order = make.an_order(make.a_line(1, "80.00", 2), make.a_line(2, "40.00", 1), make.a_fee("-12.00"))
    first = make.a_quote(order, make.a_choice((1, 1)))
    assert first.amount == due_for(order, (), 1, 1) == money("36.00")
    second = make.a_quote(order, make.a_choice((1, 1), (2, 1)), settlements=(make.a_settlement(first),))
    assert second.amount == money("72.00")


def test_a_discount_shrinks_along_when_a_label_is_deducted() -> None:
    order = make.an_order(make.a_line(1, "125.80", 1), make.a_fee("-12.00"))
    quote = make.a_quote(order, make.a_choice((1, 1), deduct_label=True))
    assert quote.amount == money("108.90")
    assert [line.gross.decimal for line in quote.lines] == ["120.38", "-11.48"]


def test_a_discount_refunded_outside_is_not_taken_off_again() -> None:
    row = make.a_refund("50.90", make.refunded(1, 1, "62.90"), make.refunded(95, 0, "-12.00"))
    order = make.an_order(make.a_line(1, "125.80", 2), make.a_fee("-12.00"), refunds=(row,))
    assert make.a_quote(order, make.a_choice((1, 1))).amount == money("62.90")


def a_shipped_order() -> OrderSnapshot:
    return make.an_order(make.a_line(1, "80.00", 2), make.shipping("12.90"))


def test_a_full_withdrawal_pays_no_more_than_standard_shipping() -> None:
    """M9: express at 12.90, standard at 5.90."""
    policy = make.a_policy(standard_shipping="5.90")
    quote = make.a_quote(a_shipped_order(), make.a_choice((1, 2), refund_shipping=True), policy=policy)
    assert (quote.amount, quote.shipping, quote.most) == (money("85.90"), money("5.90"), money("92.90"))
    assert (quote.lines[1].line_id, quote.lines[1].quantity) == (90, 0)


def test_shipping_is_not_paid_back_unless_it_was_ticked() -> None:
    assert make.a_quote(a_shipped_order(), make.a_choice((1, 2))).amount == money("80.00")


def test_shipping_is_paid_back_once_per_order() -> None:
    first = make.a_quote(a_shipped_order(), make.a_choice((1, 1), refund_shipping=True))
    again = make.a_choice((1, 1), refund_shipping=True)
    second = make.a_quote(a_shipped_order(), again, settlements=(make.a_settlement(first),))
    assert (first.amount, second.amount) == (money("52.90"), money("40.00"))
    assert [problem.field for problem in second.blockers] == ["refund_shipping"]


def test_a_fee_paid_on_top_comes_back_with_shipping_and_the_last_unit() -> None:
    order = make.an_order(make.a_line(1, "80.00", 2), make.shipping(), make.a_fee("3.00"))
    part = make.a_quote(order, make.a_choice((1, 1), refund_shipping=True))
    whole = make.a_quote(order, make.a_choice((1, 2), refund_shipping=True))
    assert (part.amount, whole.amount) == (money("46.00"), order.total)


def test_a_label_comes_off_and_tax_follows_what_is_really_paid() -> None:
    """M10: the quantities stay, so that restocking still works."""
    quote = make.a_quote(choice=make.a_choice((1, 2), deduct_label=True))
    assert amounts(quote) == ("61.10", "10.18", "50.92")
    assert (quote.lines[0].quantity, quote.kept, quote.settled[0].gross) == (2, money("4.90"), money("66.00"))


def test_a_label_dearer_than_the_goods_pays_nothing_and_charges_nothing() -> None:
    """M11: the shop would take 0 "via gateway" and mark it paid back, so nothing may be sent."""
    quote = make.a_quote(make.an_order(make.a_line(1, "4.00", 1)), make.a_choice((1, 1), deduct_label=True))
    assert (quote.amount, quote.uncovered, quote.lines) == (money("0"), money("0.90"), ())
    assert quote.kept == money("4.00")
    assert not quote.blockers
    assert quote.problems[0].values == {"amount": money("0.90")}


@pytest.mark.parametrize(
    "reason",
    [
        Reason.DAMAGED,
        Reason.DEFECTIVE,
        Reason.WRONG_ITEM,
        Reason.NOT_AS_DESCRIBED,
        Reason.SHORT_SHIPPED,
    ],
)
def test_a_fault_of_the_shop_waives_label_and_fee(reason: Reason) -> None:
    """M12."""
    policy = make.a_policy(restocking_fee_percent=15)
    ticked = make.a_choice((1, 2), deduct_label=True, charge_fee=True)
    quote = make.a_quote(choice=ticked, policy=policy, reasons={1: reason})
    assert quote.amount == money("66.00")
    assert [problem.field for problem in quote.problems if problem.warning] == ["charge_anyway"]


def test_a_written_reason_charges_the_label_in_spite_of_the_fault() -> None:
    choice = make.a_choice((1, 2), deduct_label=True, charge_anyway="agreed with the customer")
    assert make.a_quote(choice=choice, reasons={1: Reason.DAMAGED}).amount == money("61.10")


def test_a_fee_is_taken_only_on_goods_without_fault() -> None:
    order = make.an_order(make.a_line(1, "66.00", 1), make.a_line(2, "40.00", 1))
    quote = make.a_quote(
        order,
        make.a_choice((1, 1), (2, 1), charge_fee=True),
        policy=make.a_policy(restocking_fee_percent=15),
        reasons={1: Reason.CHANGED_MIND, 2: Reason.DAMAGED},
    )
    assert quote.fee == money("9.90")


@pytest.mark.parametrize(("label", "paid"), [(False, "56.10"), (True, "51.20")])
def test_the_fee_is_a_share_of_the_goods_before_the_label(label: bool, paid: str) -> None:
    """M13."""
    choice = make.a_choice((1, 2), charge_fee=True, deduct_label=label)
    quote = make.a_quote(choice=choice, policy=make.a_policy(restocking_fee_percent=15))
    assert (quote.fee, quote.amount) == (money("9.90"), money(paid))


@pytest.mark.parametrize(
    ("custom", "goodwill", "fine"),
    [
        ("0.00", False, False),
        ("-1.00", False, False),
        ("0.01", False, True),
        ("66.00", False, True),
        ("66.01", False, False),
        ("66.01", True, True),
        ("99.00", True, True),
        ("99.01", True, False),
    ],
)
def test_a_custom_amount_stays_within_the_goods_and_goodwill_within_the_order(
    custom: str,
    goodwill: bool,
    fine: bool,
) -> None:
    """M14."""
    quote = make.a_quote(choice=make.a_choice((1, 2), custom_amount=custom, goodwill=goodwill))
    assert (not quote.blockers) == fine
    assert money("0") <= quote.amount <= money("99.00")


def test_goodwill_stays_within_its_limit() -> None:
    policy = make.a_policy(goodwill_limit="10.00")
    choice = make.a_choice((1, 2), custom_amount="76.01", goodwill=True)
    quote = make.a_quote(choice=choice, policy=policy)
    assert (quote.most, len(quote.blockers)) == (money("76.00"), 1)


def test_goodwill_above_the_units_is_not_paid_a_second_time_with_the_next_one() -> None:
    generous = make.a_quote(choice=make.a_choice((1, 2), custom_amount="80.00", goodwill=True))
    third = make.a_quote(choice=make.a_choice((1, 1)), settlements=(make.a_settlement(generous),))
    assert third.amount == money("19.00")
    assert due_for(make.an_order(), (make.a_settlement(generous),), 1, 1) == money("19.00")


def test_a_custom_amount_below_the_goods_is_kept_on_purpose() -> None:
    quote = make.a_quote(choice=make.a_choice((1, 2), custom_amount="50.00"))
    assert (quote.kept, quote.adjustment) == (money("16.00"), money("-16.00"))
    third = make.a_quote(choice=make.a_choice((1, 1)), settlements=(make.a_settlement(quote),))
    assert third.amount == money("33.00")


def test_goodwill_for_a_missing_unit_is_money_without_units() -> None:
    choice = make.a_choice((1, 1, Condition.MISSING), custom_amount="10.00", goodwill=True)
    quote = make.a_quote(choice=choice)
    assert not quote.blockers
    assert [(line.quantity, line.gross.decimal) for line in quote.lines] == [(0, "10.00")]


def test_a_custom_amount_in_another_currency_is_refused() -> None:
    choice = make.a_choice((1, 2), custom_amount=Money(1000, "USD"))
    assert make.a_quote(choice=choice).blockers[0].field == "custom_amount"


def test_yen_have_no_decimals() -> None:
    """M15."""
    line = make.a_line(1, "1000", 3, currency="JPY", taxes={1: "91"})
    settlements: list[Settlement] = []
    for turn in range(3):
        policy = make.a_policy(currency="JPY", label_cost="0")
        choice = make.a_choice((1, 1))
        quote = make.a_quote(make.an_order(line), choice, policy=policy, settlements=tuple(settlements))
        settlements.append(make.a_settlement(quote, f"R{turn}"))
    assert [settlement.amount.minor for settlement in settlements] == [333, 334, 333]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.GATEWAY_REFUND, ["3.330", "3.340", "3.330"]),
        (Method.MANUAL_REFUND, ["3.333", "3.334", "3.333"]),
    ],
)
def test_dinars_end_in_zero_on_cards_only(method: Method, expected: list[str]) -> None:
    order = make.an_order(make.a_line(1, "10.000", 3, currency="KWD", taxes={}))
    policy = make.a_policy(currency="KWD", label_cost="0")
    settlements: list[Settlement] = []
    for turn in range(3):
        choice = make.a_choice((1, 1), method=method, reference="T")
        quote = make.a_quote(order, choice, policy=policy, settlements=tuple(settlements))
        settlements.append(make.a_settlement(quote, f"R{turn}"))
    assert [settlement.amount.decimal for settlement in settlements] == expected


def test_a_label_in_fils_leaves_a_card_refund_that_ends_in_zero() -> None:
    order = make.an_order(make.a_line(1, "10.000", 3, currency="KWD", taxes={}))
    choice = make.a_choice((1, 3), deduct_label=True)
    quote = make.a_quote(order, choice, policy=make.a_policy(currency="KWD", label_cost="1.234"))
    assert (quote.amount.decimal, quote.kept.decimal) == ("8.760", "1.240")


def test_a_custom_amount_of_dinars_on_a_card_has_to_end_in_zero() -> None:
    order = make.an_order(make.a_line(1, "10.000", 3, currency="KWD", taxes={}))
    choice = make.a_choice((1, 3), custom_amount=Money(5001, "KWD"))
    quote = make.a_quote(order, choice, policy=make.a_policy(currency="KWD", label_cost="0"))
    assert [problem.values for problem in quote.blockers] == [{"currency": "KWD"}]

"""Rules G1 to G11, S2, X6 and K1 to K4: what a choice is refused for, and what goes back on the shelf."""

from typing import Any

import pytest

from bot.rules.choice import RefundQuote
from bot.rules.refund import possible_methods, quote_for, remaining_units, settled_units
from store.money import Money
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.make import money

MONEY = (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND)


def fields(quote: RefundQuote) -> list[str]:
    """What the blockers are about."""
    return [problem.field for problem in quote.blockers]


def test_units_refunded_in_the_shop_cannot_be_returned_again() -> None:
    """G1: three bought, one refunded in wp-admin, the customer asks for three."""
    order = make.an_order(refunds=(make.a_refund("33.00", make.refunded(1, 1, "33.00")),))
    assert (settled_units(order, (), 1), remaining_units(order, (), 1)) == (1, 2)
    quote = make.a_quote(order, make.a_choice((1, 3)))
    assert quote.blockers[0].values == {"name": "Mug 1", "count": 2}
    assert quote.lines[0].quantity == 2


def test_more_units_refunded_than_bought_leave_none() -> None:
    order = make.an_order(refunds=(make.a_refund("1.00", make.refunded(1, 5, "1.00")),))
    assert remaining_units(order, (), 1) == 0


def test_a_refund_of_an_amount_alone_lowers_what_is_left_of_the_order() -> None:
    """G2."""
    order = make.an_order(
        make.a_line(1, "80.00", 1), make.a_line(2, "20.00", 1), refunds=(make.a_refund("30.00"),)
    )
    quote = make.a_quote(order, make.a_choice((1, 1)))
    assert (quote.amount, quote.most, quote.kept) == (money("70.00"), money("70.00"), money("0"))


def test_units_another_open_return_asks_for_are_taken() -> None:
    """G3."""
    choice = make.a_choice((1, 1))
    assert not make.a_quote(choice=choice, reserved={1: 2}).blockers
    assert fields(make.a_quote(choice=choice, reserved={1: 3})) == ["units"]


def test_store_credit_uses_up_what_can_be_refunded() -> None:
    """G4."""
    order = make.an_order(make.a_line(1, "59.99", 1), make.a_line(2, "40.01", 1))
    credit = make.a_quote(order, make.a_choice((1, 1), method=Method.STORE_CREDIT))
    wanted = make.a_choice((2, 1), custom_amount="50.00", goodwill=True)
    later = make.a_quote(order, wanted, settlements=(make.a_settlement(credit),))
    assert (later.remaining_before, fields(later)) == (money("40.01"), ["custom_amount"])


@pytest.mark.parametrize(
    ("paid", "bonus", "credit"), [("60.00", "3.00", "63.00"), ("59.99", "3.00", "62.99")]
)
def test_a_bonus_comes_on_top_and_stays_outside_of_the_order(paid: str, bonus: str, credit: str) -> None:
    """G5."""
    choice = make.a_choice((1, 1), method=Method.STORE_CREDIT)
    policy = make.a_policy(credit_bonus_percent=5)
    quote = make.a_quote(make.an_order(make.a_line(1, paid, 1)), choice, policy=policy)
    assert (quote.amount, quote.bonus, quote.credit) == (money(paid), money("3.00"), money(credit))


def test_a_bonus_has_a_cap_and_money_has_no_bonus() -> None:
    policy = make.a_policy(credit_bonus_percent=50, credit_bonus_cap="10.00")
    credit = make.a_quote(choice=make.a_choice((1, 2), method=Method.STORE_CREDIT), policy=policy)
    assert (credit.bonus, credit.credit) == (money("10.00"), money("76.00"))
    assert make.a_quote(policy=policy).credit == money("0")


@pytest.mark.parametrize("status", ["pending", "on-hold", "failed", "cancelled", "checkout-draft", "trash"])
@pytest.mark.parametrize("method", MONEY)
def test_an_order_that_was_not_paid_gives_nothing_back(status: str, method: Method) -> None:
    """G6: the shop itself would accept it."""
    choice = make.a_choice((1, 2), method=method, reference="T")
    assert make.a_quote(make.an_order(status=status), choice).blockers


def test_an_order_without_a_payment_date_gives_nothing_back() -> None:
    assert make.a_quote(make.an_order(paid_at=None)).blockers


def test_a_payment_that_cannot_pay_back_offers_the_other_ways() -> None:
    """G7."""
    case = make.a_case(order=make.an_order(gateway_can_refund=False, payment_title="Bank transfer"))
    reasons = possible_methods(case)
    assert [method for method in MONEY if reasons[method] is None] == [
        Method.STORE_CREDIT,
        Method.MANUAL_REFUND,
    ]
    problem = reasons[Method.GATEWAY_REFUND]
    assert problem is not None
    assert problem.values == {"title": "Bank transfer"}


def test_an_order_without_a_payment_method_says_so() -> None:
    order = make.an_order(gateway_can_refund=False, payment_title="")
    assert fields(make.a_quote(order)) == ["method"]


def test_a_gift_card_is_not_paid_back() -> None:
    """G8."""
    order = make.an_order(make.a_line(1, "50.00", 1, gift_card=True))
    assert fields(make.a_quote(order, make.a_choice((1, 1)))) == ["units"]


def test_the_card_never_gets_more_than_it_paid() -> None:
    """G9: 25.00 by gift card and 75.00 by card, of which 60.00 went back before."""
    row = make.a_refund("60.00")
    order = make.an_order(make.a_line(1, "100.00", 5), card_paid=money("75.00"), refunds=(row,))
    to_card = make.a_quote(order, make.a_choice((1, 1), custom_amount="15.01"))
    assert to_card.blockers[0].values == {"amount": money("15.00")}
    assert not make.a_quote(order, make.a_choice((1, 1), custom_amount="15.00")).blockers
    elsewhere = make.a_choice((1, 1), method=Method.MANUAL_REFUND, reference="T")
    assert not make.a_quote(order, elsewhere).blockers


def test_what_went_back_another_way_does_not_count_against_the_card() -> None:
    row = make.a_refund("25.00", paid_back=False)
    order = make.an_order(make.a_line(1, "100.00", 1), card_paid=money("75.00"), refunds=(row,))
    assert not make.a_quote(order, make.a_choice((1, 1))).blockers


def test_a_refund_the_shop_does_not_show_yet_counts_against_the_card() -> None:
    order = make.an_order(make.a_line(1, "100.00", 2), card_paid=money("75.00"))
    sent = make.a_settlement(make.a_quote(order, make.a_choice((1, 1))))
    quote = make.a_quote(order, make.a_choice((1, 1)), settlements=(sent,))
    assert quote.blockers[0].values == {"amount": money("25.00")}


def test_a_disputed_payment_is_not_refunded_through_its_gateway() -> None:
    """G10."""
    order = make.an_order(disputed=True)
    assert fields(make.a_quote(order)) == ["method"]
    credit = make.a_quote(order, make.a_choice((1, 2), method=Method.STORE_CREDIT))
    assert [problem.warning for problem in credit.problems] == [True]


@pytest.mark.parametrize("word", ["subscription", "deposit", "gift_card", "fractional_quantity", "novelty"])
def test_an_unusual_order_needs_an_amount_from_a_person(word: str) -> None:
    """G11."""
    order = make.an_order(needs_human=(word,))
    assert fields(make.a_quote(order)) == ["custom_amount"]
    assert not make.a_quote(order, make.a_choice((1, 2), custom_amount="40.00")).blockers


@pytest.mark.parametrize("method", [*MONEY, Method.EXCHANGE])
def test_an_exchange_blocks_every_refund_of_money(method: Method) -> None:
    case = make.a_case(wish=Wish.EXCHANGE, exchange=make.an_exchange(), status=ReturnStatus.RECEIVED)
    quote = quote_for(case, make.a_choice((1, 2), method=method, reference="T"))
    assert "exchange" in quote.blockers[0].message
    assert all(problem is not None for problem in possible_methods(case).values())


def test_a_cancelled_exchange_lets_money_go_again() -> None:
    given_up = make.a_resolution(ResolutionStatus.REFUSED, method=Method.EXCHANGE)
    case = make.a_case(resolutions=(given_up,), status=ReturnStatus.RECEIVED)
    assert not quote_for(case, make.a_choice((1, 2))).blockers


def test_while_one_settlement_is_under_way_no_other_is_possible() -> None:
    case = make.a_case(resolutions=(make.a_resolution(ResolutionStatus.IN_DOUBT),))
    assert all(problem is not None for problem in possible_methods(case).values())


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"units": []}, "units"),
        ({"units": [(1, 0)]}, "units"),
        ({"units": [(1, -1)]}, "units"),
        ({"units": [(1, 4)]}, "units"),
        ({"units": [(7, 1)]}, "units"),
        ({"units": [(90, 1)]}, "units"),
        ({"units": [(1, 2, Condition.MISSING)]}, "units"),
        ({"units": [(1, 2, Condition.WRONG_ITEM)]}, "units"),
        ({"units": [(1, 2)], "method": Method.MANUAL_REFUND}, "reference"),
        ({"units": [(1, 2)], "method": Method.MANUAL_REFUND, "reference": "  "}, "reference"),
        ({"units": [(1, 2)], "method": Method.EXCHANGE}, "method"),
    ],
)
def test_a_choice_that_makes_no_sense_names_its_field(choice: dict[str, Any], field: str) -> None:
    order = make.an_order(make.a_line(), make.shipping())
    units = choice.pop("units")
    assert field in fields(make.a_quote(order, make.a_choice(*units, **choice)))


def test_what_forbids_comes_before_what_is_merely_said() -> None:
    choice = make.a_choice((1, 4), deduct_label=True, restock=True)
    problems = make.a_quote(choice=choice, reasons={1: Reason.DAMAGED}).problems
    assert [problem.warning for problem in problems] == [False, True, True]


def test_shipping_alone_can_be_paid_back() -> None:
    order = make.an_order(make.a_line(), make.shipping())
    quote = make.a_quote(order, make.a_choice(refund_shipping=True))
    assert (quote.amount, quote.blockers) == (money("6.00"), ())


def test_units_in_two_conditions_count_together() -> None:
    choice = make.a_choice((1, 2), (1, 2, Condition.DAMAGED))
    assert fields(make.a_quote(choice=choice)) == ["units"]


def test_prices_with_other_decimals_than_the_currency_move_no_money() -> None:
    assert make.a_quote(make.an_order(decimals_confirmed=False)).blockers


def test_an_order_given_back_entirely_has_nothing_left() -> None:
    order = make.an_order(refunds=(make.a_refund("99.00"),))
    quote = make.a_quote(order, make.a_choice((1, 1)))
    assert (quote.amount, len(quote.blockers)) == (money("0"), 1)
    assert all(problem for problem in possible_methods(make.a_case(order=order)).values())


def test_a_free_order_can_be_settled_with_nothing() -> None:
    order = make.an_order(make.a_line(1, "0.00", 1))
    quote = make.a_quote(order, make.a_choice((1, 1)))
    assert (quote.amount, quote.blockers) == (money("0"), ())
    assert [problem.warning for problem in quote.problems] == [True]


def test_goods_that_did_not_arrive_are_not_paid() -> None:
    """S2."""
    quote = quote_for(make.a_case(), make.a_choice((1, 2)))
    assert quote.blockers[0].values == {"name": "Mug 1", "count": 0}


@pytest.mark.parametrize("status", [ReturnStatus.RECEIVED, ReturnStatus.RESOLVED])
def test_goods_that_arrived_are_paid(status: ReturnStatus) -> None:
    assert not quote_for(make.a_case(status=status), make.a_choice((1, 2))).problems


def test_goods_may_be_kept_where_the_shop_lets_go_of_them_or_is_at_fault() -> None:
    lenient = make.a_case(policy=make.a_policy(keep_it=True))
    claim = make.a_case(make.an_item(reason=Reason.DAMAGED))
    for case in (lenient, claim):
        quote = quote_for(case, make.a_choice((1, 2)))
        assert [problem.warning for problem in quote.problems] == [True]


def restocked(
    *units: Any, order: Any = None, stock: Any = None, **given: Any
) -> list[tuple[int, int | None]]:
    """Quantity and counter afterwards of what goes back on the shelf."""
    bought = order or make.an_order()
    counters = {line.line_id: make.a_stock(line) for line in bought.products} if stock is None else stock
    choice = make.a_choice(*units, restock=True)
    return [(line.quantity, line.after) for line in make.a_quote(bought, choice, stock=counters).restock]


def test_good_units_go_back_on_the_shelf() -> None:
    assert restocked((1, 2)) == [(2, 5)]


@pytest.mark.parametrize("condition", [Condition.DAMAGED, Condition.MISSING, Condition.WRONG_ITEM])
def test_nothing_but_good_units_goes_back_on_the_shelf(condition: Condition) -> None:
    """K1, S5."""
    assert restocked((1, 1, condition)) == []
    assert restocked((1, 1), (1, 1, condition)) == [(1, 4)]


def test_nothing_goes_back_unless_it_was_ticked() -> None:
    """K2: the shop restocks by default, the desk never does."""
    assert make.a_quote(stock={1: make.a_stock(make.a_line())}).restock == ()


def test_what_the_shop_does_not_count_does_not_go_back_and_is_said() -> None:
    """K3."""
    order = make.an_order()
    for stock in ({}, {1: make.a_stock(order.lines[0], None, managed=False)}):
        assert restocked((1, 2), order=order, stock=stock) == []
        quote = make.a_quote(order, make.a_choice((1, 2), restock=True), stock=stock)
        assert [(problem.field, problem.warning) for problem in quote.problems] == [("restock", True)]


@pytest.mark.parametrize(("out", "expected"), [(0, []), (1, [(1, 4)]), (3, [(2, 5)])])
def test_no_more_goes_back_than_the_shop_took_off_the_shelf(out: int, expected: list[Any]) -> None:
    assert restocked((1, 2), order=make.an_order(make.a_line(reduced_stock=out))) == expected


def test_the_counter_is_never_raised_by_more_units_than_are_left() -> None:
    """K4."""
    order = make.an_order(refunds=(make.a_refund("66.00", make.refunded(1, 2, "66.00")),))
    assert restocked((1, 3), order=order) == [(1, 4)]


def test_two_lines_of_one_product_raise_one_counter() -> None:
    first, second = make.a_line(1, "33.00", 1, product_id=5), make.a_line(2, "33.00", 1, product_id=5)
    assert restocked((1, 1), (2, 1), order=make.an_order(first, second)) == [(1, 4), (1, 5)]


def test_units_that_pay_nothing_still_go_back_on_the_shelf() -> None:
    quote = make.a_quote(
        make.an_order(make.a_line(1, "4.00", 1)),
        make.a_choice((1, 1), deduct_label=True, restock=True),
        stock={1: make.a_stock(make.a_line())},
    )
    assert (quote.amount, quote.lines, quote.restock[0].quantity) == (Money.zero("EUR"), (), 1)

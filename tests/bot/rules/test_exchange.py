"""What an exchange costs: rules X1 to X5, X7, X9 and X10, with their numbers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.exchange import (
    ExchangeBill,
    Replacement,
    Returned,
    Swap,
    as_received,
    exchange_problems,
    write_exchange_bill,
)
from store.money import Money, total


def euro(text: str) -> Money:
    return Money.of(text, "EUR")


def came(paid: str, quantity: int = 1, *, product: int = 20, variation: int = 0, **prices: str) -> Returned:
    known: dict[str, Any] = {name: euro(text) for name, text in prices.items()}
    return Returned(7, product, variation, quantity, euro(paid), **known)


def goes(
    price: str, quantity: int = 1, *, product: int = 30, variation: int = 0, **prices: str
) -> Replacement:
    known: dict[str, Any] = {name: euro(text) for name, text in prices.items()}
    return Replacement(product, variation, "Hoodie", quantity, euro(price), **known)


def bill(*swaps: Swap) -> ExchangeBill:
    return write_exchange_bill(swaps, minimum=euro("0.50"))


def test_the_base_is_what_was_paid() -> None:
    """X1: paid 40.00 of 50.00, another product at 80.00: 40.00 to pay."""
    assert bill(Swap(came("40.00", list_price="50.00"), goes("80.00"))).owed == euro("40.00")


def test_another_size_at_the_same_price_is_an_even_swap() -> None:
    """X2: M was paid 40.00 of 50.00, L costs 50.00: 0.00, not 10.00."""
    returned = came("40.00", variation=1, list_price="50.00", price="50.00")
    result = bill(Swap(returned, goes("50.00", product=20, variation=2)))
    assert result.difference == euro("0.00")
    assert result.waived == euro("0.00")


@pytest.mark.parametrize("prices", [{"list_price": "50.00"}, {"price": "50.00"}, {"regular": "50.00"}])
def test_the_price_of_the_purchase_of_today_and_without_a_sale_each_make_it_even(
    prices: dict[str, str],
) -> None:
    swap = Swap(came("40.00", variation=1, **prices), goes("50.00", product=20, variation=2))
    assert bill(swap).difference == euro("0.00")


def test_equal_regular_prices_make_it_even_when_one_of_the_two_is_on_sale() -> None:
    returned = came("50.00", variation=1, list_price="50.00", price="50.00", regular="50.00")
    assert bill(Swap(returned, goes("35.00", product=20, variation=2, regular="50.00"))).difference == euro(
        "0.00"
    )


def test_the_same_price_of_another_product_is_not_even() -> None:
    assert bill(Swap(came("40.00", list_price="50.00"), goes("50.00"))).owed == euro("10.00")


def test_a_dearer_article_is_paid_for() -> None:
    """X3: paid 50.00, new 80.00: 30.00 to collect, nothing to give back."""
    result = bill(Swap(came("50.00"), goes("80.00")))
    assert (result.owed, result.due) == (euro("30.00"), euro("0.00"))


@pytest.mark.parametrize(("price", "owed", "waived"), [("50.49", "0.00", "0.49"), ("50.50", "0.50", "0.00")])
def test_what_is_too_small_to_charge_is_waived_and_said(price: str, owed: str, waived: str) -> None:
    """X4."""
    result = bill(Swap(came("50.00"), goes(price)))
    assert (result.owed, result.waived) == (euro(owed), euro(waived))


def test_a_small_difference_in_the_customers_favour_is_not_waived() -> None:
    assert bill(Swap(came("50.00"), goes("49.90"))).due == euro("0.10")


def test_of_a_cheaper_article_only_the_difference_is_due() -> None:
    """X5: paid 50.00, new 35.00: 15.00."""
    result = bill(Swap(came("50.00"), goes("35.00")))
    assert (result.owed, result.due) == (euro("0.00"), euro("15.00"))


def test_what_is_dearer_and_what_is_cheaper_is_netted_over_all_lines() -> None:
    result = bill(Swap(came("50.00"), goes("80.00")), Swap(came("50.00"), goes("35.00")))
    assert result.difference == euro("15.00")


def test_of_two_announced_one_arrived_so_one_goes_out() -> None:
    """X7: the difference is that of one unit."""
    swap = as_received(Swap(came("100.00", 2), goes("80.00", 2)), 1)
    assert swap is not None
    assert (swap.returned.quantity, swap.replacement.quantity) == (1, 1)
    assert bill(swap).owed == euro("30.00")


def test_nothing_arrived_means_nothing_goes_out() -> None:
    assert as_received(Swap(came("100.00", 2), goes("80.00", 2)), 0) is None


def test_more_than_announced_changes_nothing() -> None:
    swap = Swap(came("100.00", 2), goes("80.00", 3))
    assert as_received(swap, 5) == swap


def test_units_beyond_an_even_swap_count_for_what_was_paid() -> None:
    two_for_one = Swap(came("80.00", 2, list_price="50.00"), goes("50.00", 1, product=20, variation=2))
    assert bill(two_for_one).due == euro("40.00")
    one_for_two = Swap(came("40.00", 1, list_price="50.00"), goes("50.00", 2, product=20, variation=2))
    assert bill(one_for_two).owed == euro("50.00")


def test_an_exchange_of_an_exchange_counts_what_was_paid_in_the_beginning() -> None:
    """X10: 40.00 paid, swapped even for another size at 50.00, now for another product at 80.00."""
    first = Swap(came("40.00", variation=1, list_price="50.00"), goes("50.00", product=20, variation=2))
    chain = first.returned.paid + bill(first).owed
    again = Swap(came(chain.decimal, variation=2, list_price="50.00"), goes("80.00"))
    assert bill(again).owed == euro("40.00")


def test_the_same_variant_is_no_exchange_but_may_be_a_claim() -> None:
    """X9."""
    swap = Swap(came("50.00", variation=1), goes("50.00", product=20, variation=1))
    assert list(exchange_problems([swap])) == [
        "This is what comes back. Choose another size, colour or product."
    ]
    assert list(exchange_problems([swap], claim=True)) == []


def test_an_exchange_for_nothing_is_refused() -> None:
    assert list(exchange_problems([])) == ["Choose what goes out instead."]
    assert list(exchange_problems([Swap(came("50.00"), goes("80.00", 0))])) == ["Choose at least one unit."]
    with pytest.raises(ValueError, match="at least one article"):
        bill()


@given(
    paid=st.integers(0, 10**6), price=st.integers(0, 10**6), units=st.integers(1, 9), out=st.integers(1, 9)
)
def test_no_cent_is_lost_however_many_units_arrive(paid: int, price: int, units: int, out: int) -> None:
    swap = Swap(
        Returned(1, 1, 0, units, Money(paid, "EUR")), Replacement(2, 0, "x", out, Money(price, "EUR"))
    )
    result = bill(swap)
    assert result.base + result.difference + result.waived == result.price
    arrived = [as_received(swap, number) for number in range(1, units + 1)]
    assert arrived[-1] == swap
    each = swap.returned.paid.allocate([1] * units)
    for number, one in enumerate(arrived, 1):
        assert one is not None
        assert one.returned.paid == total(each[:number], "EUR")
        assert one.replacement.quantity <= max(number, out)

"""An order paid in part by a coupon of the desk's (rules G9 and R4): each unit goes back the way it was paid.

A coupon is no tender to WooCommerce: it lowers the lines themselves, tax included, in equal parts per unit
(recording coupon_redemption). What is left in a line is what the card paid for it, and a refund of a line is
refused or contradicts the books if it is another sum. So the parts go back line by line and not "credit
first"; in total neither the card nor the credit ever gets more than it paid.
"""

import pytest

from bot.rules.credit import REFUNDED, LineShare, returned_share

# Five at 20.00, of which a coupon took 25.00 and the card paid 75.00: 5.00 and 15.00 for each.
FIVE = (LineShare(1, 2500, 5, 7500),)
# One at 40.00 and one at 60.00: 12.50 off each, and 27.50 and 47.50 by card.
TWO = (LineShare(1, 1250, 1, 2750), LineShare(2, 1250, 1, 4750))


@pytest.mark.parametrize(("units", "card", "credit"), [(1, 1500, 500), (2, 3000, 1000), (5, 7500, 2500)])
def test_of_forty_that_come_back_thirty_go_to_the_card_and_ten_to_the_credit(
    units: int, card: int, credit: int
) -> None:
    assert returned_share(2500, FIVE, {1: units}, {1: card}) == credit
    assert card + credit == 2000 * units


def test_of_two_articles_each_takes_its_own_part_along() -> None:
    assert returned_share(2500, TWO, {1: 1}, {1: 2750}) == 1250  # 27.50 and 12.50 are the 40.00
    assert returned_share(2500, TWO, {1: 1, 2: 1}, {1: 2750, 2: 4750}) == 2500


def test_money_without_units_takes_its_part_of_the_credit_along_and_never_more_than_all() -> None:
    assert returned_share(2500, FIVE, {}, {1: 3750}) == 1250
    assert returned_share(2500, FIVE, {1: 5}, {1: 9000}) == 2500
    assert returned_share(2500, FIVE, {}, {}, REFUNDED) == 2500

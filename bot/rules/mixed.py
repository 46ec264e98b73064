"""What goes back to the store credit that helped to pay an order, beside the money (rule G9): a forecast."""

from collections import Counter

from bot.rules.case import ReturnCase
from bot.rules.choice import RefundQuote
from bot.rules.credit import LineShare, returned_share
from store.money import Money


def back_to_credit(case: ReturnCase, quote: RefundQuote) -> Money:
    """What the desk will put back on the credit once this is settled; nothing where none was used.

    A coupon lowers each line by its own part, so with the units that come back their part goes back.
    """
    paid = case.credit_paid.minor if case.credit_paid is not None else 0
    before: Counter[int] = Counter()
    for settlement in case.settlements:
        for line in settlement.lines:
            before[line.line_id] += line.quantity
    after = before.copy()
    for line in quote.settled:
        after[line.line_id] += line.quantity
    shares = _shares(case)
    rise = returned_share(paid, shares, after, {}) - returned_share(paid, shares, before, {})
    return Money(rise, case.order.currency)


def _shares(case: ReturnCase) -> list[LineShare]:
    """What was taken off each line: its price when it was bought, less what was paid for it."""
    return [
        LineShare(
            line.line_id,
            max(0, line.list_price.minor * line.quantity - line.gross.minor),
            line.quantity,
            line.gross.minor,
        )
        for line in case.order.products
        if line.list_price is not None
    ]

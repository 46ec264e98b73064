"""Paying with a gift card: what it takes off an order, and what goes back. Knows no requests.

As the extension does it: the order's total is what the card leaves, the balance is lowered with the order's
first status and given back by itself only where the whole order comes to nothing or is refunded.
"""

from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.records import GiftCardLine, Order
from bot.sandbox.shop.state import State
from bot.sandbox.shop.totals import recalculate

TAKES = ("on-hold", "pending", "processing", "completed")
GIVES_BACK = ("cancelled", "failed", "refunded")


def pay_with(state: State, order: Order, code: str) -> None:
    """Let a card pay as much of the order as it can. Raises ShopError for none and for one switched off."""
    card = next((one for one in state.gift_cards.values() if one.code.upper() == code.upper()), None)
    if card is None or not card.is_active or not card.remaining:
        raise ShopError(400, "woocommerce_rest_gift_card_cannot_apply", f"Gift card code {code} is invalid.")
    recalculate(state, order)
    order.gift_cards.append(GiftCardLine(card.id, card.code, min(card.remaining, order.total)))
    recalculate(state, order)


def follow(state: State, order: Order) -> None:
    """Lower the cards of an order, or give back to them, as its status says."""
    for line in order.gift_cards:
        card = state.gift_cards.get(line.card_id)
        takes, gives_back = order.status in TAKES, order.status in GIVES_BACK
        if card is None or line.taken == takes or not (takes or gives_back):
            continue
        card.remaining += -line.amount if takes else line.amount
        line.taken = takes

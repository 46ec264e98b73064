"""The ways to settle a return. Each is the steps it takes in the shop, in order; nothing else knows them."""

from collections.abc import Mapping

from store.terms import Method

REFUND, BOOK, COUPON, RESTOCK = "shop.refund", "shop.book", "shop.coupon", "shop.restock"
GIFT_CARD = "shop.gift_card"  # in place of COUPON, where the shop has the extension
CREDIT_BALANCE = "shop.credit_balance"  # what a store credit's coupon is still worth

# Money asked of Stripe directly, in place of REFUND; the shop's books follow, a pending refund is watched.
PAYOUT, LATE_BOOK, WATCH = "stripe.refund", "shop.late_book", "stripe.watch"

# An exchange: its order is made, sent or called off; its difference is asked for, looked at, given back.
REPLACE, RELEASE, CANCEL_ORDER = "shop.replace", "shop.release", "shop.cancel_order"
CHECKOUT, CHECKOUT_WATCH, EXPIRE, GIVE_BACK = (
    "stripe.checkout",
    "stripe.checkout_watch",
    "stripe.expire",
    "stripe.give_back",
)
EXCHANGING = frozenset({REPLACE, RELEASE, CANCEL_ORDER, CHECKOUT, CHECKOUT_WATCH, EXPIRE, GIVE_BACK})

AFTER = frozenset({RESTOCK, LATE_BOOK, WATCH})  # what follows a resolution without deciding on it

STEPS: Mapping[Method, tuple[str, ...]] = {
    Method.GATEWAY_REFUND: (REFUND,),
    # The booking comes first: a stop between the two leaves a customer who is visibly owed a coupon, not a
    # coupon beside an open right to the money.
    Method.STORE_CREDIT: (BOOK, COUPON),
    Method.MANUAL_REFUND: (BOOK,),
}


def following(method: Method, kind: str) -> tuple[str, ...]:
    """The steps of ``method`` that come after the step ``kind``."""
    steps = STEPS[method]
    return steps[steps.index(_step(kind)) + 1 :]


def is_first(method: Method, kind: str) -> bool:
    """Whether ``kind`` is the step of ``method`` before which nothing has happened."""
    return STEPS[method][0] == _step(kind)


def _step(kind: str) -> str:
    return {PAYOUT: REFUND, GIFT_CARD: COUPON}.get(kind, kind)

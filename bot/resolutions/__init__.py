"""The ways to settle a return. Each is the steps it takes in the shop, in order; nothing else knows them."""

from collections.abc import Mapping

from store.terms import Method

REFUND, BOOK, COUPON, RESTOCK = "shop.refund", "shop.book", "shop.coupon", "shop.restock"

STEPS: Mapping[Method, tuple[str, ...]] = {
    Method.GATEWAY_REFUND: (REFUND,),
    # The booking comes first: a stop between the two leaves a customer who is visibly owed a coupon, not a
    # coupon beside an open right to the money.
    Method.STORE_CREDIT: (BOOK, COUPON),
    Method.MANUAL_REFUND: (BOOK,),
}

"""Orders where money must not flow as asked: unpaid, disputed, refunded elsewhere, paid by other means."""

from bot.sandbox.shop import Order
from bot.sandbox.story.people import ALICE, BOB
from bot.sandbox.story.teller import Teller


def tell(teller: Teller) -> None:
    """Each order is one guard."""
    _transfer(teller)
    _unpaid(teller)
    _gift_cards(teller)
    _refunded_before(teller)
    _disputed(teller)
    _cancelled(teller)
    _subscription(teller)


def _transfer(teller: Teller) -> None:
    """A bank transfer cannot be sent back by the shop (G7)."""
    hans = teller.customer("Hans", "Vogel", country="DE")
    shirt = (teller.shelf["shirt-l"], 1)
    teller.buys("transfer", hans, shirt, days=12, delivered=7, payment_method="bacs", status="processing")
    teller.asks("transfer", "refund", (0, 1, "wrong_item"), days=4)
    teller.then(BOB, "take", "transfer")


def _unpaid(teller: Teller) -> None:
    """Nothing was ever paid, so nothing can go back (G6)."""
    nora = teller.customer("Nora", "Lind", country="SE")
    scarf = (teller.shelf["scarf"], 1)
    teller.buys("unpaid", nora, scarf, days=5, payment_method="bacs", paid=False)
    teller.asks("unpaid", "refund", (0, 1, "changed_mind"), days=1.1)


def _gift_cards(teller: Teller) -> None:
    """A gift card that was bought stays (G8); an order that one paid for asks for a person (G9)."""
    felix, olga = (
        teller.customer("Félix", "Morel", email="felix@example.com"),
        teller.customer("Olga", "Nowak"),
    )
    shelf = teller.shelf

    def mark(order: Order) -> None:
        line = order.of_kind("line_item")[0]
        line.meta.append(teller.sandbox.shop.state.meta("_ywgc_gift_card_code", ["ABCD-0000-EFGH-1111"]))

    teller.buys("gift-card", felix, (shelf["card"], 1), (shelf["mug"], 1), days=9, delivered=5, after=mark)
    teller.asks("gift-card", "refund", (1, 1, "changed_mind"), days=2.9)
    paid = {"_ywgc_applied_gift_cards": {"WXYZ-2222": 25.0}}
    teller.buys("mixed", olga, (shelf["blanket"], 1), days=16, delivered=12, meta=paid)
    teller.asks("mixed", "refund", (0, 1, "changed_mind"), days=3.5)


def _refunded_before(teller: Teller) -> None:
    """Refunds made in wp-admin: one names a unit (G1), one only an amount (G2), one comes while we look."""
    julie, karl = teller.customer("Julie", "Moreau"), teller.customer("Karl", "Huber", country="AT")
    shelf = teller.shelf
    one_unit = teller.refunded_by_hand(
        9, "36.00", units=1, net="30.00", reason=teller.say("One mug broken", "Un mug cassé")
    )
    teller.buys("one-unit", julie, (shelf["mug"], 3), days=19, delivered=14, after=one_unit)
    teller.asks("one-unit", "refund", (0, 2, "damaged"), days=5)
    goodwill = teller.refunded_by_hand(6, "30.00")
    lines = ((shelf["hoodie-m"], 1), (shelf["poster"], 1, "20.00"))
    teller.buys("goodwill", karl, *lines, days=17, delivered=11, payment_method="paypal", after=goodwill)
    teller.asks("goodwill", "refund", (0, 1, "too_large"), days=2.4)


def _disputed(teller: Teller) -> None:
    """The customer's bank took the payment back: refunding would pay twice (G10)."""
    carl = teller.customer("Carl", "Jensen", country="DK")
    teller.buys("disputed", carl, (teller.shelf["sneakers-42"], 1), days=18, delivered=13)
    teller.then(ALICE, "dispute", "disputed")
    teller.asks("disputed", "refund", (0, 1, "defective"), days=6)


def _cancelled(teller: Teller) -> None:
    """Somebody cancelled the order in wp-admin after the return was opened (S6)."""
    vera = teller.customer("Vera", "Novák", email="vera.novak@example.com", country="CZ")
    teller.buys("cancelled", vera, (teller.shelf["candle"], 1), days=4)
    teller.asks("cancelled", "refund", (0, 1, "late"), days=0.9)
    teller.then(BOB, "cancel", "cancelled")


def _subscription(teller: Teller) -> None:
    """A renewal of a subscription: a person decides, nothing is proposed (G11)."""
    ida = teller.customer("Ida", "Holm", country="DK")
    tea = (teller.shelf["tea"], 2)
    teller.buys("renewal", ida, tea, days=7, delivered=4, meta={"_subscription_renewal": "5312"})
    teller.asks("renewal", "refund", (0, 1, "changed_mind"), days=1.4)

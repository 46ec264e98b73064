"""Orders whose cents are awkward: coupons, two taxes, discounts as fees, other currencies."""

from bot.sandbox.story.people import BOB
from bot.sandbox.story.teller import Teller


def tell(teller: Teller) -> None:
    """Each order is one rule about amounts."""
    _one_cent(teller)
    _two_rates(teller)
    _other_currency(teller)
    _label_above_goods(teller)


def _one_cent(teller: Teller) -> None:
    """Ten napkins less 25 per cent: the lines add up to 179.26, the order to 179.25 (M4)."""
    ana, shelf = teller.customer("Ana", "Ruiz", country="ES"), teller.shelf
    teller.buys("one-cent", ana, (shelf["napkin"], 10), days=20, delivered=16, coupon="quarter")
    teller.asks("one-cent", "refund", (0, 10, "changed_mind"), days=13.1, tracking="JD014600003RU")
    teller.then(BOB, "take", "one-cent")
    teller.then(BOB, "receive", "one-cent")


def _two_rates(teller: Teller) -> None:
    """20 per cent on candles, 5.5 on tea: two taxes in one refund (M5)."""
    ines, shelf = teller.customer("Inês", "Costa", email="ines.costa@example.com", country="PT"), teller.shelf
    teller.buys("two-rates", ines, (shelf["candle"], 1), (shelf["tea"], 1), days=10, delivered=6)
    note = teller.say("One candle has melted.", "Une bougie a fondu.")
    teller.asks("two-rates", "refund", (0, 1, "defective", note), (1, 1, "changed_mind"), days=2.2)


def _other_currency(teller: Teller) -> None:
    """Paid in yen, which have no decimals, in a shop that is set to two (M15)."""
    haruto = teller.customer("Haruto", "Sato", country="JP", city="Osaka")
    tees = (teller.shelf["tee-s"], 3, "1100")
    teller.buys("yen", haruto, tees, days=15, delivered=8, currency="JPY")
    teller.asks("yen", "refund", (0, 1, "too_large"), days=1.8)


def _label_above_goods(teller: Teller) -> None:
    """Returned goods worth less than the label that brings them back (M11)."""
    guest = {"first_name": "Noor", "last_name": "Haddad", "email": "noor@example.com", "country": "BE"}
    tea = (teller.shelf["tea"], 1, "4.00")
    teller.buys("small", guest, tea, (teller.shelf["poster"], 1), days=8, delivered=4)
    teller.asks("small", "refund", (0, 1, "changed_mind"), days=0.6)

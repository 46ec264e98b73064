"""What real shops also have: hostile names, endless ones, products that are gone, customers worth a look."""

from bot.sandbox.shop import Order
from bot.sandbox.story.people import BOB, CHLOE
from bot.sandbox.story.shelf import LONG_NAME
from bot.sandbox.story.teller import Teller


def tell(teller: Teller) -> None:
    """Told first: these cards stand at the top of the channel."""
    _settled_alone(teller)
    _late(teller)
    _hostile(teller)
    _endless(teller)
    _deleted(teller)
    _suspicious(teller)
    _uncounted(teller)


def _settled_alone(teller: Teller) -> None:
    """An old return that nobody took, though the parcel is here: its refund is overdue (T4)."""
    greta = teller.customer("Greta", "Olsen", country="NO")
    teller.buys("overdue", greta, (teller.shelf["scarf"], 1), days=26, delivered=21)
    teller.asks("overdue", "refund", (0, 1, "changed_mind"), days=15)
    teller.then(BOB, "receive", "overdue")


def _late(teller: Teller) -> None:
    """Delivered two months ago: the intake refuses, only the team can open a return (T1)."""
    guest = {"first_name": "Peter", "last_name": "Hall", "email": "peter.hall@example.com", "country": "GB"}
    teller.buys("late", guest, (teller.shelf["blanket"], 1), days=70, delivered=62)


def _hostile(teller: Teller) -> None:
    """Names and notes that try to be something else."""
    who = {
        "first_name": "<!channel>",
        "last_name": '& "Co" <@U01ALICE>',
        "email": "hello+co@example.com",
        "company": "*bold* _co_ `x`",
        "country": "FR",
    }
    teller.buys("hostile", who, (teller.shelf["mug"], 2), days=9, delivered=6)
    note = "</script><img src=x onerror=alert(1)> <https://evil.example|your bank> :tada: `code` &amp; *bold*"
    teller.asks("hostile", "refund", (0, 1, "other", note), days=3.2)


def _endless(teller: Teller) -> None:
    """A product and a name as long as they come."""
    long_name = "Maximiliane-Alexandra Theodora"
    who = teller.customer(long_name, "von und zu Hohenstein-Wittgenstein-Sayn", email="m.a.t@example.com")
    teller.buys("endless", who, (teller.shelf["spread"], 1), (teller.shelf["mug"], 1), days=11, delivered=7)
    language = teller.sandbox.language
    teller.asks("endless", "refund", (0, 1, "not_as_described", LONG_NAME[language] * 3), days=2.1)


def _deleted(teller: Teller) -> None:
    """The product is gone from the shop; the return outlives it (S7)."""
    rosa = teller.customer("Rosa", "Keller", country="CH")

    def delete(_order: Order) -> None:
        product = teller.shelf.products.pop("jacket")
        teller.shelf.today.pop("jacket")
        del teller.sandbox.shop.state.products[product.id]

    teller.buys("deleted", rosa, (teller.shelf["jacket"], 1), days=24, delivered=18, after=delete)
    teller.asks("deleted", "refund", (0, 1, "too_large"), days=7)


def _suspicious(teller: Teller) -> None:
    """Four orders, four returns, the last one within the hour of its delivery: flags, never a refusal (F)."""
    rita, shelf = teller.customer("Rita", "Falk", phone="+33 6 99 88 77 66"), teller.shelf
    for number, (product, days) in enumerate((("scarf", 29.0), ("tee-l", 25.0), ("mug", 21.0))):
        key = f"rita-{number}"
        teller.buys(key, rita, (shelf[product], 1), days=days, delivered=days - 5)
        teller.asks(key, "refund", (0, 1, "changed_mind"), days=days - 7)
    teller.buys("suspicious", rita, (shelf["sneakers-39"], 2), (shelf["lamp"], 1), days=3, delivered=0.05)
    teller.asks("suspicious", "refund", (0, 2, "short_shipped"), (1, 1, "defective"), days=0.02)
    teller.then(CHLOE, "take", "suspicious")


def _uncounted(teller: Teller) -> None:
    """A print the shop does not count: there is nothing to put back (K3)."""
    guest = {"first_name": "Mila", "last_name": "Bauer", "email": "mila.bauer@example.com", "country": "DE"}
    teller.buys(
        "uncounted", guest, (teller.shelf["poster"], 2), days=10, delivered=6, payment_method="paypal"
    )
    teller.asks("uncounted", "refund", (0, 1, "damaged"), days=1.7)

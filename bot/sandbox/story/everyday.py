"""The returns of an ordinary week: exchanges up, down and even, credit, withdrawal, damage."""

from bot.sandbox.shop import Customer
from bot.sandbox.story.people import ALICE, BOB, CHLOE
from bot.sandbox.story.story import Replacement
from bot.sandbox.story.teller import Teller, spread


def tell(teller: Teller) -> None:
    """Told last, so that the newest cards are the plainest."""
    _cheaper(teller)
    _even(teller)
    _out_of_stock(teller)
    _credit(teller)
    _withdrawal(teller)
    _extended(teller)
    _dearer(teller)


def extend(teller: Teller) -> None:
    """Bob moves Paul's deadline, well before Paul's request comes in."""
    why = teller.say("parcel lost once", "colis perdu une fois")
    teller.then(BOB, "command", "extended", f"extend {{order}} 15 {why}")


def _dearer(teller: Teller) -> None:
    """Two T-shirts of 25.00 against a hoodie of 80.00: 30.00 to collect, and no money may go back."""
    marie, shelf = teller.customer("Marie", "Dupont", phone="+33 6 12 34 56 78"), teller.shelf
    _history(teller, marie, "marie", 8)
    tees = (shelf["tee-m"], 2)
    teller.buys(
        "dearer", marie, tees, (shelf["tray"], 1), days=11, delivered=6, shipping="8.25",
        shipping_title=teller.say("Home delivery", "Livraison à domicile"),
    )  # fmt: skip
    hoodie = Replacement(_name(teller, "hoodie-l"), "HOOD-L-G", 1, "80.00", "30.00")
    teller.asks("dearer", "exchange", (0, 2, "too_small"), instead=hoodie, days=1.2, tracking="6A00012345678")
    teller.then(ALICE, "take", "dearer")
    teller.then(ALICE, "receive", "dearer")


def _cheaper(teller: Teller) -> None:
    """A hoodie of 80.00 against a shirt of 59.00: only 21.00 is due."""
    sofia, shelf = teller.customer("Sofia", "Rossi", country="IT"), teller.shelf
    teller.buys("cheaper", sofia, (shelf["hoodie-m"], 1), days=14, delivered=9)
    shirt = Replacement(_name(teller, "shirt-m"), "SHIRT-M", 1, "59.00")
    teller.asks("cheaper", "exchange", (0, 1, "changed_mind"), instead=shirt, days=3)
    teller.then(BOB, "take", "cheaper")


def _even(teller: Teller) -> None:
    """The same shirt one size larger, bought with a discount: nothing to pay, whatever was paid."""
    emma, shelf = teller.customer("Emma", "Leroy"), teller.shelf
    teller.buys("even", emma, (shelf["shirt-m"], 1), days=9, delivered=5, coupon="tenth")
    larger = Replacement(_name(teller, "shirt-l"), "SHIRT-L", 1, "59.00")
    teller.asks("even", "exchange", (0, 1, "too_small"), instead=larger, days=2)


def _out_of_stock(teller: Teller) -> None:
    """What the customer wants instead is gone."""
    jonas, shelf = teller.customer("Jonas", "Berg", country="SE"), teller.shelf
    teller.buys("gone", jonas, (shelf["hoodie-l"], 1), days=12, delivered=8, payment_method="paypal")
    navy = Replacement(_name(teller, "hoodie-xl"), "HOOD-XL-N", 1, "80.00")
    teller.asks("gone", "exchange", (0, 1, "too_small"), instead=navy, days=2.5)


def _credit(teller: Teller) -> None:
    """Store credit instead of money, from an order that carried a discount as a negative fee (M8)."""
    lea, shelf = teller.customer("Léa", "Petit", email="lea.petit@example.com"), teller.shelf
    discount = teller.say("Loyalty discount", "Remise fidélité")
    teller.buys(
        "credit",
        lea,
        (shelf["blanket"], 1),
        (shelf["scarf"], 1),
        days=13,
        delivered=7,
        fees=[(discount, "-10.00")],
    )
    note = teller.say("The colour is nothing like the picture.", "La couleur n’a rien à voir avec la photo.")
    teller.asks("credit", "store_credit", (0, 1, "not_as_described", note), (1, 1, "changed_mind"), days=1.5)


def _withdrawal(teller: Teller) -> None:
    """Everything goes back; express was paid, only the standard rate is owed (M9)."""
    tom, shelf = teller.customer("Tom", "Weber", country="DE"), teller.shelf
    express = teller.say("Express delivery", "Livraison express")
    teller.buys(
        "withdrawal",
        tom,
        (shelf["hoodie-l"], 1),
        days=6,
        delivered=3,
        shipping="10.75",
        shipping_title=express,
    )
    teller.asks("withdrawal", "refund", (0, 1, "changed_mind"), days=0.8)


def _extended(teller: Teller) -> None:
    """Two of three mugs broken; the window had ended and was extended. A coupon is spread over units (M1)."""
    paul, shelf = teller.customer("Paul", "Martin"), teller.shelf
    _history(teller, paul, "paul", 3)
    teller.buys(
        "extended", paul, (shelf["mug"], 3, "30.00"), (shelf["tray"], 1, "60.00"), days=41, delivered=36,
        coupon="welcome10", payment_method="paypal", prices_include_tax=False,
    )  # fmt: skip
    note = teller.say(
        "Two mugs arrived broken, I can send photos. *Please* don’t charge the label.",
        "Deux mugs sont arrivés cassés, je peux envoyer des photos. *Merci* de ne pas facturer l’étiquette.",
    )
    teller.asks("extended", "refund", (0, 2, "damaged", note), days=0.3)
    words = teller.say("Paul called: he will send photos tonight.", "Paul a appelé : photos ce soir.")
    teller.then(CHLOE, "say", "", words)


def _history(teller: Teller, who: Customer, name: str, count: int) -> None:
    wares = [teller.shelf[one] for one in ("tea", "napkin", "mug", "tee-l", "candle")]
    for number, days in enumerate(spread(count, 300, 60)):
        lines = (wares[number % len(wares)], 1 + number % 2)
        teller.buys(f"{name}-{number}", who, lines, days=days, delivered=days - 4)


def _name(teller: Teller, product: str) -> str:
    found = teller.shelf[product]
    parent = teller.shelf.shop.state.products[found.parent_id]
    return f"{parent.name}, {', '.join(found.attributes.values())}"

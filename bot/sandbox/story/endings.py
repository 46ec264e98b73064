"""How returns end, or stand still: settled, rejected, waiting for an answer, refunded past the desk."""

from bot.sandbox.story.people import ALICE, BOB, CHLOE
from bot.sandbox.story.teller import Teller


def tell(teller: Teller) -> None:
    """Each card shows one way a return can stand."""
    _settled(teller)
    _rejected(teller)
    _asked(teller)
    _elsewhere(teller)


def _settled(teller: Teller) -> None:
    """A scarf that came back this morning and was paid back at once."""
    mia = teller.customer("Mia", "Lang", country="DE")
    teller.buys("settled", mia, (teller.shelf["scarf"], 1), days=10, delivered=6, payment_method="paypal")
    teller.asks("settled", "refund", (0, 1, "changed_mind"), days=4)
    teller.then(CHLOE, "receive", "settled")
    teller.then(CHLOE, "settle", "settled")


def _rejected(teller: Teller) -> None:
    """Used goods; the customer reads why they are not taken back."""
    luc = teller.customer("Luc", "Morel")
    teller.buys("rejected", luc, (teller.shelf["candle"], 1), days=16, delivered=12)
    used = teller.say("Burned twice, smells too strong.", "Brûlées deux fois, l’odeur est trop forte.")
    teller.asks("rejected", "refund", (0, 1, "changed_mind", used), days=2)
    why = teller.say(
        "Candles that were lit cannot be sold again.", "Des bougies allumées ne peuvent être revendues."
    )
    teller.then(ALICE, "reject", "rejected", why)


def _asked(teller: Teller) -> None:
    """A defect nobody can judge without a photo: the refund clock waits for the answer."""
    anna = teller.customer("Anna", "Kovács", country="HU")
    teller.buys("asked", anna, (teller.shelf["tray"], 1), days=8, delivered=4)
    teller.asks("asked", "refund", (0, 1, "defective"), days=1)
    question = teller.say(
        "Could you send us a photo of the crack?", "Pourriez-vous nous envoyer une photo de la fissure ?"
    )
    teller.then(BOB, "ask", "asked", question)


def _elsewhere(teller: Teller) -> None:
    """Somebody gave part of the money back in wp-admin after the return was opened."""
    ines = teller.customer("Inès", "Faure")
    teller.buys("elsewhere", ines, (teller.shelf["mug"], 3), days=9, delivered=5, payment_method="paypal")
    teller.asks("elsewhere", "refund", (0, 2, "changed_mind"), days=2)
    teller.then(ALICE, "refund", "elsewhere", "20.00")

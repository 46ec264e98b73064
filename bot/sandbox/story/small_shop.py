"""Atelier Nord, a small clothing and homeware shop: told from its shelf to this morning's requests."""

from typing import TYPE_CHECKING

from bot.sandbox.story import endings, everyday, guards, money, oddities
from bot.sandbox.story.people import ALICE, BOB, GENERAL, ROLES
from bot.sandbox.story.shelf import fill_shelf
from bot.sandbox.story.story import Story
from bot.sandbox.story.teller import Teller

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

BEFORE_FIRST_ORDER = 5500


def small_shop(sandbox: "Sandbox") -> Story:
    """Tell the story into the sandbox's services."""
    shop = sandbox.shop
    shop.state.name = "Atelier Nord"
    with sandbox.clock.ago(days=500):
        shelf = fill_shelf(sandbox)
        shop.add_coupon("welcome10", "10.00")
        shop.add_coupon("quarter", "25", "percent")
        shop.add_coupon("tenth", "10", "percent")
    shop.state.number_from("post", BEFORE_FIRST_ORDER)
    teller = Teller(sandbox, shelf)
    _name_gateways(teller)
    everyday.extend(teller)
    for chapter in (oddities, guards, endings, money, everyday):
        chapter.tell(teller)
    steps = teller.tell()
    shelf.settle()
    _small_talk(teller)
    orders = {key: order.id for key, order in teller.orders.items()}
    return Story(steps, dict(ROLES), orders)


def _name_gateways(teller: Teller) -> None:
    gateways = teller.sandbox.shop.gateways
    gateways["stripe"].title = teller.say("Credit card (Stripe)", "Carte bancaire (Stripe)")
    gateways["bacs"].title = teller.say("Bank transfer", "Virement bancaire")


def _small_talk(teller: Teller) -> None:
    slack, say = teller.sandbox.slack, teller.say
    slack.say(ALICE, GENERAL, say("Good morning! Coffee is ready.", "Bonjour ! Le café est prêt."))
    slack.say(
        BOB,
        GENERAL,
        say("The carrier is late again, parcels at noon.", "Le transporteur a du retard, à midi."),
    )

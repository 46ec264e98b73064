"""Store credit as a gift card of the shop's extension: made once, known again by a mark."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import documents
from bot.errors import OutcomeUnknown, Refused
from bot.gateways.gift_cards import GiftCard
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from bot.resolutions.store_credit import Credit, code_of, digest_of


@dataclass(frozen=True)
class GiftCardCredits:
    """Where gift cards are made and looked for."""

    shop: Shop
    secret: str

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Note how far the shop's cards go, so that ours is found without reading them all.

        Raises OutcomeUnknown when an earlier attempt made it already, Refused without the extension.
        """
        cards = self.shop.gift_cards
        if not task.attempt:
            return {"after": cards.newest()}
        if cards.find(task.key, after=_after(task)) is not None:
            raise OutcomeUnknown("the shop shows this gift card already")
        return task.baseline

    def send(self, task: Task) -> Mapping[str, Any]:
        """Make the card: one request. Raises Refused, Unreachable or OutcomeUnknown."""
        credit = documents.read(Credit, task.payload)
        task.guard()
        card = self.shop.gift_cards.create(
            credit.amount,
            code=card_code(credit.reference, self.secret),
            recipient=credit.email,
            sender=credit.reference,
            expires_on=credit.expires_on,
            operation=task.key,
        )
        return _evidence(card)

    def probe(self, task: Task) -> Verdict:
        """Whether the card is there, and worth what was decided, for whom."""
        credit = documents.read(Credit, task.payload)
        try:
            card = self.shop.gift_cards.find(task.key, after=_after(task))
        except Refused as e:
            return Verdict(Look.PERSON, detail=e.detail)
        if card is None:
            return Verdict(Look.ABSENT)
        if (card.recipient, card.issued) == (credit.email.lower(), credit.amount):
            return Verdict(Look.DONE, _evidence(card))
        return Verdict(Look.PERSON, detail=N_("The shop made another gift card than was asked for."))


def card_code(reference: str, secret: str) -> str:
    """The code of a resolution's gift card, such as 7F3K-9QTZ-M4WD-2XKA: the form the extension takes."""
    return code_of(reference, secret).removeprefix("CREDIT-")


def _after(task: Task) -> int:
    return int(task.baseline.get("after", 0))


def _evidence(card: GiftCard) -> Mapping[str, Any]:
    """By what the card is known again. Its code stays in the shop."""
    return {"gift_card_id": card.card_id, "digest": digest_of(card.code), "tail": card.code[-4:].upper()}

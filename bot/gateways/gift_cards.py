"""Gift cards of WooCommerce's own Gift Cards extension, after its published REST reference.

Each is a balance the shop itself lowers when a customer pays with it. The desk asks for the code it has
derived, since the extension refuses a code it has; a shop that chose another is as good. Its list can be
paged but not searched, so a card of ours is known again by a mark in its meta data. Nothing of this was tried
against a real shop: the extension is sold, and no recording of it exists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.answers import read_json
from bot.gateways.client import Client, Params
from bot.gateways.coupons import EMAIL
from bot.gateways.refunds import OPERATION_KEY
from bot.gateways.schema import Row, as_row, as_rows, meta, money, needed, number, text, whole
from bot.gateways.transport import Answer
from store.money import Money

ROUTE = "gift-cards"
PAGE, PAGES = 100, 100  # cards read at once, and how often, until a person has to look
ON, OFF = "on", "off"
NO_CARD = "woocommerce_gc_rest_api_gift_card_invalid"


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift card. ``issued`` is what it was worth in the beginning, ``left`` what it is worth now."""

    card_id: int
    code: str = field(repr=False)
    recipient: str
    issued: Money
    left: Money
    is_active: bool
    operation: str

    @property
    def unused(self) -> bool:
        """Whether nobody has paid with it."""
        return self.left == self.issued


@dataclass(frozen=True)
class GiftCards:
    """The endpoint of the extension. ``seconds`` is how long the shop may take to make a card."""

    client: Client
    currency: str
    seconds: float

    def create(
        self,
        amount: Money,
        *,
        code: str,
        recipient: str,
        sender: str,
        expires_on: date | None,
        operation: str,
    ) -> GiftCard:
        """Make a card. Raises Refused, also for a ``code`` the shop has, Unreachable or OutcomeUnknown.

        A code is four times four letters or digits. Without a delivery date the extension writes to nobody.
        """
        if amount.currency != self.currency:
            raise Refused(f"the shop's gift cards are not in {amount.currency}", code="other_currency")
        if amount.minor <= 0 or not EMAIL.fullmatch(recipient):
            raise Refused("a gift card needs an amount above zero and the buyer's e-mail address")
        body: dict[str, Any] = {
            "code": code,
            "recipient": recipient.lower(),
            "sender": sender,
            "balance": amount.decimal,
            "meta_data": [{"key": OPERATION_KEY, "value": operation}],
        }
        if expires_on:
            body["expire_date"] = f"{expires_on.isoformat()} 23:59:59"
        card = self.client.write("POST", ROUTE, body, self._card, seconds=self.seconds)
        asked = (recipient.lower(), amount, amount, True, operation)
        if (card.recipient, card.issued, card.left, card.is_active, card.operation) != asked:
            raise OutcomeUnknown("the shop made another gift card than asked", code="differs")
        return card

    def newest(self) -> int:
        """The highest id on the first page, 0 where there are no cards. Raises Refused, Unreachable."""
        return max((card.card_id for card in self._page(1)), default=0)

    def find(self, operation: str, *, after: int = 0) -> GiftCard | None:
        """The card with this mark, None if there is none; cards up to the id ``after`` are not ours.

        Raises Refused with code "too_many" where the list is longer than can be read.
        """
        return next((card for card in self._cards(after) if card.operation == operation), None)

    def read(self, card_id: int) -> GiftCard | None:
        """The card as it is now, None where it is gone. Raises Refused, Unreachable."""
        try:
            return self.client.read(f"{ROUTE}/{card_id}", self._card, fresh=True)
        except Refused as e:
            if e.code == NO_CARD:
                return None
            raise Unreachable(e.detail, code=e.code) from e

    def switch(self, card_id: int, *, on: bool) -> GiftCard:
        """Let the card be used, or not; to repeat it is harmless. Raises OutcomeUnknown where it stayed."""
        body = {"is_active": ON if on else OFF}
        card = self.client.write("PUT", f"{ROUTE}/{card_id}", body, self._card, seconds=self.seconds)
        if card.is_active is not on:
            raise OutcomeUnknown("the shop left the gift card as it was", code="differs")
        return card

    def _cards(self, after: int) -> Iterator[GiftCard]:
        for page in range(1, PAGES + 1):
            cards = self._page(page)
            yield from cards
            ids = [card.card_id for card in cards]
            newest_first = ids == sorted(ids, reverse=True)
            if len(cards) < PAGE or (newest_first and ids[-1] <= after):
                return
        raise Refused(f"the shop has more than {PAGE * PAGES} gift cards", code="too_many")

    def _page(self, page: int) -> list[GiftCard]:
        params: Params = {"orderby": "id", "order": "desc", "per_page": PAGE, "page": page}
        return self.client.read(ROUTE, partial(_listed, self.currency), params, fresh=True)

    def _card(self, answer: Answer) -> GiftCard:
        return _read(as_row(read_json(answer), "the gift card"), self.currency)


def _listed(currency: str, answer: Answer) -> list[GiftCard]:
    return [_read(row, currency) for row in as_rows(read_json(answer), "the gift cards")]


def _read(row: Row, currency: str) -> GiftCard:
    marks: Mapping[str, Any] = meta(row)
    operation = marks.get(OPERATION_KEY)
    return GiftCard(
        card_id=whole(row, "id"),
        code=needed(row, "code"),
        recipient=text(row, "recipient").lower(),
        issued=money(number(row, "balance"), currency),
        left=money(number(row, "remaining"), currency),
        is_active=text(row, "is_active") == ON,
        operation=operation if isinstance(operation, str) else "",
    )

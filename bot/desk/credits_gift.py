"""One look at a gift card: what is left of it, and off if it is to be taken back. It may be repeated.

The shop keeps the balance by itself; the desk only reads it, and switches off a card that nobody has used.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.desk import Desk
from bot.desk.credits import is_expired
from bot.desk.credits_news import Story
from bot.errors import Unreachable
from bot.gateways.gift_cards import GiftCard
from bot.operations import Task
from store.credit_models import StoredCredit
from store.db import writing

AGAIN = timedelta(hours=1)


def look_at_gift_card(desk: Desk, task: Task, credit: StoredCredit) -> Mapping[str, Any]:
    """Read the card of ``credit`` and keep what is left. Raises Unreachable, Refused or OutcomeUnknown."""
    assert credit.gift_card_id is not None
    started = desk.now()
    card = desk.shop.gift_cards.read(credit.gift_card_id)
    if card is not None and credit.revoke_asked_by is not None:
        card = _taken_back(desk, task, card)
    with writing(desk.engine) as session:
        story = Story.of(desk, session, int(task.payload["credit_id"]))
        _keep(desk, story, card, started)
    return {"gone": True} if card is None else {"left": card.left.minor, "on": card.is_active}


def _taken_back(desk: Desk, task: Task, card: GiftCard) -> GiftCard:
    """Switch off what nobody used; on again where a customer was quicker (rule R5)."""
    if card.unused and card.is_active:
        task.guard()
        card = desk.shop.gift_cards.switch(card.card_id, on=False)
    if not card.unused and not card.is_active:
        task.guard()
        card = desk.shop.gift_cards.switch(card.card_id, on=True)
    return card


def _keep(desk: Desk, story: Story, card: GiftCard | None, started: datetime) -> None:
    credit = story.credit
    if credit.looked_at is not None and credit.looked_at > started:
        raise Unreachable("somebody looked at this gift card later than this worker did")
    credit.looked_at, credit.look_after = started, started + AGAIN
    if card is None:
        story.gone()
        story.save()
        return
    left = min(card.left.minor, credit.decided_minor) if card.is_active else 0
    moved = left != credit.balance_minor
    if credit.revoke_asked_by is not None:
        _tell_revoked(story, card)
    elif moved and not card.is_active:
        story.switched_off()
    elif moved:
        story.tell_gift_card(credit.balance_minor - left)
    credit.balance_minor = left
    if is_expired(credit, started.astimezone(desk.words.timezone).date()):
        story.expired()
    story.save(changed=moved)


def _tell_revoked(story: Story, card: GiftCard) -> None:
    """Over with the second look: an order that was being placed may lower the card after it was off."""
    credit = story.credit
    if not card.unused:
        credit.ended_at = None
        story.not_revoked()
    elif credit.revoked_at is None:
        story.revoked()
    elif credit.ended_at is None:
        credit.ended_at = story.change.now

"""The routes of the Gift Cards extension, as its published REST reference describes them.

They are there while the extension is switched on. A code may be asked for, once; the list knows no search.
"""

import re
import secrets
from decimal import Decimal
from typing import Any

from bot.sandbox.shop.errors import ShopError, invalid_param, missing_param, no_route
from bot.sandbox.shop.http import Answer, Call, chosen, page_of
from bot.sandbox.shop.money import read
from bot.sandbox.shop.order_build import is_email, write_meta
from bot.sandbox.shop.order_view import meta_view
from bot.sandbox.shop.records import GiftCard, Json
from bot.sandbox.shop.state import State

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CLOCK = "%Y-%m-%d %H:%M:%S"
FORM = re.compile(r"([a-zA-Z0-9]{4}-){3}[a-zA-Z0-9]{4}")


def list_gift_cards(state: State, call: Call) -> Answer:
    """GET /gift-cards, newest first unless asked otherwise."""
    _require(state)
    newest_first = chosen(call.query, "order", ("asc", "desc"), "desc") == "desc"
    cards = sorted(state.gift_cards.values(), key=lambda card: card.id, reverse=newest_first)
    rows, headers = page_of(call, cards, "gift-cards", {})
    return Answer([_view(card) for card in rows], headers=headers)


def get_gift_card(state: State, call: Call) -> Answer:
    """GET /gift-cards/{id}."""
    return Answer(_view(_find(state, call)))


def create_gift_card(state: State, call: Call) -> Answer:
    """POST /gift-cards: recipient, sender and balance are required."""
    _require(state)
    for name in ("recipient", "sender", "balance"):
        if name not in call.body:
            raise missing_param(name)
    body = call.body
    if not is_email(str(body["recipient"])):
        raise invalid_param("recipient", "rest_invalid_email", "Invalid email address.")
    balance = read(body["balance"])
    card = GiftCard(
        id=state.number("gift_card"),
        code=_code(state, str(body.get("code", ""))),
        recipient=str(body["recipient"]),
        sender=str(body["sender"]),
        balance=balance,
        remaining=balance,
        created=state.now(),
        expires=str(body.get("expire_date", "")),
    )
    write_meta(state, card.meta, body.get("meta_data"))
    state.gift_cards[card.id] = card
    return Answer(_view(card), 201)


def change_gift_card(state: State, call: Call) -> Answer:
    """PUT /gift-cards/{id}: code, balance and remaining are read-only and left as they are."""
    card = _find(state, call, "not_updated", "Invalid gift card ID.")
    if "is_active" in call.body:
        card.is_active = call.body["is_active"] == "on"
    write_meta(state, card.meta, call.body.get("meta_data"))
    return Answer(_view(card))


def delete_gift_card(state: State, call: Call) -> Answer:
    """DELETE /gift-cards/{id}: for good, always."""
    card = _find(state, call, "not_deleted", "Invalid gift card ID.")
    del state.gift_cards[card.id]
    return Answer({"id": card.id, "success": True})


def _require(state: State) -> None:
    if not state.has_gift_cards:
        raise no_route()


def _code(state: State, wanted: str) -> str:
    """The code asked for, refused where it has another form or is taken; one of the shop's without any."""
    if not wanted:
        return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    if not FORM.fullmatch(wanted):
        raise _refused("not_created", 400, "Invalid gift card code.")
    if any(card.code.upper() == wanted.upper() for card in state.gift_cards.values()):
        raise _refused("not_created", 400, f"Gift card code `{wanted}` exists.")
    return wanted


def _find(
    state: State, call: Call, trouble: str = "invalid", message: str = "Resource does not exist."
) -> GiftCard:
    _require(state)
    card = state.gift_cards.get(call.id("id"))
    if card is None:
        raise _refused(trouble, 404, message)
    return card


def _refused(trouble: str, status: int, message: str) -> ShopError:
    return ShopError(status, f"woocommerce_gc_rest_api_gift_card_{trouble}", message)


def _view(card: GiftCard) -> Json:
    when: Any = card.created.strftime(CLOCK)
    return {
        "id": card.id,
        "code": card.code,
        "recipient": card.recipient,
        "sender": card.sender,
        "sender_email": "0",
        "message": "",
        "balance": _plain(card.balance),
        "remaining": _plain(card.remaining),
        "order_id": 0,
        "order_item_id": 0,
        "create_date": when,
        "deliver_date": 0,
        "expire_date": card.expires or 0,
        "redeem_date": 0,
        "redeemed_by": 0,
        "delivered": "no",
        "is_active": "on" if card.is_active else "off",
        "activities": [],
        "meta_data": [meta_view(row) for row in card.meta],
    }


def _plain(amount: Decimal) -> int | float:
    """A number of JSON, as the extension writes its amounts."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)

"""Gift cards of the extension, in the shapes its published code writes them, and in the sandbox's shop."""

from datetime import date
from typing import Any

import pytest

from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.gift_cards import PAGE, GiftCard
from bot.gateways.refunds import OPERATION_KEY
from bot.gateways.woocommerce import Shop
from tests.bot.gateways.sandbox_world import EUR, World
from tests.bot.gateways.scripted_shop import Script, say

CODE, MARK = "7F3K-9QTZ-M4WD-2XKA", "RMA-1-R1/shop.gift_card"
ROUTE, CARD_5 = "/gift-cards", "/gift-cards/5"


def a_card(number: int = 5, **changes: Any) -> dict[str, Any]:
    """A card as the extension answers with it: amounts are numbers, a date that is not set is 0."""
    known = {
        "id": number,
        "code": CODE,
        "recipient": "anne@example.com",
        "sender": "RMA-1-R1",
        "sender_email": "",
        "message": "",
        "balance": 69.3,
        "remaining": 69.3,
        "order_id": 0,
        "order_item_id": 0,
        "create_date": "2026-11-23 17:30:00",
        "deliver_date": 0,
        "expire_date": "2028-11-23 23:59:59",
        "redeem_date": 0,
        "redeemed_by": 0,
        "currency": "EUR",
        "delivered": "no",
        "is_active": "on",
        "activities": [{"id": 9, "type": "issued", "amount": 69.3, "gc_code": CODE, "note": ""}],
        "meta_data": [{"id": 3, "key": OPERATION_KEY, "value": MARK}],
        "_links": {"self": [{"href": "https://shop.example/wp-json/wc/v3/gift-cards/5"}]},
    }
    return {**known, **changes}


def error(status: int, code: str, message: str = "No.") -> Any:
    return say(status, {"code": code, "message": message, "data": {"status": status}})


def ask(shop: Shop, **changes: Any) -> GiftCard:
    """Ask for a card, changed as a test needs it."""
    asked: dict[str, Any] = {
        "code": CODE,
        "recipient": "Anne@example.com",
        "sender": "RMA-1-R1",
        "expires_on": date(2028, 11, 23),
        "operation": MARK,
    }
    amount = changes.pop("amount", EUR(6930))
    return shop.gift_cards.create(amount, **{**asked, **changes})


def test_a_card_is_asked_for_with_everything_the_extension_needs(shop: Shop, script: Script) -> None:
    script.on("POST", ROUTE, say(201, a_card()))
    card = ask(shop)
    (asked,) = script.to("POST", ROUTE)
    assert asked.json == {
        "code": CODE,
        "recipient": "anne@example.com",
        "sender": "RMA-1-R1",
        "balance": "69.30",
        "expire_date": "2028-11-23 23:59:59",
        "meta_data": [{"key": OPERATION_KEY, "value": MARK}],
    }
    assert (card.card_id, card.issued, card.left, card.unused) == (5, EUR(6930), EUR(6930), True)
    assert CODE not in repr(card)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "bob@example.com"},
        {"balance": 6930},
        {"remaining": 0},
        {"is_active": "off"},
        {"meta_data": []},
    ],
)
def test_another_card_than_asked_is_never_called_made(
    shop: Shop, script: Script, changes: dict[str, Any]
) -> None:
    script.on("POST", ROUTE, say(201, a_card(**changes)))
    with pytest.raises(OutcomeUnknown):
        ask(shop)


@pytest.mark.parametrize(
    ("status", "raised"), [(400, Refused), (401, Refused), (500, OutcomeUnknown), (502, OutcomeUnknown)]
)
def test_only_a_plain_no_counts_as_not_made(
    shop: Shop, script: Script, status: int, raised: type[Exception]
) -> None:
    """The extension answers 500 with its own code where saving failed in the middle."""
    script.on("POST", ROUTE, error(status, "woocommerce_gc_rest_api_gift_card_not_created"))
    with pytest.raises(raised):
        ask(shop)
    assert len(script.to("POST", ROUTE)) == 1


@pytest.mark.parametrize(
    "changes", [{"recipient": "anne"}, {"amount": EUR(0)}, {"amount": EUR(-1)}, {"recipient": ""}]
)
def test_a_card_for_nobody_or_of_nothing_is_never_sent(
    shop: Shop, script: Script, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        ask(shop, **changes)
    assert not script.to("POST", ROUTE)


def test_what_is_left_is_read_to_the_cent(shop: Shop, script: Script) -> None:
    script.on("GET", CARD_5, say(200, a_card(remaining=49.3)))
    card = shop.gift_cards.read(5)
    assert card is not None
    assert (card.left, card.unused) == (EUR(4930), False)


def test_a_deleted_card_is_none_and_an_extension_switched_off_is_not_a_deleted_card(
    shop: Shop, script: Script
) -> None:
    script.on("GET", CARD_5, error(404, "woocommerce_gc_rest_api_gift_card_invalid"))
    assert shop.gift_cards.read(5) is None
    script.on("GET", CARD_5, error(404, "rest_no_route"))
    with pytest.raises(Unreachable):
        shop.gift_cards.read(5)


def test_without_the_extension_the_list_is_refused_at_once(shop: Shop, script: Script) -> None:
    script.on("GET", ROUTE, error(404, "rest_no_route"))
    with pytest.raises(Refused) as caught:
        shop.gift_cards.newest()
    assert caught.value.code == "rest_no_route"


def test_a_look_ends_where_older_cards_begin(shop: Shop, script: Script) -> None:
    """The list has no search: cards the shop had before ours was asked for need not be read."""
    older = [a_card(number, meta_data=[]) for number in range(300, 300 - PAGE, -1)]
    script.on("GET", ROUTE, say(200, older))
    assert shop.gift_cards.find(MARK, after=250) is None
    (asked,) = script.to("GET", ROUTE)
    assert (asked.query["orderby"], asked.query["order"]) == (["id"], ["desc"])


def test_ours_is_known_by_its_mark_and_not_by_its_place(shop: Shop, script: Script) -> None:
    script.on("GET", ROUTE, say(200, [a_card(7, meta_data=[]), a_card(6), a_card(5, meta_data=[])]))
    found = shop.gift_cards.find(MARK)
    assert found is not None
    assert found.card_id == 6


def test_a_card_that_stays_as_it_was_is_in_doubt(shop: Shop, script: Script) -> None:
    script.on("PUT", CARD_5, say(200, a_card()))
    with pytest.raises(OutcomeUnknown):
        shop.gift_cards.switch(5, on=False)
    assert script.to("PUT", CARD_5)[0].json == {"is_active": "off"}


def test_the_shop_makes_a_code_once_only(world: World) -> None:
    world.there.state.has_gift_cards = True
    made = ask(world.here)
    assert made.code == CODE
    with pytest.raises(Refused, match="exists"):
        ask(world.here, operation="another")
    assert len(world.there.state.gift_cards) == 1


def test_a_card_is_read_switched_off_and_gone(world: World) -> None:
    world.there.state.has_gift_cards = True
    cards, number = world.here.gift_cards, ask(world.here).card_id
    assert not cards.switch(number, on=False).is_active
    assert cards.find(MARK) == cards.read(number)
    world.there.state.gift_cards.clear()
    assert cards.read(number) is None

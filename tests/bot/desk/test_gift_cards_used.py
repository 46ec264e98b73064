"""Orders that a gift card pays for: the shop keeps the balance, the desk looks as soon as it hears of one."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from bot.desk.credits import notice
from bot.desk.credits_people import credits_of, revoke_credit
from bot.desk.orders import plan_poll
from bot.gateways.coupons import codes_of
from bot.sandbox import shop as shops
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.life import set_status
from bot.sandbox.shop.records import GiftCard
from store.terms import Method
from tests.bot.desk.bench import an_order, arrived, decide, told
from tests.world import ALICE, World, a_world


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine, credit_kind="gift_card") as world:
        world.shop.state.has_gift_cards = True
        yield world


def a_card(world: World) -> tuple[int, GiftCard]:
    """A credit of 69.30, as a card."""
    return_id = arrived(world, an_order(world))
    decide(world, return_id, Method.STORE_CREDIT)
    world.work()
    (card,) = world.shop.state.gift_cards.values()
    return return_id, card


def spend(world: World, card: GiftCard, price: str) -> shops.Order:
    return world.order((world.shop.add_product("Poster", price), 1), gift_card=card.code)


def left(world: World, return_id: int) -> str:
    return str(credits_of(world.desk, return_id)[0].left.decimal)


def test_a_use_shows_with_the_next_question_to_the_shop(world: World) -> None:
    return_id, card = a_card(world)
    spend(world, card, "20.00")
    plan_poll(world.desk)
    world.work()
    assert (card.remaining, left(world, return_id)) == (Decimal("49.30"), "49.30")
    assert told(world, return_id).count("gift_card_used") == 1


@pytest.mark.parametrize("end", ["cancelled", "failed", "refunded"])
def test_what_an_order_took_comes_back_with_its_webhook(world: World, end: str) -> None:
    return_id, card = a_card(world)
    order = spend(world, card, "20.00")
    body = shops_view(order)
    assert notice(world.desk, order.id, codes_of(body))
    world.work()
    assert left(world, return_id) == "49.30"
    with world.shop.state.lock:
        set_status(world.shop.state, order, end)
    notice(world.desk, order.id, codes_of(body))
    world.work()
    assert (card.remaining, left(world, return_id)) == (Decimal("69.30"), "69.30")
    assert "gift_card_back" in told(world, return_id)


def shops_view(order: shops.Order) -> dict[str, object]:
    """What of an order its webhook says about cards."""
    return {"coupon_lines": [], "gift_cards": [{"id": 1, "code": order.gift_cards[0].code, "amount": 20}]}


def test_nobody_spends_beyond_the_card_since_the_shop_itself_counts(world: World) -> None:
    _, card = a_card(world)
    whole, rest = spend(world, card, "50.00"), spend(world, card, "50.00")
    assert (whole.total, rest.total, card.remaining) == (Decimal(0), Decimal("30.70"), Decimal(0))
    with pytest.raises(ShopError, match="invalid"):
        spend(world, card, "5.00")


def test_an_order_a_card_helped_to_pay_is_for_a_person(world: World) -> None:
    """Nothing but the extension's own button gives a part of an order back to its card (rule G9)."""
    _, card = a_card(world)
    order = spend(world, card, "100.00")
    assert order.total == Decimal("30.70")
    assert world.desk.shop.read_order(order.id).needs_human == ("gift_card",)


def test_an_order_that_was_being_placed_when_the_card_was_taken_back_gets_it_on_again(world: World) -> None:
    """The extension checks a card when the order is made and lowers it a moment later."""
    return_id, card = a_card(world)
    (credit,) = credits_of(world.desk, return_id)
    seen = world.case(return_id).version
    revoke_credit(world.desk, return_id, ALICE, seen, reference=credit.reference, reason="Twice")
    world.work()
    for _ in range(2):
        ask_again(world)
    assert (card.is_active, left(world, return_id)) == (False, "0.00")
    card.is_active = True
    order = spend(world, card, "20.00")
    card.is_active = False
    notice(world.desk, order.id, [card.code])
    world.work()
    assert (card.is_active, left(world, return_id)) == (True, "49.30")
    assert told(world, return_id).count("credit_not_revoked") == 1
    assert credits_of(world.desk, return_id)[0].may_resend


def test_a_card_that_somebody_switches_off_was_not_used(world: World) -> None:
    return_id, card = a_card(world)
    card.is_active = False
    ask_again(world)
    assert (left(world, return_id), told(world, return_id).count("gift_card_off")) == ("0.00", 1)
    assert "gift_card_used" not in told(world, return_id)


def ask_again(world: World) -> None:
    """An hour goes by, and the desk asks."""
    world.clock.pass_(minutes=65)
    plan_poll(world.desk)
    world.work()

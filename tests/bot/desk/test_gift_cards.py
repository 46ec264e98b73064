"""Store credit as a gift card of the shop's extension. The shop's own cards are the judge."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.config import CreditKind
from bot.desk.credits_people import credits_of, resend_credit, revoke_credit
from bot.desk.orders import plan_poll
from bot.desk.performers import shop_performers
from bot.errors import Blocked
from bot.journal import Journal
from bot.sandbox.faults import Fault
from bot.sandbox.shop.records import GiftCard
from store.credit_models import StoredCredit
from store.db import reading
from store.models import Attempt, Operation
from store.terms import Method, ResolutionStatus
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, told
from tests.world import ALICE, World, a_world

MAY_HAVE_MADE_IT = [
    fault for fault in Fault if fault not in (Fault.LOST_AFTER, Fault.LOST_BEFORE)
]  # these two are tried in every run


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine, credit_kind="gift_card") as world:
        world.shop.state.has_gift_cards = True
        yield world


def settled(world: World) -> int:
    """Two mugs at 33.00 came back and were credited; the desk had time to look twice."""
    return_id = arrived(world, an_order(world))
    decide(world, return_id, Method.STORE_CREDIT)
    let_pass(world, minutes=40)
    return return_id


def the_card(world: World) -> GiftCard:
    (card,) = world.shop.state.gift_cards.values()
    return card


def the_credit(world: World) -> StoredCredit:
    with reading(world.desk.engine) as session:
        return session.exec(select(StoredCredit)).one()


def wait(world: World) -> None:
    """An hour passes, and the desk asks the shop what changed."""
    let_pass(world, minutes=65)
    plan_poll(world.desk)
    world.work()


def pay_with(world: World, amount: str) -> None:
    """A customer pays with the card; the shop lowers it by itself."""
    the_card(world).remaining -= Decimal(amount)


def revoke(world: World, return_id: int) -> None:
    (credit,) = credits_of(world.desk, return_id)
    seen = world.case(return_id).version
    revoke_credit(world.desk, return_id, ALICE, seen, reference=credit.reference, reason="Wrong customer")
    world.work()


def customer_notes(world: World) -> list[str]:
    return [note.text for note in world.shop.state.notes.values() if note.customer_note]


def test_one_card_is_made_for_the_buyer_and_its_code_goes_to_nobody_else(world: World) -> None:
    return_id = settled(world)
    card = the_card(world)
    assert (str(card.balance), card.recipient, card.sender) == (
        "69.30",
        world.case(return_id).order.buyer.email,
        "RMA-1-R1",
    )
    assert card.expires == f"{the_credit(world).expires_on} 23:59:59"
    assert [card.code in note for note in customer_notes(world)].count(True) == 1
    assert "this e-mail address" not in customer_notes(world)[-1]
    assert not world.shop.state.coupons
    with reading(world.desk.engine) as session:
        kept = [str(one) for table in (Operation, Attempt) for one in session.exec(select(table))]
    assert not any(card.code in one for one in kept)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.LOST_AFTER,
        Fault.LOST_BEFORE,
        *(pytest.param(one, marks=pytest.mark.slow) for one in MAY_HAVE_MADE_IT),
    ],
)
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_whatever_becomes_of_the_answer_there_is_one_card_at_most(
    world: World, fault: Fault, times: int, counts: Counter[str]
) -> None:
    """One where it was done, and never a second one; what stays open is for a person, in plain sight."""
    world.faults.plan("shop", fault, method="POST", path="/gift-cards$", times=times, seconds=0)
    counts["faults injected"] += times
    return_id = settled(world)
    let_pass(world, minutes=90)
    (resolution,) = world.case(return_id).resolutions
    if resolution.status is ResolutionStatus.DONE:
        assert str(the_card(world).balance) == "69.30"
        assert len([note for note in customer_notes(world) if the_card(world).code in note]) == 1
    else:
        assert len(world.shop.state.gift_cards) <= 1
        assert "needs_person" in told(world, return_id)


def test_what_the_shop_took_off_shows_in_the_desk(world: World) -> None:
    return_id = settled(world)
    pay_with(world, "20.00")
    wait(world)
    (credit,) = credits_of(world.desk, return_id)
    assert (str(credit.left.decimal), credit.used, credit.may_revoke) == ("49.30", True, False)
    assert "gift_card_used" in told(world, return_id)
    pay_with(world, "-20.00")
    wait(world)
    assert "gift_card_back" in told(world, return_id)


def test_the_code_is_sent_again(world: World) -> None:
    return_id = settled(world)
    (credit,) = credits_of(world.desk, return_id)
    resend_credit(world.desk, return_id, ALICE, world.case(return_id).version, reference=credit.reference)
    world.work()
    assert [the_card(world).code in note for note in customer_notes(world)].count(True) == 2


def test_an_unused_card_is_switched_off(world: World) -> None:
    return_id = settled(world)
    revoke(world, return_id)
    assert not the_card(world).is_active
    assert "credit_revoked" in told(world, return_id)
    with pytest.raises(Blocked):
        revoke(world, return_id)


def test_a_card_somebody_used_first_stays(world: World) -> None:
    return_id = settled(world)
    pay_with(world, "20.00")  # the desk has not seen it yet
    revoke(world, return_id)
    assert the_card(world).is_active
    assert "credit_not_revoked" in told(world, return_id)


def test_a_card_that_somebody_deletes_is_told_once(world: World) -> None:
    return_id = settled(world)
    world.shop.state.gift_cards.clear()
    wait(world)
    wait(world)
    assert told(world, return_id).count("credit_gone") == 1


def test_without_the_extension_a_person_is_asked_and_nothing_else_is_made(world: World) -> None:
    world.shop.state.has_gift_cards = False
    return_id = settled(world)
    assert "needs_person" in told(world, return_id)
    assert not world.shop.state.coupons


def test_a_credit_stays_what_it_was_when_the_setting_changes(world: World) -> None:
    return_id = settled(world)
    settings = world.desk.settings.model_copy(update={"credit_kind": CreditKind.COUPON})
    desk = replace(world.desk, settings=settings)
    pay_with(world, "20.00")
    wait(replace(world, desk=desk, journal=Journal(desk.engine, desk.clock, shop_performers(desk))))
    (credit,) = credits_of(desk, return_id)
    assert str(credit.left.decimal) == "49.30"


def test_ours_is_found_among_more_cards_than_a_page_holds(world: World) -> None:
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/gift-cards$")
    return_id = arrived(world, an_order(world))
    decide(world, return_id, Method.STORE_CREDIT)
    world.work()
    shop, ours = world.shop.state, the_card(world)
    for _ in range(150):
        number = shop.number("gift_card")
        shop.gift_cards[number] = GiftCard(
            number, f"CODE-{number}", "x@example.com", "Sold", Decimal(5), Decimal(5), ours.created
        )
    let_pass(world, minutes=40)
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.DONE
    assert len(shop.gift_cards) == 151

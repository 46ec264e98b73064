"""A customer asks for a return: what is offered, what it would give, and one return for one form."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.desk.orders import read_order
from bot.desk.portal_ask import Asked, AskedLine, articles, ask, estimate, offer, problems
from bot.errors import InvalidInput, Unreachable
from bot.rules.eligibility import Refusal
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from store.db import reading
from store.models import Return
from store.terms import Reason, Source, Wish
from tests.blocks.hostile import TEXTS
from tests.make import money
from tests.world import World, a_world

POLICY = """
[[rule]]
name = "Hygiene"
tags = ["hygiene"]
returnable = false
because = "Not for reasons of hygiene."
[[rule]]
name = "Clearance"
on_sale = true
wishes = ["store_credit"]
[reason.too_large]
label_free = true
"""


@pytest.fixture
def ruled(engine: Engine, tmp_path: Path) -> Iterator[World]:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    with a_world(engine, return_policy=str(policy)) as world:
        yield world


def an_order(world: World, quantity: int = 3, **product: Any) -> shops.Order:
    mug = world.shop.add_product("Mug", "33.00", sku="MUG", stock=9, **product)
    order = world.order((mug, quantity))
    read_order(world.desk, str(order.id))
    return order


def asked_for(world: World, order: shops.Order, quantity: int = 2, **more: Any) -> Asked:
    line = offer(world.desk, order.id).lines[0].line.line_id
    fields: dict[str, Any] = {"reason": Reason.TOO_SMALL} | more
    wish = fields.pop("wish", Wish.REFUND)
    return Asked((AskedLine(line, quantity, **fields),), wish)


def stored(world: World) -> list[Return]:
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Return)).all())


def test_an_order_is_offered_with_units_reasons_wishes_and_its_last_day(world: World) -> None:
    view = offer(world.desk, an_order(world).id)
    (line,) = view.open_lines
    assert (line.verdict.units, line.worth, view.label_cost) == (3, money("33.00"), money("4.90"))
    assert (view.wishes, view.bonus_percent) == (tuple(Wish), 5)
    assert view.until is not None


def test_what_the_policy_refuses_is_shown_with_the_shops_own_sentence(ruled: World) -> None:
    view = offer(ruled.desk, an_order(ruled, tags=("Hygiene",)).id)
    (line,) = view.lines
    assert (view.open_lines, line.verdict.refusal) == ((), Refusal.RULE)
    assert line.verdict.because == {"": "Not for reasons of hygiene."}


def test_units_of_a_return_under_way_are_not_offered_again(world: World) -> None:
    order = an_order(world)
    ask(world.desk, order.id, asked_for(world, order), "nonce-1")
    assert offer(world.desk, order.id).lines[0].verdict.units == 1


@pytest.mark.parametrize(
    ("reason", "wish", "expected"),
    [
        (Reason.TOO_SMALL, Wish.REFUND, ("61.10", "4.90", "0.00")),
        (Reason.DAMAGED, Wish.REFUND, ("66.00", "0.00", "0.00")),
        (Reason.DAMAGED, Wish.STORE_CREDIT, ("66.00", "0.00", "69.30")),
    ],
)
def test_the_estimate_is_what_the_refund_box_would_pay(
    world: World, reason: Reason, wish: Wish, expected: tuple[str, ...]
) -> None:
    order = an_order(world)
    asked = asked_for(world, order, reason=reason, wish=wish)
    quote = estimate(world.desk, offer(world.desk, order.id), asked).quote
    assert quote is not None
    assert (quote.amount, quote.label, quote.credit) == tuple(map(money, expected))


def test_a_label_the_policy_gives_free_is_not_deducted_anywhere(ruled: World) -> None:
    order = an_order(ruled)
    asked = asked_for(ruled, order, reason=Reason.TOO_LARGE)
    quote = estimate(ruled.desk, offer(ruled.desk, order.id), asked).quote
    assert quote is not None
    assert quote.amount == money("66.00")
    return_id = ask(ruled.desk, order.id, asked, "nonce-1").return_id
    assert not ruled.case(return_id).policy.label_cost


def test_the_same_form_sent_twice_makes_one_return(world: World) -> None:
    order = an_order(world, quantity=2)
    asked = asked_for(world, order)
    first, second = (ask(world.desk, order.id, asked, "nonce-1") for _ in range(2))
    assert (first.new, second.new, first.return_id) == (True, False, second.return_id)
    (rma,) = stored(world)
    assert (rma.source, rma.source_key) == (Source.PORTAL, f"{order.id}/nonce-1")


def test_a_nonce_of_another_order_opens_nothing_of_it(world: World) -> None:
    mine, other = an_order(world), an_order(world)
    first = ask(world.desk, mine.id, asked_for(world, mine), "nonce-1")
    second = ask(world.desk, other.id, asked_for(world, other), "nonce-1")
    assert first.return_id != second.return_id


def test_a_line_of_another_order_is_refused(world: World) -> None:
    mine, other = an_order(world), an_order(world)
    with pytest.raises(InvalidInput):
        ask(world.desk, mine.id, asked_for(world, other), "nonce-1")
    assert stored(world) == []


def test_every_problem_is_named_at_its_field(world: World) -> None:
    order = an_order(world)
    good = asked_for(world, order)
    line = good.lines[0]
    number = line.line_id
    bad = replace(line, quantity=4, reason=None, note="x" * 2001)
    found = problems(offer(world.desk, order.id), replace(good, lines=(bad,), wish=None))
    assert [one.field for one in found] == [
        f"quantity-{number}",
        f"reason-{number}",
        f"note-{number}",
        "wish",
    ]
    assert problems(offer(world.desk, order.id), Asked((), Wish.REFUND))[0].field == "lines"
    assert problems(offer(world.desk, order.id), good) == ()


def test_a_wish_the_policy_leaves_out_is_refused_for_all_of_it(ruled: World) -> None:
    order = an_order(ruled, sale_price=Decimal(15))
    (found,) = problems(offer(ruled.desk, order.id), asked_for(ruled, order))
    assert found.field == "wish"


def test_nothing_is_opened_while_the_shop_does_not_answer(world: World) -> None:
    order = an_order(world)
    asked = asked_for(world, order)
    world.faults.plan("shop", Fault.CLOSED_BEFORE, times=50)
    with pytest.raises(Unreachable):
        ask(world.desk, order.id, asked, "nonce-1")
    assert stored(world) == []


def test_an_exchange_offers_other_sizes_with_stock_and_difference(world: World) -> None:
    tee = world.shop.add_product("Tee", "20.00", kind="variable", sku="TEE")
    small = world.shop.add_variation(tee, {"Size": "S"}, price="20.00", sku="TEE-S", stock=5)
    medium = world.shop.add_variation(tee, {"Size": "M"}, price="20.00", sku="TEE-M", stock=5)
    large = world.shop.add_variation(tee, {"Size": "L"}, price="25.00", sku="TEE-L", stock=5)
    world.shop.add_variation(tee, {"Size": "XL"}, price="25.00", sku="TEE-XL", stock=1)
    order = world.order((small, 2))
    read_order(world.desk, str(order.id))
    asked = asked_for(world, order, wish=Wish.EXCHANGE)
    (offers,) = articles(world.desk, order.id, asked).values()
    assert {one.variation_id: one.bill.difference for one in offers} == {
        medium.id: money("0.00"),
        large.id: money("10.00"),
    }
    chosen = replace(asked, lines=(replace(asked.lines[0], article=(tee.id, large.id)),))
    wish = estimate(world.desk, offer(world.desk, order.id), chosen).exchange
    assert wish is not None
    assert (wish.difference, wish.variant) == (money("10.00"), "L")
    return_id = ask(world.desk, order.id, chosen, "nonce-1").return_id
    case = world.case(return_id)
    assert case.exchange is not None
    assert (case.wish, case.exchange.difference, case.exchange_stands) == (
        Wish.EXCHANGE,
        money("10.00"),
        True,
    )


def test_what_a_customer_writes_is_kept_as_it_was_written(world: World) -> None:
    order = an_order(world, quantity=len(TEXTS))
    for name, text in TEXTS.items():
        said = text[:2000].replace("\0", "")
        opened = ask(world.desk, order.id, asked_for(world, order, 1, note=said), name)
        assert world.case(opened.return_id).items[0].note == said

"""Everything but refunds in the sandbox's shop: finding orders, stock, coupons, notes, webhooks, products."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.errors import NotFound, OutcomeUnknown, Refused
from bot.gateways.woocommerce import CODE_TAKEN
from store.money import Money
from tests.bot.gateways.sandbox_world import ANNE, EUR, World


@pytest.mark.parametrize("typed", ["{id}", "#{id}", "  # {id} "])
def test_an_order_is_found_as_people_type_it(world: World, typed: str) -> None:
    assert world.here.find_order(typed.format(id=world.order.id)).order_id == world.order.id


@pytest.mark.parametrize("typed", ["", "#", "999999", "Anne", "24/7", "100% #\\ ï €", "' OR 1=1", "9" * 40])
def test_what_is_no_order_number_finds_nothing(world: World, typed: str) -> None:
    with pytest.raises(NotFound):
        world.here.find_order(typed)


def test_stock_is_read_by_line_with_one_call_for_each_kind(world: World) -> None:
    cap = world.there.add_product("Cap", "19.99", sku="CAP", stock=4)
    red = world.there.add_variation(cap, {"Color": "Red"}, sku="CAP-RED", stock="parent")
    wrap = world.there.add_product("Gift wrap", "3.00", sku="WRAP")
    gone = world.there.add_product("Gone", "3.00", sku="GONE", stock=1)
    placed = world.there.place_order([(red, 1), (wrap, 1), (gone, 1)], billing=ANNE)
    lines = world.here.read_order(placed.id).lines
    del world.there.state.products[gone.id]
    stock = world.here.read_stock(lines)
    told = [(stock[line.line_id].managed, stock[line.line_id].quantity) for line in lines]
    assert told == [(True, 3), (False, None), (False, None)]
    assert world.here.read_stock(()) == {}


def test_a_coupon_is_for_one_use_by_one_buyer_and_found_by_its_code(world: World) -> None:
    coupon = world.here.create_coupon(
        "RD-7F3K9Q",
        amount=EUR(4590),
        email="Anne.Durand@example.com",
        expires_on=date(2027, 11, 23),
        text="Store credit for RMA-1042",
        individual_use=False,
        operation="RMA-1042/coupon/1",
    )
    assert (coupon.amount, coupon.usage_limit, coupon.emails) == (EUR(4590), 1, ("anne.durand@example.com",))
    assert coupon.expires_at == datetime(2027, 11, 23, 22, 59, 59, tzinfo=UTC)
    assert coupon.operation == "RMA-1042/coupon/1"
    assert world.here.find_coupon("rd-7f3k9q") == coupon
    assert world.here.find_coupon("RD-7F3K9") is None


def coupon(world: World, **changes: Any) -> Any:
    """Ask for a coupon, changed as a test needs it."""
    asked: dict[str, Any] = {
        "amount": EUR(100),
        "email": "a@example.com",
        "expires_on": None,
        "text": "",
        "individual_use": True,
        "operation": "op",
    }
    return world.here.create_coupon("RD-1", **{**asked, **changes})


def test_a_code_that_exists_is_in_doubt_because_it_may_be_ours(world: World) -> None:
    coupon(world)
    with pytest.raises(OutcomeUnknown) as caught:
        coupon(world)
    assert caught.value.code == CODE_TAKEN


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"email": "anne"},
        {"email": "a@b"},
        {"email": "a@b.example, c@d.example"},
        {"amount": EUR(0)},
        {"amount": EUR(-5)},
        {"amount": Money(500, "USD")},
    ],
)
def test_a_coupon_that_would_be_everybodys_or_worth_nothing_is_never_sent(
    world: World, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        coupon(world, **changes)
    assert world.there.state.coupons == {}


@pytest.mark.parametrize("to_customer", [False, True])
def test_a_note_is_written_found_and_inert(world: World, to_customer: bool) -> None:
    text = "RMA-1042: arrived <b>today</b> & looks good"
    note = world.here.add_note(world.order.id, text, to_customer)
    written = world.there.state.notes[note]
    assert written.text == "RMA-1042: arrived &lt;b&gt;today&lt;/b&gt; &amp; looks good"
    assert written.customer_note is to_customer
    assert world.here.find_note(world.order.id, "RMA-1042: arrived <b>today</b>") == note
    assert world.here.find_note(world.order.id, "RMA-1043") is None


def test_a_note_needs_words_and_an_order(world: World) -> None:
    with pytest.raises(Refused):
        world.here.add_note(world.order.id, "  ")
    with pytest.raises(NotFound):
        world.here.add_note(999999, "hello")


def test_a_buyers_history_counts_exactly_their_orders(world: World) -> None:
    product = next(iter(world.there.state.products.values()))
    for email, status in (
        ("anne.durand@example.com", "completed"),
        ("anne.durand@example.com", "cancelled"),
        ("xanne.durand@example.com", "completed"),
    ):
        world.there.place_order([(product, 1)], billing={**ANNE, "email": email}, status=status)
    found = world.here.customer_orders("anne.durand@example.com")
    assert found.count == 2
    assert found.average == EUR((15070 + 5990) // 2)


def test_changed_orders_come_oldest_first_and_once(world: World) -> None:
    product = next(p for p in world.there.state.products.values() if p.sku == "SHIRT-LIN")
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    placed = [
        world.there.place_order([(product, 1)], billing=ANNE, created=start + timedelta(seconds=i // 3))
        for i in range(230)
    ]
    seen = [changed.order_id for changed in world.here.changed_orders(start)]
    assert sorted(seen) == sorted([*(order.id for order in placed), world.order.id])
    assert seen[-1] == world.order.id
    later = [c.order_id for c in world.here.changed_orders(start + timedelta(seconds=70))]
    assert set(later) == {order.id for order in placed[210:]} | {world.order.id}


def test_many_changes_in_one_second_are_all_told(world: World) -> None:
    product = next(p for p in world.there.state.products.values() if p.sku == "SHIRT-LIN")
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    placed = {world.there.place_order([(product, 1)], billing=ANNE, created=moment).id for _ in range(130)}
    assert {changed.order_id for changed in world.here.changed_orders(moment)} >= placed


def test_the_shop_tells_its_settings_and_gateways(world: World) -> None:
    settings = world.here.read_settings()
    assert (settings.currency, settings.decimals) == ("EUR", 2)
    assert settings.version.startswith("10.5")
    able = {gateway.gateway_id: gateway.can_refund for gateway in world.here.payment_gateways()}
    assert able["stripe"]
    assert not able["bacs"]


def test_webhooks_are_made_once_and_switched_on_again(world: World) -> None:
    made = world.here.ensure_webhook("http://127.0.0.1:1/hooks/shop", "secret")
    assert {hook.topic for hook in made} == {"order.created", "order.updated", "order.deleted"}
    world.there.state.webhooks[made[0].webhook_id].status = "disabled"
    again = world.here.ensure_webhook("http://127.0.0.1:1/hooks/shop", "secret")
    assert {hook.webhook_id for hook in again} == {hook.webhook_id for hook in made}
    assert {hook.status for hook in world.here.webhooks()} == {"active"}


@pytest.mark.parametrize("words", ["tee", "TEE-S", "Cotton"])
def test_products_are_found_by_name_or_sku_as_what_is_sold(world: World, words: str) -> None:
    found = {product.sku: product for product in world.here.search_products(words)}
    small = found["TEE-S"]
    assert (small.name, small.variant, small.price, small.stock) == ("Cotton Tee", "S", EUR(2490), 8)
    assert "SHIRT-LIN" not in found


def test_a_slash_in_a_search_does_not_break_the_signature(world: World) -> None:
    assert world.here.search_products("50/50 % tee") == ()

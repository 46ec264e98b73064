"""Orders as a seed places them: taxes, coupons, stock, mails, and the payment in the ledger."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.sandbox.shop import GatewayDeclined, Order, Shop
from tests.sandbox.shop.bench import RITA, Bench


@pytest.fixture
def shop() -> Shop:
    moment = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    return Shop(clock=lambda: moment)


def amounts(order: Order) -> list[tuple[Decimal, Decimal]]:
    return [(line.total, line.total_tax) for line in order.lines]


def test_a_fixed_cart_coupon_is_split_equally_per_unit(shop: Shop) -> None:
    cheap, dear = shop.add_product("Cheap", "30.00"), shop.add_product("Dear", "60.00")
    shop.add_coupon("TEN", "10.00")
    order = shop.place_order([(cheap, 3), (dear, 1)], coupon="ten", prices_include_tax=False)
    assert amounts(order) == [(Decimal("82.50"), Decimal("16.50")), (Decimal("57.50"), Decimal("11.50"))]
    assert order.total == Decimal("168.00")


def test_a_percentage_leaves_a_cent_where_php_leaves_it(shop: Shop) -> None:
    pillow = shop.add_product("Pillow", "23.90")
    shop.add_coupon("QUARTER", "25", "percent")
    order = shop.place_order([(pillow, 10)], coupon="quarter")
    assert order.total == Decimal("179.25")


def test_two_rates_on_one_order(shop: Shop) -> None:
    shop.add_tax_rate("5.5", "TVA 5.5%", tax_class="reduced-rate")
    lamp, book = (
        shop.add_product("Lamp", "50.00"),
        shop.add_product("Book", "20.00", tax_class="reduced-rate"),
    )
    order = shop.place_order([(lamp, 1), (book, 1)], prices_include_tax=False)
    assert [(row.code, row.tax_total) for row in order.taxes] == [
        ("FR-TVA 20%-1", Decimal("10.00")),
        ("FR-TVA 5.5%-1", Decimal("1.10")),
    ]
    assert order.total == Decimal("81.10")


def test_a_price_may_be_given_and_a_fee_may_be_negative(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=5)
    order = shop.place_order([(shirt, 2, "59.90")], shipping="5.00", fees=[("Order discount", "-10.00")])
    assert order.total == Decimal("113.80")


def test_paying_takes_stock_writes_the_ledger_and_mails(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=5)
    order = shop.place_order([(shirt, 2)], billing=RITA)
    assert (order.status, shirt.stock, order.transaction_id) == ("processing", 3, f"txn_{order.id}")
    assert shop.ledger.paid(order.id) == 11980
    assert [mail.kind for mail in shop.outbox] == ["customer_processing_order"]


def test_an_unpaid_order_waits(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=5)
    assert shop.place_order([(shirt, 1)], payment_method="bacs", paid=False).status == "on-hold"
    assert shop.place_order([(shirt, 1)], paid=False).status == "pending"
    assert (shirt.stock, shop.ledger.entries) == (4, ())


def test_a_waiting_order_can_be_paid(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=5)
    order = shop.place_order([(shirt, 1)], paid=False, billing=RITA)
    shop.pay(order.id)
    assert (order.status, shirt.stock, shop.ledger.paid(order.id)) == ("processing", 4, 5990)


def test_an_order_may_be_an_old_one(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=5)
    before = shop.state.now() - timedelta(days=20)
    order = shop.place_order([(shirt, 1)], billing=RITA, created=before, status="completed")
    assert {order.created, order.modified, order.paid, order.completed} == {before}
    assert {mail.at for mail in shop.outbox} == {before}


def test_variations_may_count_on_their_parent(shop: Shop) -> None:
    cap = shop.add_product("Cap", "19.99", stock=4)
    red = shop.add_variation(cap, {"Color": "Red"}, sku="CAP-RED", stock="parent")
    order = shop.place_order([(red, 1)])
    assert (cap.stock, red.stock) == (3, None)
    assert (order.lines[0].name, order.lines[0].variation_id) == ("Cap - Red", red.id)


def test_selling_the_last_one_makes_it_out_of_stock(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=1)
    shop.place_order([(shirt, 1)])
    assert shirt.stock_status == "outofstock"


def test_reset_leaves_an_empty_shop_and_a_new_ledger(shop: Shop) -> None:
    shirt = shop.add_product("Shirt", "59.90", stock=5)
    shop.place_order([(shirt, 1)], billing=RITA)
    key, old = shop.key(), shop.ledger
    shop.reset()
    assert (shop.state.orders, shop.state.products, shop.outbox, shop.ledger.entries) == ({}, {}, [], ())
    assert key.consumer_key not in shop.state.keys
    assert len(old.entries) == 1
    again = shop.add_product("Shirt", "59.90", stock=5)
    assert shop.place_order([(again, 1)]).id == 2
    assert shop.ledger.entries[0].id == 1


class Bridge:
    """Another service behind the seam, as Stripe's plugin would be."""

    id, title, supports_refunds = "stripe", "Stripe", True

    def __init__(self) -> None:
        self.told: list[tuple[int, str, str]] = []

    def charge(self, order: Order) -> str:
        return f"pi_{order.id}"

    def refund(self, order: Order, amount: str, reason: str) -> None:
        if amount == "13.00":
            raise GatewayDeclined("charge_already_refunded")
        self.told.append((order.id, amount, reason))


def test_a_gateway_of_another_service_hears_amount_and_reason(bench: Bench) -> None:
    bridge = Bridge()
    bench.shop.gateways["stripe"] = bridge
    mug = bench.shop.state.products[11]
    order = bench.shop.place_order([(mug, 2)], payment_method="stripe")
    assert order.transaction_id == f"pi_{order.id}"
    path = f"/orders/{order.id}/refunds"
    assert bench.call("POST", path, {"amount": "14.99", "reason": "[RMA-1] too small"}).status_code == 201
    refused = bench.call("POST", path, {"amount": "13.00"})
    assert (refused.status_code, refused.json()["message"]) == (500, "charge_already_refunded")
    assert bridge.told == [(order.id, "14.99", "[RMA-1] too small")]

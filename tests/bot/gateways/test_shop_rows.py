"""Orders and refunds as a real shop wrote them, read into the desk's values."""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from bot.gateways.answers import Unreadable
from bot.gateways.reading import ShopFacts, read_refund, read_snapshot
from bot.rules.order import LineKind, TaxShare
from store.money import Money, total
from tests.bot.gateways.scripted_shop import RECORDINGS, recorded

EUR = partial(Money, currency="EUR")
FACTS = ShopFacts("https://shop.example", 2, True, frozenset({"stripe"}), datetime(2026, 11, 23, tzinfo=UTC))
MIXED = json.loads((RECORDINGS / "mixed_orders.json").read_text())


@pytest.mark.parametrize("order", MIXED, ids=lambda order: f"{order['currency']}-{order['dp6']['id']}")
def test_the_lines_of_a_mixed_order_sum_to_its_total_in_every_currency(order: dict[str, Any]) -> None:
    read = read_snapshot(order["dp6"], (), FACTS)
    assert read.total == Money.of(order["dp2"]["total"], order["currency"])
    assert total((line.gross for line in read.lines), read.currency) == read.total
    assert all(line.net + line.tax == line.gross for line in read.lines)
    assert {line.kind for line in read.lines if line.quantity > 1} <= {LineKind.PRODUCT}


def test_a_refund_at_work_is_neither_paid_nor_finished() -> None:
    (row,) = recorded("refunds_list_while_gateway_is_working")
    refund = read_refund(row, "EUR")
    assert (refund.amount, refund.reason, refund.paid_back, refund.finished) == (
        EUR(500),
        "RMA-9",
        False,
        False,
    )


def test_a_refund_whose_process_died_after_the_money_moved_is_not_finished() -> None:
    rows = [read_refund(row, "EUR") for row in recorded("refunds_list_after_gateway_fatal")]
    assert rows
    assert not any(row.finished or row.paid_back for row in rows)


@pytest.mark.parametrize("name", ["refunds_list", "refunds_list_mismatched", "refunds_list_reason"])
def test_recorded_refunds_come_out_positive_and_on_the_orders_lines(name: str) -> None:
    for refund in (read_refund(row, "EUR") for row in recorded(name)):
        assert refund.amount >= EUR(0)
        assert all(line.quantity >= 0 for line in refund.lines)


def test_a_refunded_line_names_the_line_it_took_from() -> None:
    refund = read_refund(recorded("refund_get"), "EUR")
    (line,) = refund.lines
    assert (line.line_id, line.quantity, line.gross) == (52, 1, EUR(5989))
    assert line.taxes == (TaxShare(1, EUR(998)),)
    assert refund.created_at == datetime(2026, 11, 23, 0, 44, 58, tzinfo=UTC)


def test_a_refund_of_nothing_anyone_named_is_zero() -> None:
    assert read_refund(recorded("refund_empty_body"), "EUR").amount == EUR(0)


def test_units_of_somebody_elses_row_of_nothing_count_as_refunded() -> None:
    row = recorded("refund_zero_amount_with_lines_restock")
    assert [line.quantity for line in read_refund(row, "EUR").lines] == [1]
    ours = read_refund({**row, "reason": "RMA-1042-R1-S1 · back on the shelf"}, "EUR")
    assert [line.quantity for line in ours.lines] == [0]


def test_a_refund_line_that_names_no_line_counts_by_its_refunds_amount_only() -> None:
    row = recorded("refund_get")
    row["line_items"][0]["meta_data"] = []
    refund = read_refund(row, "EUR")
    assert (refund.lines, refund.amount) == ((), EUR(5990))


@pytest.mark.parametrize(
    "odd",
    [
        {"id": None},
        {"amount": None},
        {"refunded_payment": "yes"},
        {"refunded_payment": 1},
        {"line_items": None},
    ],
)
def test_a_refund_that_is_not_one_is_unreadable(odd: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read_refund({**recorded("refund_get"), **odd}, "EUR")


def test_an_order_with_a_product_that_is_gone_keeps_its_name() -> None:
    order = {**recorded("order_get"), "line_items": recorded("order_get_with_deleted_product")["line_items"]}
    gone = read_snapshot({**order, "total": "16.00"}, (), FACTS).products[0]
    assert (gone.name, gone.sku, gone.product_id) == ("Gone", "", 0)


def test_half_a_unit_needs_a_person() -> None:
    order = recorded("order_get")
    order["line_items"][0]["quantity"] = "1.5"
    read = read_snapshot(order, (), FACTS)
    assert read.needs_human == ("fractional_quantity",)
    assert read.products[0].quantity == 1


def test_a_gift_card_line_is_marked() -> None:
    order = recorded("order_get")
    order["line_items"][0]["meta_data"].append(
        {"id": 1, "key": "wc_gc_giftcard_to", "value": "a@example.com"}
    )
    assert read_snapshot(order, (), FACTS).products[0].gift_card


@pytest.mark.parametrize(
    ("new_tables", "page"),
    [(True, "admin.php?page=wc-orders&action=edit&id=24"), (False, "post.php?action=edit&post=24")],
)
def test_the_order_links_to_its_page_in_the_admin(new_tables: bool, page: str) -> None:
    facts = ShopFacts(FACTS.address, 2, new_tables, FACTS.refunding_gateways, FACTS.read_at)
    assert (
        read_snapshot(recorded("order_get"), (), facts).store_url == f"https://shop.example/wp-admin/{page}"
    )

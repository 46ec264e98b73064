"""Forty-eight awkward orders (mixed_orders.json): taken in, worked out again, refunded to the last unit."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.shop import Order, TaxRate
from bot.sandbox.shop.totals import recalculate
from tests.sandbox.shop.bench import RECORDINGS, Bench

MIXED = json.loads((RECORDINGS / "mixed_orders.json").read_text())
NOT_ON_SHIPPING = (2, 7)  # as ticked in the tax table of the shop that made them
MONEY = ("total", "total_tax", "cart_tax", "shipping_total", "shipping_tax", "discount_total", "discount_tax")


def name_of(row: dict[str, Any]) -> str:
    places = "subtotal" if row["round_at_subtotal"] == "yes" else "line"
    return f"{row['currency']}-{row['prices_include_tax']}-{places}-{row['dp6']['id']}"


mixed = pytest.mark.parametrize("row", MIXED, ids=name_of)


def take_in(bench: Bench, row: dict[str, Any]) -> Order:
    at_subtotal = row["round_at_subtotal"] == "yes"
    return bench.shop.import_order(row["dp6"], decimals=int(row["decimals"]), round_at_subtotal=at_subtotal)


def rates_of(row: dict[str, Any]) -> list[TaxRate]:
    """The tax table of the order's country; reduced rates are those its lines say."""
    reduced = {
        tax["id"] for line in row["dp6"]["line_items"] if line["tax_class"] for tax in line["taxes"]
    } - {tax["id"] for line in row["dp6"]["line_items"] if not line["tax_class"] for tax in line["taxes"]}
    return [
        TaxRate(
            tax["rate_id"],
            Decimal(str(tax["rate_percent"])),
            tax["label"],
            compound=tax["compound"],
            tax_class="reduced-rate" if tax["rate_id"] in reduced else "",
            priority=tax["rate_id"],
            shipping=tax["rate_id"] not in NOT_ON_SHIPPING,
        )
        for tax in row["dp6"]["tax_lines"]
    ]


@mixed
def test_an_order_taken_in_is_shown_as_it_was(bench: Bench, row: dict[str, Any]) -> None:
    order = take_in(bench, row)
    shown = bench.call("GET", f"/orders/{order.id}", dp=6).json()
    for name in (*MONEY, "id", "currency", "status", "prices_include_tax"):
        assert shown[name] == row["dp6"][name]
    for kind in ("line_items", "shipping_lines", "fee_lines", "tax_lines"):
        for ours, recorded in zip(shown[kind], row["dp6"][kind], strict=True):
            known = ours.keys() & {"id", "total", "total_tax", "taxes", "quantity", "tax_total", "rate_code"}
            assert {name: ours[name] for name in known} == {name: recorded[name] for name in known}


@mixed
def test_two_decimals_are_the_recorded_ones(bench: Bench, row: dict[str, Any]) -> None:
    order = take_in(bench, row)
    shown = bench.call("GET", f"/orders/{order.id}", dp=2).json()
    if row["decimals"] != "2":
        shown = bench.call("GET", f"/orders/{order.id}").json()  # these were read at the shop's own decimals
    for name in MONEY:
        assert shown[name] == row["dp2"][name]
    for ours, recorded in zip(shown["line_items"], row["dp2"]["line_items"], strict=True):
        assert (ours["total"], ours["total_tax"]) == (recorded["total"], recorded["total_tax"])


@mixed
def test_the_totals_are_worked_out_as_the_shop_did(bench: Bench, row: dict[str, Any]) -> None:
    order = take_in(bench, row)
    bench.shop.state.tax_rates = rates_of(row)
    before = {name: getattr(order, name) for name in MONEY}
    taxes = [
        (line.total_tax, [(share.rate_id, share.total) for share in line.shares]) for line in order.lines
    ]
    recalculate(bench.shop.state, order)
    assert {name: getattr(order, name) for name in MONEY} == before
    again = [
        (line.total_tax, [(share.rate_id, share.total) for share in line.shares]) for line in order.lines
    ]
    assert again == taxes


@mixed
def test_the_whole_total_can_be_refunded_and_not_one_unit_more(bench: Bench, row: dict[str, Any]) -> None:
    order = take_in(bench, row)
    unit = Decimal(1).scaleb(-order.decimals)
    path = f"/orders/{order.id}/refunds"
    over = bench.call("POST", path, {"amount": str(order.total + unit)})
    assert (over.status_code, over.json()["message"]) == (500, "Invalid refund amount.")
    whole = bench.call("POST", path, {"amount": str(order.total)})
    # A shop with a free item that did not come back does not call the order refunded.
    free = any(line.total == 0 for line in order.of_kind("line_item"))
    assert (whole.status_code, order.status) == (201, "processing" if free else "refunded")
    assert bench.paid_back() == [int(order.total.scaleb(order.decimals))]
    assert bench.call("POST", path, {"amount": str(unit)}).status_code == 500

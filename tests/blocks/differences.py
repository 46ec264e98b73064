"""A difference of every kind, open, looked at, settled and gone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.rules.difference import Difference
from store.money import Money
from store.terms import DifferenceKind as Kind
from tests.blocks.cards import SHOP
from tests.make import ALICE, BOB, NOON, money

CARD = "https://shop.example/archives/C01RETURNS/p1763900000000100"
NOTHING = Money.zero("EUR")


def a_difference(kind: Kind, **given: Any) -> Difference:
    """Found three hours ago about RMA-1042; nobody has looked."""
    fields: dict[str, Any] = {
        "found_at": NOON - timedelta(hours=3),
        "as_of": NOON,
        "about": {"reference": "RMA-1042-R1", "rows": [901]},
        "order_number": "5567",
        "order_address": SHOP,
        "return_number": "RMA-1042",
        "card_address": CARD,
    }
    return Difference(7, kind, **(fields | given))


def three(ours: str | None, shop: str | None, bank: str | None) -> dict[str, Money | None]:
    """What each says."""
    told = zip(("ours", "shop", "bank"), (ours, shop, bank), strict=True)
    return {name: None if text is None else money(text) for name, text in told}


PAID: dict[str, Any] = three("61.10", "61.10", "61.10")
GONE = a_difference(Kind.ROW_GONE, **three("61.10", "0.00", "61.10"))
NO_ORDER: dict[str, Any] = {"order_number": "", "order_address": "", "return_number": "", "card_address": ""}
DAY: dict[str, Any] = {"day": "2026-11-22", "through": 124110, "orders": ["5567", "5570"]}
STOCK: dict[str, Any] = {"line": "Mug 1", "sku": "MUG-1", "wanted": 2, "back": 0}

DIFFERENCES: Mapping[str, Difference] = {
    "row_gone": GONE,
    "looked_at": replace(GONE, owner=ALICE),
    "settled": replace(
        GONE,
        owner=ALICE,
        settled_at=NOON,
        settled_by=BOB,
        note="Deleted by mistake while tidying up. Entered again as refund 912.",
    ),
    "went_away": replace(GONE, settled_at=NOON - timedelta(hours=1)),
    "other_amount": a_difference(Kind.OTHER_AMOUNT, **three("61.10", "60.00", "60.00")),
    "two_rows": a_difference(Kind.TWO_ROWS, **three("61.10", "122.20", "61.10")),
    "phantom_row": a_difference(
        Kind.PHANTOM_ROW, **three("61.10", "122.20", "61.10"), about={"reference": "RMA-1042-R1", "row": 950}
    ),
    "bank_has_more": a_difference(Kind.BANK_DIFFERS, **three(None, "0.00", "10.00")),
    "bank_has_less": a_difference(Kind.BANK_DIFFERS, **three(None, "10.00", "0.00")),
    "bank_failed": a_difference(Kind.BANK_FAILED, **three("61.10", "61.10", "0.00")),
    "turned_up_refused": a_difference(Kind.TURNED_UP, **three("0.00", "61.10", "61.10")),
    "turned_up_unknown": a_difference(Kind.TURNED_UP, **three("61.10", "0.00", "61.10")),
    "over_refunded": a_difference(
        Kind.OVER_REFUNDED,
        **three("66.00", "132.00", None),
        about={"lines": [f"Mug {number}" for number in range(1, 13)], "total": 9900},
    ),
    "over_refunded_whole": a_difference(
        Kind.OVER_REFUNDED, **three("66.00", "100.00", None), about={"lines": [], "total": 9900}
    ),
    "exchange_refunded": a_difference(Kind.EXCHANGE_REFUNDED, **three(None, "66.00", None)),
    "credit_overspent": a_difference(Kind.CREDIT_OVERSPENT, **three("63.00", "78.00", None)),
    "not_restocked": a_difference(Kind.NOT_RESTOCKED, about=STOCK),
    "not_restocked_no_sku": a_difference(Kind.NOT_RESTOCKED, about={**STOCK, "sku": ""}),
    "day": a_difference(Kind.DAY_DIFFERS, **three("1302.20", "1241.10", "1241.10"), about=DAY, **NO_ORDER),
    "news_off": a_difference(Kind.NEWS_OFF, about={"topics": ["order.updated"], "paused": False}, **NO_ORDER),
    "news_paused": a_difference(
        Kind.NEWS_OFF, about={"topics": ["order.updated"], "paused": True}, **NO_ORDER
    ),
    "news_again": a_difference(
        Kind.NEWS_OFF,
        about={"topics": ["order.updated"], "paused": False},
        settled_at=NOON - timedelta(hours=2),
        **NO_ORDER,
    ),
    "no_card_yet": replace(GONE, card_address="", order_address=""),
}

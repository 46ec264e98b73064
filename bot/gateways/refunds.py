"""The refund request, spelled out in full, and the check that the shop booked just that. Sends nothing."""

import re
from collections.abc import Sequence
from typing import Any

from bot.errors import OutcomeUnknown, Refused
from bot.gateways.answers import read_json
from bot.gateways.reading import RESTOCK_MARK, read_refund
from bot.gateways.schema import Row, as_row, as_rows, text
from bot.gateways.transport import Answer
from bot.rules.choice import QuoteLine, RestockLine
from bot.rules.order import ShopRefund
from store.money import Money, total

OPERATION_KEY = "_returns_desk_operation"
LONGEST_REASON = 400
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,39}")

# Raised by the refunds controller before it touches the gateway; its other refusals come after.
REFUSED_BEFORE_MONEY = frozenset(
    {"woocommerce_rest_invalid_order_id", "woocommerce_rest_invalid_order_refund"}
)


def refund_body(
    amount: Money,
    lines: Sequence[QuoteLine],
    restock: Sequence[RestockLine],
    *,
    reference: str,
    words: str,
    pay_back: bool,
    operation: str,
) -> dict[str, Any]:
    """The request of one refund, nothing left to the shop's defaults.

    WooCommerce pays and restocks unless told not to, takes any amount for any lines, and refunds an amount
    nobody named (recordings refund_empty_body, refund_lines_sum_differs_from_amount): all refused here.
    Raises Refused when the amount is missing or not what the lines say.
    """
    if amount.minor <= 0:
        raise Refused("a refund needs an amount above zero", code="no_amount")
    if lines and total((line.gross for line in lines), amount.currency) != amount:
        raise Refused("the lines do not add up to the amount", code="lines_differ")
    return {
        "amount": amount.decimal,
        "reason": reason(reference, words),
        "api_refund": pay_back,
        "api_restock": bool(restock),
        "line_items": [_line(line, units) for line, units in _with_units(lines, restock, amount.currency)],
        "meta_data": [{"key": OPERATION_KEY, "value": operation}],
    }


def restock_body(
    restock: Sequence[RestockLine], *, reference: str, words: str, operation: str
) -> dict[str, Any]:
    """The request of a row of 0.00 that puts units back on the shelf, marked so that none counts twice.

    As a WooCommerce 10.5 shop answered (recording refund_zero_amount_with_lines_restock).
    """
    if not restock or any(line.quantity <= 0 for line in restock):
        raise Refused("nothing to put back", code="no_units")
    if not RESTOCK_MARK.match(reference):
        raise Refused(
            f"a restock needs a reference ending in -S and a number, not {reference!r}", code="reference"
        )
    return {
        "amount": "0",
        "reason": reason(reference, words),
        "api_refund": False,
        "api_restock": True,
        "line_items": [
            {"id": line.line_id, "quantity": line.quantity, "refund_total": "0", "refund_tax": []}
            for line in restock
        ],
        "meta_data": [{"key": OPERATION_KEY, "value": operation}],
    }


def reason(reference: str, words: str) -> str:
    """The marker first, so that no cut takes it, then words the customer may read: the shop mails them."""
    if not REFERENCE.fullmatch(reference):
        raise Refused(f"not a reference: {reference!r}", code="reference")
    said = " ".join(words.encode("utf-8", "replace").decode().split())
    return f"{reference} · {said}"[:LONGEST_REASON] if said else reference


def carries(refund: ShopRefund, reference: str) -> bool:
    """Whether the row is the one made under ``reference``: RMA-7-R1 is not RMA-7-R10."""
    return refund.reason.split(" ")[0] == reference


def booked(body: dict[str, Any], order_id: int, amount: Money, answer: Answer) -> ShopRefund:
    """The row the shop answered with. Raises Unreadable, or OutcomeUnknown if it is not the one asked for."""
    row = as_row(read_json(answer), "the refund")
    refund = read_refund(row, amount.currency)
    wrong = [
        name
        for name, right in (
            ("reference", carries(refund, body["reason"].split(" ")[0])),
            ("amount", refund.amount == amount),
            ("order", _order_of(row) in (order_id, None)),
            ("way of paying", refund.paid_back == body["api_refund"]),
        )
        if not right
    ]
    if wrong:
        raise OutcomeUnknown(f"the shop booked another {', '.join(wrong)} than asked", code="differs")
    return refund


def refused_before_money(status: int, code: str) -> bool:
    """Whether an error proves that no money moved.

    One code and HTTP 500 stand both for "more than what remains" and for a bank whose answer got lost
    (facts of a WooCommerce 10.5 shop: recordings refund_over_total_error, refund_gateway_exception).
    """
    return status < 500 or code in REFUSED_BEFORE_MONEY


def _line(line: QuoteLine, units: int) -> dict[str, Any]:
    taxes = [{"id": share.rate_id, "refund_total": share.amount.decimal} for share in line.taxes]
    return {
        "id": line.line_id,
        "quantity": units,
        "refund_total": line.net.decimal,
        "refund_tax": taxes,
    }


def _with_units(
    lines: Sequence[QuoteLine], restock: Sequence[RestockLine], currency: str
) -> list[tuple[QuoteLine, int]]:
    """Each line with the quantity to send. ``api_restock`` puts back every unit the request names, or none.

    So a request that restocks names only the units that go back on the shelf; the others are refunded by
    their money alone. One request keeps refund and restock together, and the customer gets one mail.
    """
    if not restock:
        return [(line, line.quantity) for line in lines]
    back = {line.line_id: line.quantity for line in restock}
    for line in lines:
        if back.get(line.line_id, 0) > line.quantity:
            raise Refused("more units to put back than are refunded", code="restock_differs")
    named = {line.line_id for line in lines}
    free = [QuoteLine(line_id, 0, Money.zero(currency)) for line_id in back if line_id not in named]
    return [(line, back.get(line.line_id, 0)) for line in (*lines, *free)]


def _order_of(row: Row) -> int | None:
    """The order an answered refund hangs on, as its links tell; the row itself does not say."""
    links = row.get("_links")
    up = links.get("up") if isinstance(links, dict) else None
    if not up:
        return None
    found = re.search(r"/orders/([0-9]+)$", text(as_rows(up, "up")[0], "href"))
    return int(found.group(1)) if found else None

"""The replacement order as it is asked for: whose, what, and at which sums. Sends nothing.

The lines carry what is collected and nothing else: an even or cheaper swap comes to 0.00. A negative fee
that is larger than the order is cut without a word (recording exchange_order_create_negative_fee_incl),
a coupon has to exist first and counts as used, and an order at full value books the sale twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.errors import Refused
from bot.gateways.nouns import ReplacementLine
from bot.gateways.reading import EXCHANGE_KEY, ORIGINAL_KEY
from bot.gateways.refunds import OPERATION_KEY
from bot.gateways.schema import Row, meta, rows, whole, whole_or
from bot.gateways.taxes import Net, Rates, Rounding, fitting_net, line_rates, plain_net
from store.money import Money, total

RESERVED = "on-hold"  # takes the units off the shelf, cannot be paid in the shop, and is not sent
ROUNDING_FEE = "Rounding"
EXEMPT_KEY = "is_vat_exempt"  # by which the shop remembers a customer who pays no tax

# A gateway the shop does not have: none of its plugins reacts to the order, and none will refund it.
GATEWAY, COLLECTED, EVEN = "returns_desk", "Stripe (Returns Desk)", "Exchange (Returns Desk)"


@dataclass(frozen=True, slots=True)
class Sums:
    """The lines of an order, what it comes to, and the decimals the shop rounds to."""

    lines: tuple[ReplacementLine, ...]
    collected: Money
    places: int

    @classmethod
    def of(cls, lines: Sequence[ReplacementLine], currency: str, places: int) -> "Sums":
        """Raises Refused for an order nobody should ask for, or that the shop cannot write down."""
        if not lines or any(line.quantity < 1 or not line.product_id for line in lines):
            raise Refused("a replacement needs goods", code="no_units")
        if any({line.price.currency, line.collected.currency} != {currency} for line in lines):
            raise Refused(f"the original order is in {currency}", code="other_currency")
        if any(line.collected.minor < 0 or line.price.minor < 0 for line in lines):
            raise Refused("a replacement collects an amount or nothing", code="negative")
        collected = total((line.collected for line in lines), currency)
        for line in lines:
            if Decimal(line.collected.decimal) % Decimal(1).scaleb(-places):
                raise Refused(f"the shop writes amounts with {places} decimals only", code="decimals")
        return cls(tuple(lines), collected, places)


def order_body(
    original: Row, sums: Sums, rates: Sequence[Rates], *, operation: str, reference: str
) -> dict[str, Any]:
    """The request: the customer and the addresses of the original, our marks, and the lines."""
    rounding = Rounding(sums.places, original.get("prices_include_tax") is True)
    nets = _nets(sums, rates, rounding)
    marks = {OPERATION_KEY: operation, EXCHANGE_KEY: reference, ORIGINAL_KEY: str(whole(original, "id"))}
    if meta(original).get(EXEMPT_KEY) == "yes":
        marks[EXEMPT_KEY] = "yes"
    return {
        "status": RESERVED,
        "parent_id": whole(original, "id"),
        "customer_id": whole_or(original, "customer_id", 0),
        "currency": sums.collected.currency,
        "billing": _address(original, "billing"),
        "shipping": _address(original, "shipping"),
        "payment_method": GATEWAY,
        "payment_method_title": COLLECTED if sums.collected else EVEN,
        "line_items": [
            _line(line, plain_net(Decimal(line.price.decimal), its), net)
            for line, its, net in zip(sums.lines, rates, nets, strict=True)
        ],
        "fee_lines": _fees(nets),
        "meta_data": [{"key": key, "value": value} for key, value in marks.items()],
    }


def corrections(made: Row, sums: Sums) -> Iterator[dict[str, Any]]:
    """How to write the lines anew, from the rates the shop itself took; the last way is for shops that round
    the sum of all lines and not each of them."""
    rates = [its for _, its in line_rates(made)]
    rounding = Rounding(sums.places, made.get("prices_include_tax") is True)
    exactly = [
        Net(plain_net(Decimal(line.collected.decimal), its), Decimal(0))
        for line, its in zip(sums.lines, rates, strict=True)
    ]
    for nets in (_nets(sums, rates, rounding), exactly):
        yield {
            "line_items": [
                {"id": whole(row, "id"), "total": _written(net.amount)}
                for row, net in zip(rows(made, "line_items"), nets, strict=True)
            ],
            "fee_lines": _fees(nets, rows(made, "fee_lines")),
        }


def units_of(lines: Sequence[ReplacementLine]) -> Mapping[tuple[int, int], int]:
    """Units by product and variation."""
    units: dict[tuple[int, int], int] = {}
    for line in lines:
        article = (line.product_id, line.variation_id)
        units[article] = units.get(article, 0) + line.quantity
    return units


def _nets(sums: Sums, rates: Sequence[Rates], rounding: Rounding) -> list[Net]:
    return [
        fitting_net(Decimal(line.collected.decimal), its, rounding)
        for line, its in zip(sums.lines, rates, strict=True)
    ]


def _line(line: ReplacementLine, subtotal: Decimal, net: Net) -> dict[str, Any]:
    """``subtotal`` and ``total`` are net in every shop (recording exchange_order_create_free_replacement)."""
    article = {"product_id": line.product_id, "quantity": line.quantity}
    if line.variation_id:
        article["variation_id"] = line.variation_id
    return {**article, "subtotal": _written(subtotal), "total": _written(net.amount)}


def _fees(nets: Sequence[Net], made: Sequence[Row] = ()) -> list[dict[str, Any]]:
    """What no net can reach, as a fee that is not taxed; one that is there already is written anew."""
    rest = sum((net.rest for net in nets), Decimal())
    if made:
        return [{"id": whole(made[0], "id"), "total": _written(rest)}]
    return [{"name": ROUNDING_FEE, "total": _written(rest), "tax_status": "none"}] if rest else []


def _written(amount: Decimal) -> str:
    return f"{amount:f}"


def _address(original: Row, name: str) -> dict[str, str]:
    """What is filled in: an empty e-mail address is refused as a malformed one."""
    found = original.get(name)
    entries = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in entries if isinstance(value, str) and value}

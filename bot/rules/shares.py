"""Spread an order's total over its lines, once and exactly. Knows no shop: somebody else read the numbers.

The total is not a function of the lines: of 160 mixed orders a WooCommerce 10.5 shop made, no sum of lines
gave the total in more than 141. So the total rules, and the lines only say in which proportion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from bot.rules.order import TaxShare
from store.money import Money, exponent, spread

MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class RawRate:
    """The unrounded tax of one rate in one line, as read at six decimals."""

    rate_id: int
    amount: Decimal


@dataclass(frozen=True)
class RawLine:
    """A product, shipping or fee line as read at six decimals.

    ``total_tax`` is what the shop rounded per rate, ``taxes`` is what it did not round: they differ.
    """

    line_id: int
    net: Decimal
    total_tax: Decimal
    taxes: tuple[RawRate, ...] = ()

    @property
    def rates(self) -> Decimal:
        """The unrounded tax; where the shop names no rates, the rounded one is all there is."""
        return sum((rate.amount for rate in self.taxes), Decimal(0)) if self.taxes else self.total_tax


@dataclass(frozen=True)
class LineShare:
    """What one line has of the order's total, and what of that is tax, by rate."""

    line_id: int
    gross: Money
    taxes: tuple[TaxShare, ...]


def share_out(
    order_total: Money, raw_lines: Sequence[RawLine], *, total_tax: Money | None = None
) -> tuple[LineShare, ...]:
    """The exact shares of ``order_total``, in the order of ``raw_lines``; their ``gross`` sums to it.

    ``total_tax`` is the order's own; the lines' taxes sum to it wherever each still fits inside its line.
    A tax the shop assigned to no rate cannot be refunded by rate and stays in the net.
    """
    currency = order_total.currency
    taxes = _nearest_taxes(order_total, raw_lines)
    grosses = _parts(
        order_total.minor, [_minor(r.net + t, currency) for r, t in zip(raw_lines, taxes, strict=True)]
    )
    wanted = _rounded(sum(taxes, Decimal(0)), currency) if total_tax is None else total_tax.minor
    parts = _parts(wanted, [_minor(tax, currency) for tax in taxes])
    return tuple(
        LineShare(raw.line_id, Money(gross, currency), _rates(raw, _within(tax, gross), currency))
        for raw, gross, tax in zip(raw_lines, grosses, parts, strict=True)
    )


def _nearest_taxes(order_total: Money, raw_lines: Sequence[RawLine]) -> list[Decimal]:
    """Per line the tax, rounded or not, whichever of the two brings all lines nearer to the total."""
    target = Decimal(order_total.decimal) - sum((raw.net for raw in raw_lines), Decimal(0))
    unrounded = [raw.rates for raw in raw_lines]
    rounded = [raw.total_tax for raw in raw_lines]
    return min(unrounded, rounded, key=lambda taxes: abs(target - sum(taxes, Decimal(0))))


def _parts(amount: int, weights: list[Decimal]) -> list[int]:
    """``amount`` in whole units near ``weights``: each rounded down, the rest to the largest remainders.

    Where the amount is further off than rounding explains, the difference is spread over the positive ones.
    """
    parts = [int(weight.to_integral_value(ROUND_FLOOR)) for weight in weights]
    carriers = [i for i, weight in enumerate(weights) if weight]
    left = amount - sum(parts)
    if 0 <= left <= len(carriers):
        for i in sorted(carriers, key=lambda i: parts[i] - weights[i])[:left]:
            parts[i] += 1
        return parts
    positive = [max(part, 0) for part in parts]
    if not any(positive):
        positive = [1] * len(parts)
    extra = spread(left, positive) if parts else []
    return [part + more for part, more in zip(parts, extra, strict=True)]


def _rates(raw: RawLine, tax: int, currency: str) -> tuple[TaxShare, ...]:
    taxed = [rate for rate in raw.taxes if rate.amount]
    if not taxed:
        return ()
    parts = _parts(tax, [_minor(rate.amount, currency) for rate in taxed])
    return tuple(
        TaxShare(rate.rate_id, Money(part, currency)) for rate, part in zip(taxed, parts, strict=True)
    )


def _within(tax: int, gross: int) -> int:
    """A tax is never more than its line, and has its sign."""
    return max(0, min(tax, gross)) if gross >= 0 else min(0, max(tax, gross))


def _minor(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(MICRO).scaleb(exponent(currency))


def _rounded(amount: Decimal, currency: str) -> int:
    return int(_minor(amount, currency).to_integral_value(ROUND_HALF_UP))

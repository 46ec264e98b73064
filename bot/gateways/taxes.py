"""The tax the shop takes on top of a net amount, and which net makes a gross amount. Asks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from bot.gateways.schema import Row, number, rows, text, whole

FINE = Decimal("0.000001")  # what the shop keeps of a line's net
LOOKED_AT = sorted(range(-40, 41), key=abs)  # twentieths of a minor unit, nearest first


@dataclass(frozen=True, slots=True)
class Rate:
    """One tax in percent. A compound one is taken on the net and on the taxes before it."""

    percent: Decimal
    compound: bool


Rates = tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the shop rounds a line: to ``places`` decimals, a half of a tax down where prices include tax."""

    places: int
    halves_down: bool

    @property
    def unit(self) -> Decimal:
        """The smallest amount the shop writes."""
        return Decimal(1).scaleb(-self.places)

    def net(self, value: Decimal) -> Decimal:
        """A net as it is added up."""
        return value.quantize(self.unit, ROUND_HALF_UP)

    def tax(self, value: Decimal) -> Decimal:
        """A tax as it is added up (recording order_create_cancelled: 1.665 counts as 1.66)."""
        return value.quantize(self.unit, ROUND_HALF_DOWN if self.halves_down else ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Net:
    """The net to write for a gross amount, and what no net can reach of it, mostly nothing."""

    amount: Decimal
    rest: Decimal


def line_rates(order: Row) -> list[tuple[str, Rates]]:
    """Each product line's tax class with the rates the shop took on it."""
    known = {
        whole(row, "rate_id"): Rate(number(row, "rate_percent"), row.get("compound") is True)
        for row in rows(order, "tax_lines")
    }
    found = []
    for line in rows(order, "line_items"):
        ids = [whole(tax, "id") for tax in rows(line, "taxes")]
        found.append((text(line, "tax_class"), tuple(known[each] for each in ids if each in known)))
    return found


def class_rates(order: Row) -> Mapping[str, Rates]:
    """The rates by tax class, as the shop took them from this customer at this address.

    An article that is not taxed has a class all the same, so a class has what the most taxed line had.
    """
    found: dict[str, Rates] = {}
    for name, rates in line_rates(order):
        found[name] = max(found.get(name, ()), rates, key=len)
    return found


def price_with_tax(entered: Decimal, rates: Rates) -> Decimal:
    """What a price that is entered without tax comes to, unrounded."""
    return entered + sum(taxes_on(entered, rates))


def taxes_on(net: Decimal, rates: Rates) -> list[Decimal]:
    """The unrounded tax of each rate."""
    taxes = [net * rate.percent / 100 for rate in rates if not rate.compound]
    for rate in rates:
        if rate.compound:
            taxes.append((net + sum(taxes)) * rate.percent / 100)
    return taxes


def plain_net(gross: Decimal, rates: Rates) -> Decimal:
    """The net inside a gross amount, as finely as the shop keeps one."""
    return (gross / (1 + sum(taxes_on(Decimal(1), rates)))).quantize(FINE, ROUND_HALF_UP)


def gross_of(net: Decimal, rates: Rates, rounding: Rounding) -> Decimal:
    """What a line comes to where the shop rounds line by line: the net and each tax for itself."""
    return rounding.net(net) + sum((rounding.tax(tax) for tax in taxes_on(net, rates)), Decimal())


def fitting_net(gross: Decimal, rates: Rates, rounding: Rounding) -> Net:
    """The net that the shop makes ``gross`` of. Some have none: 20 percent on top never make 30.03."""
    exact = plain_net(gross, rates)
    near = [max(Decimal(0), exact + rounding.unit * step / 20) for step in LOOKED_AT]
    for net in near:
        if gross_of(net, rates, rounding) == gross:
            return Net(net, Decimal(0))
    below = max((net for net in near if gross_of(net, rates, rounding) < gross), default=Decimal(0))
    return Net(below, gross - gross_of(below, rates, rounding))

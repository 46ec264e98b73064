"""What an exchange costs (rules X): what was paid counts; one product at equal prices is an even swap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.i18n import N_
from store.money import Money, total


@dataclass(frozen=True)
class Returned:
    """Units of one order line that come back in exchange.

    ``paid`` is their gross after every discount, or along a chain of exchanges what was paid for the first.
    The prices are those of one unit, gross: ``list_price`` when it was bought, ``price`` today and
    ``regular`` today without a sale; None where they are not known.
    """

    line_id: int
    product_id: int
    variation_id: int
    quantity: int
    paid: Money
    list_price: Money | None = None
    price: Money | None = None
    regular: Money | None = None


@dataclass(frozen=True)
class Replacement:
    """What goes out instead. The prices are those of one unit today, gross; ``regular`` is without a sale."""

    product_id: int
    variation_id: int
    name: str
    quantity: int
    price: Money
    regular: Money | None = None
    variant: str = ""
    sku: str = ""


@dataclass(frozen=True)
class Swap:
    """Units of one line for units of one article."""

    returned: Returned
    replacement: Replacement

    @property
    def same_product(self) -> bool:
        """Whether only size, colour or the like changes."""
        return self.returned.product_id == self.replacement.product_id

    @property
    def same_variant(self) -> bool:
        """Whether nothing changes: that is for a claim, not for an exchange (rule X9)."""
        return self.same_product and self.returned.variation_id == self.replacement.variation_id

    @property
    def even_units(self) -> int:
        """Units for which nothing is owed by anybody, whatever was paid for them (rule X2)."""
        if not (self.same_product and _equal_price(self.returned, self.replacement)):
            return 0
        return min(self.returned.quantity, self.replacement.quantity)

    @property
    def base(self) -> Money:
        """What the units that come back count for."""
        even, paid = self.even_units, self.returned.paid
        each = paid.allocate([1] * self.returned.quantity)
        return total((*each[even:], *[self.replacement.price] * even), paid.currency)

    @property
    def price(self) -> Money:
        """What the units that go out cost."""
        return Money(
            self.replacement.price.minor * self.replacement.quantity, self.replacement.price.currency
        )


@dataclass(frozen=True)
class ExchangeBill:
    """The sum of an exchange. ``difference`` above zero is the customer's to pay, below zero theirs to get.

    ``waived`` is a difference too small to be charged (rule X4); it is not part of ``difference``.
    """

    base: Money
    price: Money
    difference: Money
    waived: Money

    @property
    def owed(self) -> Money:
        """What the customer pays before anything is sent."""
        return Money(max(0, self.difference.minor), self.difference.currency)

    @property
    def due(self) -> Money:
        """What the customer gets back, and all they may get back (rule X5)."""
        return Money(max(0, -self.difference.minor), self.difference.currency)


def chain_value(swaps: Sequence[Swap], product_id: int, variation_id: int, quantity: int) -> Money | None:
    """What units of an article count for that went out in an exchange before (rule X10).

    It is what was paid for the first article, and the difference that was paid or given back for this one.
    None where no such article went out.
    """
    for swap in swaps:
        one = swap.replacement
        if (one.product_id, one.variation_id) == (product_id, variation_id):
            value = swap.returned.paid + swap.price - swap.base
            return total(value.allocate([1] * one.quantity)[:quantity], value.currency)
    return None


def write_exchange_bill(swaps: Sequence[Swap], *, minimum: Money, step: int = 1) -> ExchangeBill:
    """Base, price and difference of all swaps together. ``minimum`` is the least that can be charged.

    What is charged is a multiple of ``step`` minor units: Stripe moves Kuwaiti dinars in hundredths only.
    Raises ValueError without a swap, or when the currencies differ.
    """
    if not swaps:
        raise ValueError("an exchange names at least one article")
    base = total((swap.base for swap in swaps), minimum.currency)
    price = total((swap.price for swap in swaps), minimum.currency)
    difference, nothing = price - base, Money.zero(minimum.currency)
    if nothing < difference < minimum:
        return ExchangeBill(base, price, nothing, difference)
    rest = Money(difference.minor % step if difference > nothing else 0, minimum.currency)
    return ExchangeBill(base, price, difference - rest, rest)


def as_received(swap: Swap, units: int) -> Swap | None:
    """The swap for the ``units`` that arrived: no more goes out than came back (rule X7). None for none."""
    if units <= 0:
        return None
    came = min(units, swap.returned.quantity)
    paid = total(
        swap.returned.paid.allocate([1] * swap.returned.quantity)[:came], swap.returned.paid.currency
    )
    announced_more = came < swap.returned.quantity
    goes_out = min(swap.replacement.quantity, came) if announced_more else swap.replacement.quantity
    return Swap(
        replace(swap.returned, quantity=came, paid=paid), replace(swap.replacement, quantity=goes_out)
    )


def exchange_problems(swaps: Sequence[Swap], *, claim: bool = False) -> Iterator[str]:
    """Why this is no exchange, as sentences of the catalogue. A ``claim`` may ask for the very same again."""
    if not swaps:
        yield N_("Choose what goes out instead.")
    if any(swap.replacement.quantity < 1 or swap.returned.quantity < 1 for swap in swaps):
        yield N_("Choose at least one unit.")
    if not claim and any(swap.same_variant for swap in swaps):
        yield N_("This is what comes back. Choose another size, colour or product.")


def _equal_price(returned: Returned, replacement: Replacement) -> bool:
    """The new price against that of the purchase and of today, with and without a sale."""
    known = (returned.list_price, returned.price, returned.regular)
    return replacement.price in known or (
        replacement.regular is not None and replacement.regular == returned.regular
    )

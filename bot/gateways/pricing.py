"""What a customer pays for an article, made of the price the shop was told. Asks nothing.

The REST interface shows prices as they were entered, with or without tax, and never a customer's own
(recordings product_get_simple, setting_prices_include_tax).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.gateways.schema import Row, money, number, text
from bot.gateways.taxes import Rates, price_with_tax
from store.money import Money


@dataclass(frozen=True, slots=True)
class Pricing:
    """The shop's currency, and the rates to put on top by tax class; None where prices are gross already.

    Without a currency nothing has a price: the shop has none in the one that is asked for.
    """

    currency: str
    on_top: Mapping[str, Rates] | None = None

    def gross(self, row: Row, name: str) -> Money | None:
        """The price under ``name`` as customers pay it.

        None for an article without a price, and for one of a tax class that nothing is known of.
        """
        if not (self.currency and text(row, name)):
            return None
        entered, taxed_as = number(row, name), tax_class(row)
        if self.on_top is None or taxed_as is None:
            return money(entered, self.currency)
        if taxed_as not in self.on_top:
            return None
        return money(price_with_tax(entered, self.on_top[taxed_as]), self.currency)


def tax_class(row: Row, of_parent: str = "") -> str | None:
    """The tax class of an article, "" for the standard one, None where it is not taxed."""
    if text(row, "tax_status") == "none":
        return None
    name = text(row, "tax_class")
    return of_parent if name == "parent" else name

"""Stripe's exceptions about amounts, as data: units that are not ISO's, steps, smallest charges."""

from store.money import Money, exponent

# Sent in whole units. Ariary have hundredths by ISO 4217, Stripe knows none.
ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())

# Sent in thousandths whose last digit has to be 0, since card networks settle hundredths.
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())

# Krónur and Uganda shillings, without decimals by ISO 4217, are in neither list: Stripe takes them in
# hundredths that end in 00.

# The smallest payment Stripe takes, in Stripe's units, where it names one.
SMALLEST_CHARGE = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50,
    "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip


def to_stripe(amount: Money) -> int:
    """``amount`` in Stripe's units: 1000 for 1000 JPY, 3330 for 3.330 KWD, 150000 for 1500 ISK.

    Raises ValueError for an amount Stripe refuses to move: 3.333 KWD, or a fraction of an ariary.
    """
    if amount.minor % step(amount.currency):
        raise ValueError(f"Stripe moves {amount.currency} only in steps of {step(amount.currency)}")
    return _shifted(amount.minor, decimals(amount.currency) - exponent(amount.currency))


def from_stripe(units: int, currency: str) -> Money:
    """Stripe's ``units`` of ``currency`` (which Stripe writes in lower case) as money.

    Raises ValueError when the currency has no such fraction: 150 Stripe units of ISK are 1.5 krónur.
    """
    code = currency.upper()
    return Money(_shifted(units, exponent(code) - decimals(code)), code)


def decimals(currency: str) -> int:
    """How many decimals Stripe's integer carries: 0, 2 or 3."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """The smallest amount Stripe moves, in the currency's minor units: 10 for KWD, 100 for MGA, else 1."""
    if currency in THREE_DECIMAL:
        return 10
    return _shifted(1, max(0, exponent(currency) - decimals(currency)))


def smallest_charge(currency: str) -> Money:
    """The least Stripe takes as a payment; nothing smaller can be asked for."""
    named = SMALLEST_CHARGE.get(currency)
    return Money(step(currency), currency) if named is None else from_stripe(named, currency)


def _shifted(number: int, places: int) -> int:
    """``number`` with its decimal point moved; ValueError where a digit would fall off."""
    power: int = 10 ** abs(places)
    if places < 0 and number % power:
        raise ValueError(f"{number} has a fraction too small for the currency")
    return number * power if places >= 0 else number // power

"""Decimal strings as PHP and WooCommerce read, round and print them. Knows no order."""

import json
from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)
PRECISION = 6  # WooCommerce keeps unrounded values to six places

# ISO 4217 exponents that are not 2, for the currencies a card gateway meets.
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CAD": "$", "KWD": "د.ك", "CHF": "CHF"}


def half_up(value: Decimal, places: int) -> Decimal:
    """Round a half away from zero, as PHP does by default."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def half_down(value: Decimal, places: int) -> Decimal:
    """Round a half towards zero: taxes of tax-inclusive shops and all discounts."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_DOWN)


def floor(value: Decimal) -> Decimal:
    """The next whole number below."""
    return value.quantize(Decimal(1), rounding=ROUND_FLOOR)


def is_numeric(text: str) -> bool:
    """Whether PHP would take the text for a number."""
    try:
        return Decimal(text.strip()).is_finite()
    except InvalidOperation:
        return False


def read(value: Any) -> Decimal:
    """A request's amount: "1,50" is 1.50 in a shop with a decimal comma, text is zero, nothing is refused."""
    text = str("" if value is None else value).strip().replace(" ", "").replace(",", ".")
    return Decimal(text) if is_numeric(text) else ZERO


def shown(value: Decimal, places: int) -> str:
    """The string an answer carries at ``dp=places``."""
    rounded = half_up(value, places)
    return f"{abs(rounded) if rounded == 0 else rounded:.{places}f}"


def trimmed(value: Decimal) -> str:
    """The number as the database holds it: no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal) -> Any:
    """The bare JSON number some fields have (``price``), from the exact decimal."""
    return json.loads(trimmed(value))


def exponent(currency: str) -> int:
    """How many decimals the currency's smallest unit has."""
    return EXPONENTS.get(currency.upper(), 2)


def minor(value: Decimal, currency: str) -> int:
    """Integer minor units; what is finer than the currency is rounded half up, as banks' forms do."""
    return int(half_up(value.scaleb(exponent(currency)), 0))

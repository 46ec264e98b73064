"""Read an amount as people type it, strictly: what could mean two things is refused with a sentence."""

import re
import unicodedata
from typing import Literal

from bot.rules.choice import Problem
from store.money import Money, exponent

SIGNS = {
    "AUD": "$",
    "BRL": "R$",
    "CAD": "$",
    "CHF": "Fr.",
    "CNY": "¥",
    "CZK": "Kč",
    "DKK": "kr",
    "EUR": "€",
    "GBP": "£",
    "HUF": "Ft",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "$",
    "NOK": "kr",
    "NZD": "$",
    "PLN": "zł",
    "SEK": "kr",
    "TRY": "₺",
    "UAH": "₴",
    "USD": "$",
    "VND": "₫",
}
LONGEST = 40
MOST_DIGITS = 12
GROUPED = re.compile(r"(?P<whole>[0-9]{1,3}(?:(?P<by>[ '’.,])[0-9]{3})(?:(?P=by)[0-9]{3})*)(?P<rest>.*)")
DECIMALS = re.compile(r"[.,](?P<decimals>[0-9]+)")
SIMPLE = re.compile(r"(?P<whole>[0-9]+)(?:(?P<point>[.,])(?P<decimals>[0-9]+))?")

NOT_AN_AMOUNT = Problem("This is not an amount. Write it in figures, such as 12.50 or 12,50.")


def parse_amount(text: str, currency: str, locale_decimal: Literal[",", "."] = ".") -> Money | Problem:
    """The amount in ``text``, above zero, or the sentence that says what is wrong with it (rule M16).

    Point and comma are both understood; ``locale_decimal`` decides only where a currency of three decimals
    makes "1.234" mean two things. Spaces, invisible marks, full-width figures and the currency's own sign
    or code are taken as meant.
    """
    if len(text) > 4 * LONGEST:
        return NOT_AN_AMOUNT
    plain = _without_currency(_plain(text), currency)
    if not plain:
        return Problem("Enter an amount.")
    if plain[0] in "-−" and any(each.isdigit() for each in plain):
        return Problem("Enter an amount above zero.")
    read = _read(plain, currency, locale_decimal)
    return _money(*read, currency) if isinstance(read, tuple) else read


def _plain(text: str) -> str:
    """Without invisible marks; every kind of space is a space, full-width figures are plain ones."""
    shown = (each for each in text if unicodedata.category(each) != "Cf")
    narrow = (unicodedata.normalize("NFKC", each) if "！" <= each <= "～" else each for each in shown)
    return "".join(" " if each.isspace() else each for each in narrow).strip()


def _without_currency(plain: str, currency: str) -> str:
    """Without the right currency's code or sign at one end; a wrong one stays, and is no figure."""
    for name in (currency, SIGNS.get(currency, currency)):
        for pattern in (rf"{re.escape(name)}\s*(?P<rest>.*)", rf"(?P<rest>.*?)\s*{re.escape(name)}"):
            found = re.fullmatch(pattern, plain, re.IGNORECASE)
            if found:
                return found["rest"]
    return plain


def _read(plain: str, currency: str, locale_decimal: str) -> tuple[str, str] | Problem:
    """The figures before and after the decimal point."""
    simple = SIMPLE.fullmatch(plain)
    if simple is None:
        return _read_grouped(plain)
    whole, decimals = simple["whole"], simple["decimals"] or ""
    looks_grouped = len(decimals) == 3 and len(whole) <= 3 and whole[0] != "0"
    if looks_grouped and (exponent(currency) != 3 or simple["point"] != locale_decimal):
        return Problem(
            "This could mean thousands or decimals. Write it without a thousands separator, "
            "such as 1234 or 1234.50."
        )
    return whole, decimals


def _read_grouped(plain: str) -> tuple[str, str] | Problem:
    """Thousands set apart, all in the same way, and the decimals in another."""
    grouped = GROUPED.fullmatch(plain)
    if grouped is None:
        return NOT_AN_AMOUNT
    whole = "".join(each for each in grouped["whole"] if each.isdigit())
    if not grouped["rest"]:
        return whole, ""
    decimals = DECIMALS.fullmatch(grouped["rest"])
    if decimals is None or grouped["rest"][0] == grouped["by"]:
        return NOT_AN_AMOUNT
    return whole, decimals["decimals"]


def _money(whole: str, decimals: str, currency: str) -> Money | Problem:
    places = exponent(currency)
    if len(whole.lstrip("0")) > MOST_DIGITS:
        return Problem("This amount is too large.")
    if len(decimals) > places and not places:
        return Problem("{currency} has no decimals. Write a whole number.", {"currency": currency})
    if len(decimals) > places:
        return Problem("{currency} has {count} decimals at most.", {"currency": currency, "count": places})
    money = Money(int(whole + decimals.ljust(places, "0")), currency)
    return money if money else Problem("Enter an amount above zero.")

"""Fields of the shop's JSON, each read as one type or refused. Knows no order and no refund."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.gateways.answers import Unreadable
from store.money import Money, exponent

Row = Mapping[str, Any]
LARGEST = Decimal(10) ** 15


def as_row(value: Any, what: str) -> Row:
    """An object; WordPress answers an empty list where it has nothing to say."""
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is not an object")
    return value


def as_rows(value: Any, what: str) -> list[Row]:
    """A list of objects."""
    if not isinstance(value, list):
        raise Unreadable(f"{what} is not a list")
    return [as_row(entry, f"an entry of {what}") for entry in value]


def rows(row: Row, key: str) -> list[Row]:
    """The list of objects under ``key``, which has to be there."""
    return as_rows(row.get(key), key)


def whole(row: Row, key: str) -> int:
    """A whole number; plugins send ids as digits in quotes, which is the same number."""
    value = row.get(key)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Unreadable(f"{key} is not a whole number")


def whole_or(row: Row, key: str, otherwise: int) -> int:
    """A whole number, or ``otherwise`` where the shop says null, nothing or an empty text."""
    return otherwise if row.get(key) in (None, "") else whole(row, key)


def text(row: Row, key: str) -> str:
    """A text; null and absence are the empty text, since deleted products lose theirs."""
    value = row.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unreadable(f"{key} is not a text")


def needed(row: Row, key: str) -> str:
    """A text that has to be there."""
    value = text(row, key)
    if not value:
        raise Unreadable(f"{key} is missing")
    return value


def flag(row: Row, key: str) -> bool:
    """A true or false; a word that merely looks like one is refused, because money hangs on it."""
    value = row.get(key)
    if not isinstance(value, bool):
        raise Unreadable(f"{key} is not true or false")
    return value


def number(row: Row, key: str) -> Decimal:
    """A decimal number as the shop writes it; the empty text is what it books for no amount at all."""
    value = row.get(key)
    if value == "":
        return Decimal(0)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value):
        raise Unreadable(f"{key} is not a number")
    return Decimal(value)


def money(amount: Decimal, currency: str) -> Money:
    """``amount`` rounded once, half up, to the currency's minor unit."""
    if abs(amount) >= LARGEST:
        raise Unreadable(f"{amount} is more than anything costs")
    return Money(int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP)), currency)


def moment(row: Row, key: str) -> datetime:
    """A time from one of the ``_gmt`` fields, which are UTC without saying so."""
    found = moment_or_none(row, key)
    if found is None:
        raise Unreadable(f"{key} is missing")
    return found


def moment_or_none(row: Row, key: str) -> datetime | None:
    """A time, or None; a date of zeros is how databases of old orders spell "never"."""
    value = text(row, key)
    if not value or value.startswith("0000"):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as e:
        raise Unreadable(f"{key} is not a time") from e
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def meta(row: Row) -> dict[str, Any]:
    """The row's ``meta_data`` by key, the last of equal keys winning; absent on trimmed answers."""
    entries = rows(row, "meta_data") if row.get("meta_data") is not None else []
    return {entry["key"]: entry.get("value") for entry in entries if isinstance(entry.get("key"), str)}

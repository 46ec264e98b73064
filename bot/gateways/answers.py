"""What an answer of the shop says: strict JSON, WordPress' error shape, waiting times. It judges nothing."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.gateways.transport import Answer

# Statuses at which a proxy or an overloaded shop speaks, not WooCommerce.
BUSY = frozenset({408, 413, 429})


class Unreadable(ValueError):
    """The answer is not what WooCommerce sends: a page, a broken text, a field that is missing or odd."""


@dataclass(frozen=True, slots=True)
class ShopError:
    """WordPress' way of saying no: ``code`` is stable, ``message`` is in the shop's language, unescaped."""

    code: str
    message: str


def read_json(answer: Answer) -> Any:
    """The JSON of an answer. A byte order mark is skipped, anything else around it is not.

    Numbers with a fraction stay text; what no database keeps is left out of texts. Raises Unreadable on
    pages, notices before the JSON, an empty body, doubled keys, NaN and everything that does not parse.
    """
    try:
        return json.loads(
            answer.body.decode("utf-8-sig"),
            parse_float=str,
            parse_constant=_no_constant,
            object_pairs_hook=_no_doubles,
        )
    except (ValueError, RecursionError) as e:
        raise Unreadable(f"HTTP {answer.status} with {_kind(answer)}") from e


def shop_error(answer: Answer) -> ShopError | None:
    """The error in an answer if it is WordPress that says no, else None.

    A proxy's own JSON has no ``data`` beside a textual ``code`` (as a WooCommerce 10.5 shop answers:
    ``{"code", "message", "data": {"status"}}``, and a bare number as ``data`` on refused refunds).
    """
    try:
        body = read_json(answer)
    except Unreadable:
        return None
    if not isinstance(body, dict) or not {"code", "message", "data"} <= body.keys():
        return None
    code, message = body["code"], body["message"]
    return ShopError(code, plain(message)) if isinstance(code, str) and isinstance(message, str) else None


def plain(text: str) -> str:
    """Text of the shop without tags and entities; errors carry ``&quot;`` and whole paragraphs."""
    return html.unescape(re.sub(r"<[^>]*>", " ", text)).strip()


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the server asks to wait, a number or a date; None if absent or nonsense, never negative."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"-?[0-9]{1,9}", value):
        return max(0.0, float(value))
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())


def _kind(answer: Answer) -> str:
    start = answer.body[:200].decode("utf-8", "replace").strip()
    if not start:
        return "an empty body"
    if start.lower().startswith(("<!doctype", "<html")):
        return "a page instead of JSON"
    return f"no clean JSON: {start[:80]!r}"


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("a key appears twice")
    return {name: _storable(value) if isinstance(value, str) else value for name, value in row.items()}


def _storable(text: str) -> str:
    """Without the two things that JSON can spell and databases refuse: NUL, and halves of characters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()

"""Stripe's form encoding: ``line_items[0][price_data][currency]=eur`` read into checked values."""

import re
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.stripe.errors import StripeError, invalid

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
LONGEST_TEXT = 5000


def parse(encoded: str) -> dict[str, Any]:
    """Nested dictionaries of texts; lists stay dictionaries with counting keys."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(encoded, keep_blank_values=True):
        _insert(tree, key, value)
    return tree


def _insert(tree: dict[str, Any], key: str, value: str) -> None:
    match = KEY.match(key)
    if not match:
        raise invalid(f"Invalid parameter name: {key}")
    steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    for step in steps[:-1]:
        tree = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise invalid("Invalid object", param=key)
    tree[steps[-1] or str(len(tree))] = value


class Params:
    """The parameters of one request, or one nested part of them; every reader names what it refuses."""

    def __init__(self, values: dict[str, Any], within: str = "") -> None:
        self.values, self.within = values, within

    def name(self, key: str) -> str:
        """The full name Stripe's errors use."""
        return f"{self.within}[{key}]" if self.within else key

    def only(self, *known: str) -> None:
        """Refuse parameters outside ``known``; ``expand`` is known everywhere."""
        for key in self.values:
            if key not in known and key != "expand":
                name = self.name(key)
                raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")

    def text(self, key: str, *, longest: int = LONGEST_TEXT) -> str | None:
        """A text, None when absent; Stripe refuses an empty one."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid("Invalid string", param=self.name(key))
        if not value:
            text = f"You passed an empty string for '{self.name(key)}'"
            raise invalid(text, param=self.name(key), code="parameter_invalid_empty")
        if len(value) > longest:
            text = f"'{self.name(key)}' may have at most {longest} characters"
            raise invalid(text, param=self.name(key), code="parameter_invalid_string")
        return value

    def required(self, key: str) -> str:
        """A text that must be there."""
        value = self.text(key)
        if value is None:
            raise self.lacking(key)
        return value

    def lacking(self, key: str) -> StripeError:
        """The refusal of a request without ``key``."""
        name = self.name(key)
        return invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")

    def integer(self, key: str, *, least: int = 0) -> int | None:
        """A whole number of at least ``least``; ``10.99`` is refused, as Stripe refuses it."""
        value = self.text(key)
        if value is None:
            return None
        name = self.name(key)
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise invalid(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
        if int(value) < least:
            text = f"This value must be greater than or equal to {least}."
            raise invalid(text, param=name, code="parameter_invalid_integer")
        return int(value)

    def needed_integer(self, key: str, *, least: int = 0) -> int:
        """A whole number that must be there."""
        value = self.integer(key, least=least)
        if value is None:
            raise self.lacking(key)
        return value

    def choice(self, key: str, *words: str) -> str | None:
        """One of ``words``, None when absent."""
        value = self.text(key)
        if value is not None and value not in words:
            raise invalid(
                f"Invalid {self.name(key)}: must be one of {', '.join(words)}", param=self.name(key)
            )
        return value

    def flag(self, key: str) -> bool | None:
        """A boolean as Stripe's clients write it."""
        value = self.choice(key, "true", "false")
        return None if value is None else value == "true"

    def nested(self, key: str) -> "Params | None":
        """A nested object, None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=self.name(key))
        return Params(value, self.name(key))

    def each(self, key: str) -> "list[Params]":
        """The objects of a list in their order."""
        rows = self.nested(key)
        if rows is None:
            return []
        return [part for index in rows.indexes() if (part := rows.nested(index))]

    def texts(self, key: str) -> list[str]:
        """The texts of a list in their order."""
        rows = self.nested(key)
        return [] if rows is None else [rows.required(index) for index in rows.indexes()]

    def indexes(self) -> list[str]:
        """The counting keys of a list, in their order."""
        if not all(re.fullmatch("[0-9]{1,6}", key) for key in self.values):
            raise invalid("Invalid array", param=self.within)
        return sorted(self.values, key=int)

    def metadata(self, key: str = "metadata") -> dict[str, str] | None:
        """Metadata within Stripe's limits: 50 keys of 40 characters, values of 500; "" clears it."""
        if self.values.get(key) == "":
            return {}
        part = self.nested(key)
        if part is None:
            return None
        if len(part.values) > 50:
            raise invalid("Metadata may have at most 50 keys", param=part.within)
        return {name: part.metadata_value(name) for name in part.values}

    def metadata_value(self, key: str) -> str:
        """One value of metadata; empty means: remove the key."""
        value = self.values[key]
        if not isinstance(value, str):
            raise invalid("Metadata values must be strings", param=self.name(key))
        if len(key) > 40 or len(value) > 500:
            raise invalid("Metadata keys may have 40 characters, values 500", param=self.name(key))
        return value


def merged(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    """Metadata after an update: keys are replaced, empty values remove theirs, an empty whole clears all."""
    if new is None:
        return old
    return {key: value for key, value in (old | new).items() if value} if new else {}

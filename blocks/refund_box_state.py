"""The refund box read back: what is ticked and typed in a view becomes a choice. Trusts nothing in it."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks import ids
from bot.rules.amounts import parse_amount
from bot.rules.case import ReturnCase
from bot.rules.choice import ChosenUnits, Problem, RefundChoice
from store.money import Money
from store.terms import Condition, Method

LETTERS = {"g": Condition.GOOD, "d": Condition.DAMAGED, "w": Condition.WRONG_ITEM, "m": Condition.MISSING}


@dataclass(frozen=True)
class Typed:
    """A choice as read from a view, with the inputs that could not be read, and the texts as typed."""

    choice: RefundChoice
    errors: Mapping[str, Problem] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def read_place(view: Mapping[str, Any]) -> tuple[int, int]:
    """The return and the version a modal is about; (0, 0) when its metadata is not ours."""
    place = str(view.get("private_metadata", ""))
    if place.startswith("{"):
        place = _kept_place(place)
    number, _, version = place.partition(":")
    if all(part.isascii() and part.isdigit() and len(part) < 19 for part in (number, version)):
        return int(number), int(version)
    return 0, 0


def _kept_place(metadata: str) -> str:
    try:
        return str(json.loads(metadata).get("place", ""))
    except ValueError:
        return ""


def read_choice(view: Mapping[str, Any], case: ReturnCase) -> Typed:
    """What the box says now. An amount that cannot be read is an error of its input, never a guess."""
    values = _values(view)
    fees = _ticked(values, ids.FEES)
    texts = {name: _text(values, name) for name in (ids.CUSTOM_AMOUNT, ids.REFERENCE, ids.CHARGE_ANYWAY)}
    amount, errors = _amount(texts[ids.CUSTOM_AMOUNT], case)
    choice = RefundChoice(
        units=_units(values, case),
        method=_method(values),
        deduct_label="label" in fees,
        charge_fee="fee" in fees,
        refund_shipping="shipping" in fees,
        restock="restock" in fees,
        custom_amount=amount,
        goodwill="goodwill" in fees,
        charge_anyway=texts[ids.CHARGE_ANYWAY],
        reference=texts[ids.REFERENCE],
    )
    return Typed(choice, errors, texts)


def write_confirmed(case: ReturnCase, choice: RefundChoice, amount: Money) -> str:
    """The choice as it travels through the confirmation, and the amount that was read there."""
    custom = choice.custom_amount
    kept = {
        "place": f"{case.return_id}:{case.version}",
        "units": {line: write_units(units) for line, units in _by_line(choice.units).items()},
        "method": choice.method.value,
        "amount": [amount.minor, amount.currency],
        "ticks": [name for name in TICKS if getattr(choice, name)],
        "custom": [custom.minor, custom.currency] if custom else None,
        "why": choice.charge_anyway[:300],
        "reference": choice.reference[:200],
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read_confirmed(view: Mapping[str, Any]) -> tuple[RefundChoice, Money]:
    """The choice and the amount that were confirmed. Raises ValueError or KeyError when they are not ours."""
    kept = json.loads(str(view.get("private_metadata", "")))
    units = tuple(one for line, value in dict(kept["units"]).items() for one in read_units(int(line), value))
    custom = Money(int(kept["custom"][0]), str(kept["custom"][1])) if kept["custom"] else None
    ticks = {name: name in kept["ticks"] for name in TICKS}
    choice = RefundChoice(
        units=units,
        method=Method(kept["method"]),
        custom_amount=custom,
        charge_anyway=str(kept["why"]),
        reference=str(kept["reference"]),
        **ticks,
    )
    return choice, Money(int(kept["amount"][0]), str(kept["amount"][1]))


TICKS = ("deduct_label", "charge_fee", "refund_shipping", "restock", "goodwill")


def write_units(units: tuple[ChosenUnits, ...]) -> str:
    """Units of one line as the value of a menu: g2d1 is two good and one damaged."""
    letters = {condition: letter for letter, condition in LETTERS.items()}
    return "".join(f"{letters[one.condition]}{one.quantity}" for one in units)


def _by_line(units: tuple[ChosenUnits, ...]) -> Mapping[int, tuple[ChosenUnits, ...]]:
    lines = dict.fromkeys(one.line_id for one in units)
    return {line: tuple(one for one in units if one.line_id == line) for line in lines}


def read_units(line_id: int, value: str) -> tuple[ChosenUnits, ...]:
    """The units a menu's value stands for; nothing for a value that is not ours."""
    found: list[ChosenUnits] = []
    for letter, condition in LETTERS.items():
        _, _, rest = value.partition(letter)
        digits = "".join(_leading_digits(rest))
        if digits:
            found.append(ChosenUnits(line_id, int(digits), condition))
    return tuple(found)


def _leading_digits(text: str) -> list[str]:
    digits: list[str] = []
    for character in text[:6]:
        if not (character.isascii() and character.isdigit()):
            break
        digits.append(character)
    return digits


def _units(values: Mapping[str, Any], case: ReturnCase) -> tuple[ChosenUnits, ...]:
    chosen: list[ChosenUnits] = []
    lines = _ticked(values, ids.LINES)
    for item in case.items:
        if str(item.line_id) in lines:
            value = _selected(values, f"{ids.UNITS}:{item.line_id}") or f"g{item.quantity}"
            chosen.extend(read_units(item.line_id, value))
    return tuple(chosen)


def _method(values: Mapping[str, Any]) -> Method:
    value = _selected(values, ids.METHOD)
    return Method(value) if value in set(Method) else Method.GATEWAY_REFUND


def _amount(text: str, case: ReturnCase) -> tuple[Money | None, Mapping[str, Problem]]:
    if not text.strip():
        return None, {}
    read = parse_amount(text, case.order.currency)
    return (None, {ids.CUSTOM_AMOUNT: read}) if isinstance(read, Problem) else (read, {})


def _values(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state by block: each of our inputs has one element."""
    blocks = (view.get("state") or {}).get("values") or {}
    return {block_id: next(iter(element.values()), {}) for block_id, element in blocks.items() if element}


def _ticked(values: Mapping[str, Any], name: str) -> set[str]:
    ticked: set[str] = set()
    for block_id, element in values.items():
        if block_id == name or block_id.startswith(f"{name}:"):
            ticked |= {str(one.get("value")) for one in element.get("selected_options") or ()}
    return ticked


def _selected(values: Mapping[str, Any], name: str) -> str:
    return str(((values.get(name) or {}).get("selected_option") or {}).get("value") or "")


def _text(values: Mapping[str, Any], name: str) -> str:
    """What was typed, without the control characters that no keyboard types and no database likes."""
    typed = str((values.get(name) or {}).get("value") or "")
    return "".join(one for one in typed if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs"))

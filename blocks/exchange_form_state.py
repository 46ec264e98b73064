"""The form of an exchange read back: what was chosen in a view. Trusts nothing in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids
from bot.i18n import N_
from bot.rules.case import CaseItem, ReturnCase
from bot.rules.choice import Problem

NO_ANSWER = "no_answer"
GONE = "gone:"  # before an article that was out of stock when it was offered
MOST_UNITS = 999


@dataclass(frozen=True)
class Wanted:
    """Units of one line that come back, and the article that goes out for them."""

    line_id: int
    comes_back: int
    product_id: int
    variation_id: int
    goes_out: int


@dataclass(frozen=True)
class Chosen:
    """What the form says, and by input what in it cannot be used."""

    wanted: tuple[Wanted, ...]
    claim: bool
    errors: Mapping[str, Problem]


def write_article(product_id: int, variation_id: int) -> str:
    """An article as the value of an option."""
    return f"{product_id}:{variation_id}"


def read_article(value: str) -> tuple[int, int] | None:
    """The product and variation of an option's value; None for a value that is not ours."""
    product, _, variation = value.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in (product, variation)):
        return None
    return (int(product), int(variation)) if int(product) else None


def read_chosen(view: Mapping[str, Any], case: ReturnCase) -> Chosen:
    """What was filled in. A line without an article is not exchanged."""
    values = _values(view)
    wanted: list[Wanted] = []
    errors: dict[str, Problem] = {}
    for item in case.items:
        read = _line(values, item)
        if isinstance(read, Wanted):
            wanted.append(read)
        elif read is not None:
            errors |= read
    if not wanted and not errors and case.items:
        nothing = Problem(N_("Choose what goes out instead."))
        errors[f"{ids.REPLACEMENT}:{case.items[0].line_id}"] = nothing
    return Chosen(tuple(wanted), _claim(values), errors)


def _line(values: Mapping[str, Any], item: CaseItem) -> Wanted | dict[str, Problem] | None:
    menu, out = f"{ids.REPLACEMENT}:{item.line_id}", f"{ids.GOES_OUT}:{item.line_id}"
    value = _selected(values, menu)
    if not value:
        return None
    if value.startswith(GONE):
        return {menu: Problem(N_("This is out of stock. Choose another article."))}
    article = read_article(value)
    if article is None:
        return {menu: Problem(N_("The shop did not answer. Type again, and choose an article."))}
    back = _count(_selected(values, f"{ids.COMES_BACK}:{item.line_id}"), item.quantity)
    if not 1 <= back <= item.quantity:
        problem = Problem("Of “{name}” {count} come back.", {"name": item.name, "count": item.quantity})
        return {f"{ids.COMES_BACK}:{item.line_id}" if item.quantity > 1 else menu: problem}
    units = _count(str((values.get(out) or {}).get("value") or ""), back)
    if not 1 <= units <= MOST_UNITS:
        return {out: Problem(N_("Enter a whole number from 1 to 999."))}
    return Wanted(item.line_id, back, *article, units)


def _count(text: str, otherwise: int) -> int:
    """The number typed; 0 for what is none, ``otherwise`` where nothing was."""
    plain = text.strip()
    if not plain:
        return otherwise
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0


def _claim(values: Mapping[str, Any]) -> bool:
    return any(
        one.get("value") == ids.CLAIM for one in (values.get(ids.CLAIM) or {}).get("selected_options") or ()
    )


def _selected(values: Mapping[str, Any], name: str) -> str:
    return str(((values.get(name) or {}).get("selected_option") or {}).get("value") or "")


def _values(view: Mapping[str, Any]) -> Mapping[str, Any]:
    blocks = (view.get("state") or {}).get("values") or {}
    return {block_id: next(iter(element.values()), {}) for block_id, element in blocks.items() if element}

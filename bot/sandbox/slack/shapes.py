"""The kinds of value Block Kit is made of, and the engine that compares a value with its shape.

The complaints are worded as Slack words them: `must be less than 3001 characters` at `/blocks/0/text/text`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Complaint = tuple[str, str]  # (JSON pointer, what is wrong)
Rule = Callable[[dict[str, Any]], Iterator[Complaint]]


@dataclass(frozen=True)
class Chars:
    """A string."""

    longest: int = 3000
    shortest: int = 0
    among: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True)
class Text:
    """A text object: plain_text or mrkdwn with 1 to ``longest`` characters."""

    longest: int = 3000
    kinds: tuple[str, ...] = ("plain_text",)


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int = -(10**12)
    most: int = 10**12


@dataclass(frozen=True)
class Number:
    """Any finite JSON number."""


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class Items:
    """An array of ``least`` to ``most`` values of one shape."""

    of: "Spec"
    most: int
    least: int = 1


@dataclass(frozen=True)
class Shape:
    """An object: which properties it must and may have, and what holds between them."""

    required: Mapping[str, "Spec"] = field(default_factory=dict)
    optional: Mapping[str, "Spec"] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class OneOf:
    """An object whose ``type`` names one of these shapes."""

    shapes: Mapping[str, Shape]


@dataclass(frozen=True)
class Anything:
    """A value nobody looks into."""


Spec = Chars | Text | Whole | Number | Flag | Items | Shape | OneOf | Anything

BOTH = ("plain_text", "mrkdwn")


def check(value: Any, spec: Spec, pointer: str) -> Iterator[Complaint]:
    """Every complaint about ``value``, each with the JSON pointer of the guilty place."""
    yield from _CHECKS[type(spec)](value, spec, pointer)


def _check_chars(value: Any, spec: Chars, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, str):
        yield pointer, "must provide a string"
    elif len(value) > spec.longest:
        yield pointer, f"must be less than {spec.longest + 1} characters"
    elif len(value) < spec.shortest:
        yield pointer, f"must be more than {spec.shortest - 1} characters"
    elif spec.among and value not in spec.among:
        yield pointer, "must be a valid enum value"
    elif spec.form and not re.fullmatch(spec.form, value):
        yield pointer, "failed to match the required format"


def _check_text(value: Any, spec: Text, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, dict):
        yield pointer, "must provide an object"
        return
    kind = value.get("type")
    if kind not in spec.kinds:
        yield f"{pointer}/type", f"unsupported type: {kind}"
        return
    extra = Flag()
    allowed: dict[str, Spec] = {"emoji": extra} if kind == "plain_text" else {"verbatim": extra}
    words = Chars(longest=spec.longest, shortest=1)
    yield from _check_object(value, Shape({"text": words}, allowed), pointer)


def _check_whole(value: Any, spec: Whole, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield pointer, "must provide an integer"
    elif not spec.least <= value <= spec.most:
        yield pointer, f"must be between {spec.least} and {spec.most}"


def _check_number(value: Any, _: Number, pointer: str) -> Iterator[Complaint]:
    finite = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
    if not finite:
        yield pointer, "must provide a number"


def _check_flag(value: Any, _: Flag, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, bool):
        yield pointer, "must provide a boolean"


def _check_items(value: Any, spec: Items, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, list):
        yield pointer, "must provide an array"
        return
    if len(value) > spec.most:
        yield pointer, f"no more than {spec.most} items allowed"
    if len(value) < spec.least:
        yield pointer, f"no fewer than {spec.least} items allowed"
    for number, item in enumerate(value):
        yield from check(item, spec.of, f"{pointer}/{number}")


def _check_object(value: Any, spec: Shape, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, dict):
        yield pointer, "must provide an object"
        return
    before = _Count()
    yield from before.through(_check_properties(value, spec, pointer))
    if before.seen == 0:
        for rule in spec.rules:
            for place, complaint in rule(value):
                yield pointer + place, complaint


def _check_properties(value: dict[str, Any], spec: Shape, pointer: str) -> Iterator[Complaint]:
    for name in spec.required:
        if value.get(name) is None:
            yield pointer, f"missing required field: {name}"
    for name, part in value.items():
        inner = spec.required.get(name) or spec.optional.get(name)
        if inner is not None and part is not None:
            yield from check(part, inner, f"{pointer}/{name}")
        elif inner is None and name != "type":
            yield pointer, f"invalid additional property: {name}"


def _check_one_of(value: Any, spec: OneOf, pointer: str) -> Iterator[Complaint]:
    if not isinstance(value, dict):
        yield pointer, "must provide an object"
        return
    shape = spec.shapes.get(str(value.get("type")))
    if shape is None:
        yield f"{pointer}/type", f"unsupported type: {value.get('type')}"
    else:
        yield from _check_object(value, shape, pointer)


def _check_anything(*_: Any) -> Iterator[Complaint]:
    yield from ()


class _Count:
    """Lets complaints through and remembers how many there were."""

    def __init__(self) -> None:
        self.seen = 0

    def through(self, complaints: Iterator[Complaint]) -> Iterator[Complaint]:
        for complaint in complaints:
            self.seen += 1
            yield complaint


_CHECKS: Mapping[type, Callable[..., Iterator[Complaint]]] = {
    Chars: _check_chars,
    Text: _check_text,
    Whole: _check_whole,
    Number: _check_number,
    Flag: _check_flag,
    Items: _check_items,
    Shape: _check_object,
    OneOf: _check_one_of,
    Anything: _check_anything,
}

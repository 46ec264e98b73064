"""The rules' values as JSON documents and back: what a table keeps of an order, a choice or a quote."""

from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def write(value: Any) -> Any:
    """``value``, a dataclass of the rules, as plain JSON data."""
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json")


def read(kind: type[T], data: Any) -> T:
    """The value of ``kind`` kept in ``data``. Raises pydantic's ValidationError when it does not fit."""
    plain: Any = kind
    return cast(T, _adapter(plain).validate_python(data))

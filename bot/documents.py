"""The rules' values as JSON documents and back: what a table keeps of an order, a choice or a quote."""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def write(value: Any, kind: Any = None) -> Any:
    """``value`` as plain JSON data; ``kind`` names its type where the value alone does not."""
    return _adapter(kind or type(value)).dump_python(value, mode="json")


def read(kind: type[T], data: Any) -> T:
    """The value of ``kind`` kept in ``data``. Raises pydantic's ValidationError when it does not fit."""
    value: T = _adapter(kind).validate_python(data)
    return value

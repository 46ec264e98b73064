"""A seeded defect: what it breaks, whom it hurt elsewhere, and which tests have to notice it.

It takes a product function's seat for the length of a test process. The product itself has no switches.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

Instead = Callable[..., Any]


@dataclass(frozen=True)
class Defect:
    """One defence less.

    ``breaks`` is what the desk then does, ``seen`` where the same was seen in the world, ``promise`` what is
    no longer kept. ``seats`` maps a function, as "module:Class.name", to what runs in its place; that is
    called with the function itself before its arguments. ``caught_by`` are the tests that fail because of
    the promise, each by its file and name.
    """

    name: str
    promise: str
    breaks: str
    seen: str
    seats: Mapping[str, Instead]
    caught_by: tuple[str, ...]

    @property
    def order(self) -> tuple[int, str]:
        """By number, then by variant: M3, M3b, M10."""
        digits = self.name[1:].rstrip("abc")
        return int(digits), self.name


@contextmanager
def planted(defect: Defect) -> Iterator[Counter[str]]:
    """Let the defect sit in the product; how often each of its seats was called."""
    calls: Counter[str] = Counter()
    with ExitStack() as stack:
        for seat, instead in defect.seats.items():
            stack.enter_context(_taken(seat, instead, calls))
        yield calls


@contextmanager
def _taken(seat: str, instead: Instead, calls: Counter[str]) -> Iterator[None]:
    owner, name = _find(seat)
    original = vars(owner)[name]
    assert callable(original), f"{seat} is no function"

    @wraps(original)
    def run(*args: Any, **kwargs: Any) -> Any:
        calls[seat] += 1
        return instead(original, *args, **kwargs)

    setattr(owner, name, run)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _find(seat: str) -> tuple[Any, str]:
    """Where the function lives and its name there. Raises when it moved: then the defect has to move too."""
    module, _, path = seat.partition(":")
    *classes, name = path.split(".")
    owner: Any = import_module(module)
    for each in classes:
        owner = getattr(owner, each)
    if name not in vars(owner):
        raise LookupError(f"there is no {seat} any more")
    return owner, name

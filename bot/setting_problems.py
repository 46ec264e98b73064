"""What is wrong with settings, in one line each. Values are never repeated: they may be secrets."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic_core import ErrorDetails


def set_twice(env_file: Path) -> list[str]:
    """A line for each name that stands in the file twice."""
    if not env_file.is_file():
        return []
    with env_file.open(encoding="utf-8-sig") as lines:
        names = [binding.key.upper() for binding in parse_stream(lines) if binding.key]
    return [
        f"{name}: set twice in {env_file}; keep one line"
        for name in sorted({*names})
        if names.count(name) > 1
    ]


def misspelt(found: Mapping[str, Any], fields: Iterable[str]) -> list[str]:
    """Names of the file that are none of ours but look like it; names of other programs are let be."""
    known = list(fields)
    meant = {name: get_close_matches(name, known, n=1, cutoff=0.8) for name in found if name not in known}
    return [
        f"{name.upper()}: no such setting; did you mean {close[0].upper()}?"
        for name, close in meant.items()
        if close
    ]


def sentence_of(error: ErrorDetails) -> str:
    """What is expected of a setting that cannot be used; never its value."""
    name = str(error["loc"][0])
    said = error["msg"].removeprefix("Value error, ")
    if error["type"].startswith("int_"):
        said = "expected a whole number"
    if error["type"].startswith("string_pattern"):
        said = "expected up to ten capital letters and digits, a letter first"
    return f"{name.upper()}: {said[:1].lower()}{said[1:]}"

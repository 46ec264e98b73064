"""The looks are pure: they see rules, words and the values of the trade, and nothing else of the project."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BLOCKS = Path(__file__).parents[2] / "blocks"
SEEN = ("blocks", "bot.rules", "bot.i18n", "bot.customer", "store.money", "store.terms")
LIBRARY = {"collections", "dataclasses", "datetime", "enum", "hashlib", "json", "re", "typing", "unicodedata"}


def imported(path: Path) -> Iterator[str]:
    """The modules a file imports; from ``bot`` itself the names, which are modules there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            yield from [f"bot.{name}" for name in names] if node.module == "bot" else [str(node.module)]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", sorted(BLOCKS.glob("*.py")), ids=lambda path: path.stem)
def test_a_look_sees_nothing_but_rules_and_words(path: Path) -> None:
    ours = {name for name in imported(path) if name.split(".")[0] not in LIBRARY}
    assert {name for name in ours if not name.startswith(SEEN)} == set()

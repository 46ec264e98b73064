"""Golden files: each look as agreed, a block a line; ``--regenerate-golden`` writes them anew."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "golden"
OPTION = "--regenerate-golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="write the golden files of the looks anew")


def as_lines(look: dict[str, Any]) -> str:
    """The look as JSON: first what is around its blocks, then its blocks, one a line."""
    attachments = look.get("attachments", ())
    around = [{**each, "blocks": len(each["blocks"])} for each in attachments]
    inside = [block for each in attachments for block in each["blocks"]]
    frame = {**look, "blocks": len(look.get("blocks", ())), **({"attachments": around} if around else {})}
    rows = [frame, *look.get("blocks", ()), *inside]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


class Golden:
    """The agreed looks."""

    def __init__(self, *, regenerate: bool) -> None:
        self.regenerate = regenerate

    def check(self, name: str, look: dict[str, Any]) -> None:
        """Compare ``look`` with its file, or write that. A look without a file fails."""
        path = FOLDER / f"{name}.jsonl"
        if self.regenerate:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(as_lines(look), encoding="utf-8")
        assert path.is_file(), f"a new look: read it, then run pytest tests/blocks {OPTION}"
        assert path.read_text(encoding="utf-8") == as_lines(look), f"changed on purpose? Then {OPTION}"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(regenerate=request.config.getoption(OPTION, default=False))

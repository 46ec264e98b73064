"""Golden files: each look as JSON, as agreed. ``pytest tests/blocks --regenerate-golden`` writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "golden"
OPTION = "--regenerate-golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="write the golden files of the looks anew")


class Golden:
    """The agreed looks of one run."""

    def __init__(self, *, regenerate: bool) -> None:
        self.regenerate = regenerate

    def check(self, name: str, look: dict[str, Any]) -> None:
        """Compare ``look`` with its file, or write that. A look without a file fails."""
        path = FOLDER / f"{name}.json"
        if self.regenerate:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(look, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        assert path.is_file(), f"no golden file; look at it and run: pytest tests/blocks {OPTION}"
        assert json.loads(path.read_text(encoding="utf-8")) == look


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(regenerate=request.config.getoption(OPTION, default=False))

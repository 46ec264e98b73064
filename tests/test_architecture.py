"""The shape of the code: who may import whom, how long things may be, and what is not done here."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parent.parent
FLOORS = ("bot", "handlers", "blocks", "store")
LONGEST_FUNCTION, LONGEST_FILE = 60, 400
USUAL_FUNCTION, LONG_FUNCTION = 8, 30  # at most: the median, and nine in ten
GENERATED = ROOT / "store" / "migrations" / "versions"
MONEY = (ROOT / "store" / "money.py", ROOT / "bot" / "rules", ROOT / "bot" / "resolutions")
MAY_CATCH_ALL = (
    ROOT / "handlers",
    ROOT / "bot" / "journal.py",
    ROOT / "bot" / "worker.py",
    ROOT / "bot" / "scheduler.py",
    ROOT / "bot" / "sandbox",
)


@dataclass(frozen=True)
class Source:
    """One file of ours, read and parsed."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.text))

    def is_in(self, *places: Path) -> bool:
        return any(self.path.is_relative_to(place) for place in places)


def sources(*folders: str) -> list[Source]:
    """The files of these folders that people write."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [Source(path) for path in found if not path.is_relative_to(GENERATED)]


def lengths() -> dict[str, int]:
    """How many lines each function has, from ``def`` to its end."""
    return {
        f"{source.name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for source in sources(*FLOORS)
        for node in source.nodes()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def calls(source: Source, name: str) -> list[int]:
    """The lines on which the function ``name`` is called."""
    return [
        node.lineno
        for node in source.nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def test_imports_go_in_the_directions_of_the_contracts() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    command = [program, "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_no_function_is_too_long_to_read() -> None:
    assert {name: lines for name, lines in lengths().items() if lines > LONGEST_FUNCTION} == {}


def test_most_functions_are_read_in_one_breath() -> None:
    lines = list(lengths().values())
    assert median(lines) <= USUAL_FUNCTION
    assert quantiles(lines, n=10)[8] <= LONG_FUNCTION


def test_no_file_is_too_long_to_know() -> None:
    found = {source.name: len(source.text.splitlines()) for source in sources(*FLOORS, "tests")}
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FILE} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [s.name for s in sources(*FLOORS) if not ast.get_docstring(ast.parse(s.text))] == []


def test_money_is_never_a_float() -> None:
    found = {
        source.name: calls(source, "float") for source in sources("store", "bot") if source.is_in(*MONEY)
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_money_is_never_divided() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources("store", "bot")
        if source.is_in(*MONEY)
        for node in source.nodes()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    ]
    assert found == []


def test_only_the_settings_read_the_environment() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources(*FLOORS)
        for node in source.nodes()
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    ]
    assert found == []


def test_only_the_clock_asks_for_the_time() -> None:
    """The desk's time is handed in. Waits that a server asks for are about the machine's own."""
    allowed = [ROOT / "bot" / name for name in ("clock.py", "sandbox", "gateways/client.py")]
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources(*FLOORS)
        if not source.is_in(*allowed)
        for node in source.nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    ]
    assert found == []


def test_nobody_but_the_doors_and_the_journal_catches_everything() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources(*FLOORS)
        if not source.is_in(*MAY_CATCH_ALL)
        for node in source.nodes()
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]
    assert found == []


def test_of_slack_blocks_know_the_models_alone() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources("blocks")
        for node in source.nodes()
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("slack_sdk")
        and not (node.module or "").startswith("slack_sdk.models")
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    found = [
        source.name for source in sources(*FLOORS, "tests") if any(mark in source.text for mark in marks)
    ]
    assert found == []

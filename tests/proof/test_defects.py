"""Does the suite bite? Each defence is taken out once, and the tests of its promise must fail for it."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proof.defects.defect import Defect
from tests.proof.defects.table import BY_NAME, DEFECTS

ROOT = Path(__file__).parents[2]
SECONDS = 240
# Plugins that these tests do not need and that take seconds to import.
WITHOUT = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
# How a test says that a promise is broken; anything else would be the defect tripping over its own feet.
CLAIMS = ("assert ", "AssertionError", "Failed: DID NOT RAISE", "Failed: Regex")
TWELVE = {f"M{number}" for number in range(1, 13)}


@dataclass(frozen=True)
class Verdicts:
    """What became of each test of a run, and how often each seat of the defect was called."""

    calls: dict[str, int]
    passed: list[str]
    failed: dict[str, str]

    def said_by(self, test: str) -> list[str]:
        """What the failing variants of a test said."""
        return [said for name, said in self.failed.items() if name.partition("[")[0] == test]


def run(tests: Sequence[str], report: Path, defect: Defect | None = None) -> Verdicts:
    """Run tests in a process of their own, with a defect or without."""
    options = ["--defect", defect.name] if defect else []
    plugin = ["-p", "tests.proof.defects.plugin", "--verdicts", str(report)]
    command = [sys.executable, "-m", "pytest", "-q", *WITHOUT, *plugin, *options, *tests]
    quiet = {**os.environ, "TEST_DATABASE_URL": "", "PYTEST_ADDOPTS": ""}
    alone = {name: value for name, value in quiet.items() if not name.startswith("PYTEST_XDIST")}
    ended = subprocess.run(
        command, cwd=ROOT, env=alone, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert report.exists(), ended.stdout[-3000:] + ended.stderr[-3000:]
    return Verdicts(**json.loads(report.read_text()))


def test_there_is_a_defect_for_each_of_the_twelve_defences() -> None:
    assert set(BY_NAME) >= TWELVE
    assert len(BY_NAME) == len(DEFECTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_the_suite_notices(name: str, tmp_path: Path, counts: Counter[str]) -> None:
    notice(BY_NAME[name], tmp_path / "verdicts.json")
    counts["defects caught"] += 1


@pytest.mark.proof
@pytest.mark.parametrize("name", BY_NAME)
def test_the_suite_notices_when_all_is_proved(name: str, tmp_path: Path, counts: Counter[str]) -> None:
    notice(BY_NAME[name], tmp_path / "verdicts.json")
    counts["defects caught"] += 1


def notice(defect: Defect, report: Path) -> None:
    """Every test that names the promise fails, because of it, and the defect really ran."""
    verdicts, name = run(defect.caught_by, report, defect), defect.name
    for seat in defect.seats:
        assert verdicts.calls.get(seat), f"{name}: {seat} was never called, so nothing is proved"
    for test in defect.caught_by:
        said = verdicts.said_by(test)
        assert said, f"{name} ({defect.promise}): {test} did not notice. {defect.breaks}"
        assert any(each.startswith(CLAIMS) for each in said), f"{name}: {test} failed with {said}"


@pytest.mark.slow
def test_without_a_defect_the_same_tests_pass(tmp_path: Path) -> None:
    tests = list(dict.fromkeys(test for defect in DEFECTS for test in defect.caught_by))
    verdicts = run(tests, tmp_path / "verdicts.json")
    assert verdicts.failed == {}
    assert {name.partition("[")[0] for name in verdicts.passed} == set(tests)

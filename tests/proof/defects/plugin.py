"""pytest with a defect in the product: ``-p tests.proof.defects.plugin --defect M3 <tests>``.

The defect is planted before the first conftest is read, so that nobody holds the function it replaces.
"""

import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.proof.defects.defect import planted
from tests.proof.defects.table import BY_NAME


class Witness:
    """What happened to the tests, and how often the defect was called."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.calls: Counter[str] = Counter()
        self.passed: list[str] = []
        self.failed: dict[str, str] = {}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict on a test; of a failure also what it said."""
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.failed[report.nodeid] = crash.message if crash else str(report.longrepr)
        elif report.when == "call" and report.passed:
            self.passed.append(report.nodeid)

    def write(self, path: Path) -> None:
        """Hand the verdicts over to whoever started this run."""
        said = {"calls": dict(self.calls), "passed": self.passed, "failed": self.failed}
        path.write_text(json.dumps(said))


WITNESS = pytest.StashKey[Witness]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options of one process."""
    parser.addoption("--defect", choices=sorted(BY_NAME), help="plant this defect in the product")
    parser.addoption("--verdicts", type=Path, help="write what became of each test into this file")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Plant the defect ahead of everything that could import from the product."""
    witness = early_config.stash[WITNESS] = Witness()
    name = early_config.known_args_namespace.defect
    if name is not None:
        witness.calls = witness.stack.enter_context(planted(BY_NAME[name]))


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the verdicts."""
    config.pluginmanager.register(config.stash[WITNESS])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the defect out again and hand over."""
    witness = config.stash[WITNESS]
    witness.stack.close()
    path = config.getoption("--verdicts")
    if path is not None:
        witness.write(path)

"""What the proofs count: faults injected, schedules run, processes killed. Summed over all test processes.

A proof adds to the ``counts`` fixture under a name of ``NAMES``; the sums are printed at the end of the run.
"""

from collections import Counter
from typing import Any

import pytest

NAMES = (
    "faults injected",
    "schedules run",
    "operations carried out",
    "processes killed",
    "processes frozen",
    "rounds raced",
    "defects caught",
    "violations",
)
COUNTS = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def counts(request: pytest.FixtureRequest) -> Counter[str]:
    """Give the counter of this test process; ``violations`` is there from the start, so that 0 is said."""
    return of(request.config)


def of(config: pytest.Config) -> Counter[str]:
    """Return the counter of a test process."""
    return config.stash.setdefault(COUNTS, Counter())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of a test process over to the one that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["counts"] = dict(of(session.config))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what another test process counted."""
    of(node.config).update(getattr(node, "workeroutput", {}).get("counts", {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the sums, if anything was counted."""
    counted = of(config)
    if not counted:
        return
    failed = len(terminalreporter.stats.get("failed", [])) + len(terminalreporter.stats.get("error", []))
    counted["violations"] += failed
    terminalreporter.section("counts")
    for name in NAMES:
        if name in counted or name == "violations":
            terminalreporter.line(f"{counted[name]:>10,}  {name}")

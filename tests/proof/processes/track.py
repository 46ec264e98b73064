"""Where the races are run: processes that wait for a round, the start, and the list of how it ended."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tests.proof.processes.office import Office
from tests.proof.processes.racer import Deed, Finish, Round, race
from tests.proof.processes.ward import PROCESSES, START_SECONDS

HEAD_START = 0.004  # seconds until everybody has heard of the round
PATIENCE = 60.0


@dataclass
class Track:
    """Processes at the start, and how many rounds they have run."""

    lines: Sequence[Connection]
    counts: Counter[str]

    def run(self, deeds: Sequence[Deed]) -> list[Finish]:
        """Let everybody do their deed at once, spread over all processes; how it ended for each."""
        at = time.monotonic() + HEAD_START
        shares = [tuple(deeds[number :: len(self.lines)]) for number in range(len(self.lines))]
        for line, share in zip(self.lines, shares, strict=True):
            line.send(Round(share, at))
        self.counts["rounds raced"] += 1
        return [finish for line in self.lines for finish in _answer(line)]


@contextmanager
def a_track(office: Office, counts: Counter[str], log: str, *, processes: int = 8) -> Iterator[Track]:
    """Start the processes, and let them go home at the end."""
    lines, running = [], []
    for _ in range(processes):
        here, there = PROCESSES.Pipe()
        process = PROCESSES.Process(target=race, args=(office.settings, there, log), daemon=True)
        process.start()
        there.close()
        lines.append(here)
        running.append(process)
    for line in lines:
        _answer(line, seconds=START_SECONDS)
    yield Track(lines, counts)
    for line in lines:
        line.close()
    for process in running:
        process.join(PATIENCE)
        process.close()


def _answer(line: Connection, seconds: float = PATIENCE) -> Any:
    assert line.poll(seconds), "a racing process does not answer"
    return line.recv()

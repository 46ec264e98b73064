"""Numbers in columns, for people; and what a row of them says."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Some measurements of one thing, in one unit."""

    values: Sequence[float]

    def at(self, share: float) -> float:
        """The value that ``share`` of all do not exceed."""
        ordered = sorted(self.values)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    @property
    def p50(self) -> float:
        return self.at(0.50)

    @property
    def p95(self) -> float:
        return self.at(0.95)

    @property
    def most(self) -> float:
        return max(self.values)


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [_line(row, widths) for row in (head, *rows)]
    rule = "-" * len(lines[0])
    say("", title, rule, lines[0], rule, *lines[1:])


def say(*lines: str) -> None:
    """Print lines, at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)])

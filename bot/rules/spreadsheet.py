"""Rows for a spreadsheet, as text in which nothing is computed. Knows no file and no return."""

import csv
import io
from collections.abc import Iterable, Sequence

# What spreadsheets take for the beginning of a formula, also in the wide form of East Asian keyboards, and
# what some of them skip before they look for one.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
SKIPPED = "\t\r\n\v\f \u00a0\ufeff\u200b\u2060"
TEXT = "'"  # makes the rest of a cell text

Cell = str | int


def safe_cell(value: Cell) -> Cell:
    """The value of one cell. Text that a spreadsheet would compute, or begin to skip, is marked as text.

    Numbers stay numbers: they come from us. No database and no spreadsheet takes a NUL.
    """
    if isinstance(value, int):
        return value
    text = value.replace("\0", "")
    begins = text.lstrip(SKIPPED)[:1]
    is_formula = begins in FORMULA and begins != ""
    return f"{TEXT}{text}" if is_formula or text[:1] in ("\t", "\r", "\n") else text


def write_rows(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table as comma-separated values with a heading, each text in quotes (RFC 4180)."""
    return write_lines([heading, *rows])


def write_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Some lines of a table, so that a long one need never be in memory as a whole."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([[safe_cell(value) for value in row] for row in rows])
    return file.getvalue()

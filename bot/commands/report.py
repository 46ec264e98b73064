"""A report on the terminal, or its returns as a table in a new file. Asks nobody."""

import getpass
import os
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.markup import escape

from blocks.report import report
from bot.commands.console import give_up
from bot.commands.database import a_desk
from bot.commands.digest import as_text
from bot.commands.listing import ENCODING
from bot.config import Settings
from bot.desk import Desk
from bot.desk.report_table import HEADING, count_rows, note_export, pieces
from bot.desk.reports import asked_of, load_report
from bot.errors import InvalidInput
from bot.rules.report import Asked
from bot.rules.spreadsheet import write_lines


def print_report(settings: Settings, text: str) -> None:
    """Print the report that ``text`` asks for. Ends with exit code 2 where nobody can read its period."""
    console = Console(soft_wrap=True)
    with a_desk(settings) as desk:
        shown = load_report(desk, _asked(desk, text))
        for line in as_text(report(shown, desk.words)):
            console.print(escape(line), highlight=False)


def write_table(settings: Settings, text: str, path: Path) -> None:
    """Write every return of the report to a new file that only its owner may read, saying how far it is.

    Ends with exit code 2 where the file is there already, and leaves none where it could not be finished.
    """
    with a_desk(settings) as desk:
        asked = _asked(desk, text)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as e:
            give_up([f"{path} cannot be written: {e.strerror}."])
        is_done = False
        try:
            with open(handle, "w", encoding=ENCODING, errors="replace", newline="") as file:
                _write(desk, asked, file)
            is_done = True
        finally:
            if not is_done:
                path.unlink()


def _write(desk: Desk, asked: Asked, file: IO[str]) -> None:
    console, written = Console(stderr=True), 0
    count = count_rows(desk, asked)
    note_export(desk, asked, getpass.getuser(), count)
    file.write(write_lines([HEADING]))
    with console.status("") as status:
        for rows in pieces(desk, asked):
            file.write(write_lines(rows))
            written += len(rows)
            status.update(f"{written:,} of {max(count, written):,}")
    console.print(f"{written:,} returns written.", highlight=False)


def _asked(desk: Desk, text: str) -> Asked:
    try:
        return asked_of(desk, text)
    except InvalidInput as e:
        give_up([desk.words(e.message, **e.values)])

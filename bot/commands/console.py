"""How the command line looks."""

from collections.abc import Iterable
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from bot.findings import Finding, Level

COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.WRONG: "red"}
COULD_NOT, CANNOT = 1, 2  # exit codes: something is wrong; the command could not even start


def show_findings(findings: Iterable[Finding]) -> bool:
    """Print each finding as soon as it is known; returns whether nothing is wrong."""
    console = Console(soft_wrap=True)
    fine = True
    for finding in findings:
        fine = fine and finding.level is not Level.WRONG
        mark = f"[{COLOURS[finding.level]}]{finding.level:<8}[/]"
        console.print(f"{mark} [bold]{escape(finding.subject)}[/]: {escape(finding.text)}")
        if finding.advice:
            console.print(f"         {escape(finding.advice)}")
    return fine


def give_up(lines: Iterable[str]) -> NoReturn:
    """Say why the command cannot go on, and leave."""
    console = Console(stderr=True, soft_wrap=True)
    for line in lines:
        console.print(f"[red]{escape(line)}[/]")
    raise typer.Exit(CANNOT)

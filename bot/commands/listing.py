"""The returns as a list: lines for the terminal, or a table for a spreadsheet. Changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.commands.console import give_up
from bot.commands.database import a_desk
from bot.commands.erase import write_private
from bot.commands.logs import visible
from bot.config import Settings
from bot.desk import Desk
from bot.desk.cases import load_case
from bot.rules.case import ReturnCase
from bot.rules.spreadsheet import write_rows
from store.db import reading
from store.models import Return
from store.terms import ReturnStatus

HEADING = ("return", "order", "opened", "status", "wish", "customer", "e-mail", "items", "tracking")
ENCODING = "utf-8-sig"  # without its mark at the beginning, some spreadsheets read another alphabet


def list_returns(settings: Settings, *, table: Path | None, state: ReturnStatus | None) -> None:
    """Print every return, oldest first, or write them to a new file that only its owner may read."""
    with a_desk(settings) as desk:
        rows = (_row(case) for case in _cases(desk, state))
        if table is None:
            for row in rows:
                print(visible("  ".join(filter(None, row))))
        else:
            _write(table, write_rows(HEADING, rows))


def _write(table: Path, text: str) -> None:
    try:
        write_private(table, text.encode(ENCODING, "replace"))
    except OSError as e:
        give_up([f"{table} cannot be written: {e.strerror}."])


def _cases(desk: Desk, state: ReturnStatus | None) -> Iterator[ReturnCase]:
    with reading(desk.engine) as session:
        found = _numbers(session, state)
    return (load_case(desk, return_id) for return_id in found)


def _numbers(session: Session, state: ReturnStatus | None) -> list[int]:
    wanted = select(Return.id).order_by(col(Return.id))
    if state is not None:
        wanted = wanted.where(Return.status == state)
    return [number for number in session.exec(wanted).all() if number is not None]


def _row(case: ReturnCase) -> tuple[str, ...]:
    opened = case.opened_at.astimezone(ZoneInfo(case.timezone)).date()
    return (
        case.number,
        case.order.number,
        opened.isoformat(),
        case.status.value,
        case.wish.value,
        case.order.buyer.name,
        case.order.buyer.email,
        "; ".join(f"{item.quantity} × {item.name}" for item in case.items),
        case.tracking_number,
    )

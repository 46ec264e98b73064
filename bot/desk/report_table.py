"""Every return of a report as rows of a table, a piece at a time. It is personal data, so each is noted."""

from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.desk.digest import credited, paid
from bot.desk.reports import returns_of
from bot.rules.report import Asked
from bot.rules.spreadsheet import Cell
from store import history, reports
from store.db import reading, writing
from store.money import Money
from store.reports import Whole
from store.worklist import Sum

AT_ONCE = 1000
HEADING = (
    *("return", "order", "opened", "status", "wish", "customer", "e-mail", "items", "reasons"),
    *("currency", "refunded", "credit"),
)


def count_rows(desk: Desk, asked: Asked) -> int:
    """How many returns the table has now."""
    with reading(desk.engine) as session:
        return reports.count(session, returns_of(desk, asked.span, asked.basis))


def note_export(desk: Desk, asked: Asked, by: str, count: int) -> None:
    """Write down who takes how many returns away; before the first of them leaves."""
    span = {"first": asked.span.first.isoformat(), "last": asked.span.last.isoformat()}
    with writing(desk.engine) as session:
        history.note(
            session,
            "exported",
            at=desk.now(),
            return_id=None,
            person=by,
            count=count,
            basis=asked.basis.value,
            **span,
        )


def pieces(desk: Desk, asked: Asked, at_once: int = AT_ONCE) -> Iterator[Sequence[Sequence[Cell]]]:
    """The rows in the order of opening, some at a time. No transaction is held between two pieces."""
    which = returns_of(desk, asked.span, asked.basis)
    behind: tuple[object, ...] = ()
    while True:
        with reading(desk.engine) as session:
            found = reports.whole(session, (*which, *behind), at_once)
            rows = [_row(one, desk.settings.zone) for one in found]
        if not found:
            return
        yield rows
        last = found[-1].rma
        behind = (reports.after(last.opened_at, last.id or 0),)


def _row(one: Whole, zone: ZoneInfo) -> tuple[Cell, ...]:
    rma = one.rma
    return (
        rma.number or "",
        one.order,
        rma.opened_at.astimezone(zone).date().isoformat(),
        rma.status.value,
        rma.wish.value,
        rma.customer_name,
        rma.customer_email,
        "; ".join(f"{item.quantity} × {item.name}" for item in one.items),
        "; ".join(dict.fromkeys(item.reason.value for item in one.items)),
        rma.currency,
        _total(one, paid),
        _total(one, credited),
    )


def _total(one: Whole, of: Callable[[Sum], Money]) -> str:
    """A plain decimal: a return has the currency of its order, and so has what settles it."""
    return sum(map(of, one.sums), Money.zero(one.rma.currency)).decimal

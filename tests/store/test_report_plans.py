"""No sum of a report by the day on which it happened reads a whole table."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from store import reports
from store.db import reading
from tests.store.rows import NOON
from tests.store.test_worklist import WHOLE, Asked, many

__all__ = ["many"]
A_DAY = timedelta(days=1)


def ask_everything(session: Session) -> None:
    """Every query of a report, for the last day."""
    opened = reports.opened_between(NOON - A_DAY, NOON)
    settled = reports.settled_between(NOON - A_DAY, NOON)
    reports.count(session, opened)
    reports.reasons(session, opened)
    reports.products(session, opened, 5)
    reports.count(session, reports.ordered_between(NOON - A_DAY, NOON))
    reports.count_settled(session, settled)
    reports.sums(session, settled)
    list(reports.exchanges(session, settled))
    list(reports.times_to_decision(session, settled))


@pytest.mark.slow
def test_a_day_is_read_by_its_index(many: Engine) -> None:
    asked = Asked([])

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.statements.append((statement, values))

    event.listen(many, "before_cursor_execute", note)
    with reading(many) as session:
        ask_everything(session)
    event.remove(many, "before_cursor_execute", note)
    assert len(asked.statements) == 8
    assert [plan for plan in asked.plans(many) if WHOLE.search(plan)] == []

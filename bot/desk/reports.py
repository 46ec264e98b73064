"""Reports: what happened in a period, from our own database alone."""

from datetime import datetime

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.digest import credited, exchanged, paid, totals
from bot.rules.finding import Period
from bot.rules.policy import day_of
from bot.rules.report import Asked, Basis, Part, Report, Span, Sums, median, read_request
from bot.rules.worklist import span_of
from store import reports
from store.db import reading
from store.reports import Conditions

MOST = 10  # products


def asked_of(desk: Desk, text: str) -> Asked:
    """The report that ``text`` asks for, today. Raises InvalidInput for a period nobody can read."""
    settings = desk.settings
    campaigns = {name: Period(first, last) for name, first, last in settings.campaigns}
    return read_request(text, today=day_of(desk.now(), settings.timezone), campaigns=campaigns)


def load_report(desk: Desk, asked: Asked) -> Report:
    """The numbers of the period and of the one before.

    By work, what was opened then and what was settled then; by orders, what became until now of the returns
    of orders that were placed then.
    """
    with reading(desk.engine) as session:
        opened = returns_of(desk, asked.span, asked.basis)
        reasons = tuple(reports.reasons(session, opened))
        products = tuple(Part(*row) for row in reports.products(session, opened, MOST))
        now, then = (_sums(desk, session, span, asked.basis) for span in (asked.span, asked.before))
    return Report(asked, now, then, sum(units for _, units in reasons), reasons, products)


def returns_of(desk: Desk, span: Span, basis: Basis) -> Conditions:
    """What chooses the returns of a span."""
    return _which(desk, span, basis)[0]


def _which(desk: Desk, span: Span, basis: Basis) -> tuple[Conditions, Conditions]:
    """What chooses the returns of a span, and what chooses what was settled."""
    start, end = _moments(desk, span)
    if basis is Basis.ORDER:
        return (reports.ordered_between(start, end),) * 2
    return reports.opened_between(start, end), reports.settled_between(start, end)


def _moments(desk: Desk, span: Span) -> tuple[datetime, datetime]:
    return span_of(span.first, span.last, desk.settings.zone)


def _sums(desk: Desk, session: Session, span: Span, basis: Basis) -> Sums:
    opened, settled = _which(desk, span, basis)
    sums = reports.sums(session, settled)
    return Sums(
        opened=reports.count(session, opened),
        settled=reports.count_settled(session, settled),
        refunded=totals(paid(one) for one in sums),
        credit=totals(credited(one) for one in sums),
        exchanged=totals(exchanged(row) for row in reports.exchanges(session, settled)),
        to_decision=median(list(reports.times_to_decision(session, settled))),
    )

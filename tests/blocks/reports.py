"""Reports to look at: one with everything, by orders, and one of days on which nothing happened."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from blocks.report import report
from bot.i18n import Words
from bot.rules.report import Asked, Basis, Part, Report, Span, Sums
from store.terms import Reason
from tests.make import money

ASKED = Asked(
    Span(date(2026, 11, 1), date(2026, 11, 30)), Span(date(2026, 10, 1), date(2026, 10, 31)), Basis.WORK
)
FULL = Report(
    asked=ASKED,
    sums=Sums(
        opened=412,
        settled=371,
        refunded=(money("18240.10"), money("5200", "JPY")),
        credit=(money("2310.00"),),
        exchanged=(money("4075.50"),),
        to_decision=93_600,
    ),
    before=Sums(opened=350, settled=371, refunded=(money("20266.78"),), to_decision=7_200),
    units=612,
    reasons=((Reason.TOO_SMALL, 300), (Reason.CHANGED_MIND, 211), (Reason.DEFECTIVE, 101)),
    products=(Part("Blue hoodie", 120, 97), Part("Wool coat, long", 61, 60)),
)
REPORTS: Mapping[str, Report] = {
    "everything": FULL,
    "by_orders": replace(FULL, asked=replace(ASKED, basis=Basis.ORDER)),
    "nothing": Report(ASKED, Sums(), Sums()),
}


def _look(one: Report) -> Callable[[Words], dict[str, Any]]:
    return lambda words: report(one, words)


LOOKS = {name: _look(one) for name, one in REPORTS.items()}

"""The list of the morning: full, short, of a weekend, and with nothing that waits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from blocks.digest import digest
from bot.i18n import Words
from bot.rules.worklist import Fact, Group, Need, Numbers, Worklist, sections_of
from tests.blocks.differences import DIFFERENCES
from tests.make import ALICE, BOB, NOON, money

DAY = date(2026, 11, 23)
ADDRESS = "https://acme.slack.com/archives/C01RETURNS/p1763900000000100"
YESTERDAY = Numbers(
    DAY - timedelta(days=1),
    DAY - timedelta(days=1),
    opened=12,
    settled=9,
    refunded=(money("410.20"),),
    credit=(money("156.00"),),
    exchanged=(money("240.00"),),
    open=34,
)


def a_fact(need: Need, hours: float = 3, **given: Any) -> Fact:
    """Something about RMA-1042 of Marie Dupont that has waited for ``hours``."""
    fields: dict[str, Any] = {
        "number": "RMA-1042",
        "name": "Marie Dupont",
        "amount": money("61.10"),
        "address": ADDRESS,
    }
    return Fact(need, NOON - timedelta(hours=hours), **(fields | given))


def a_worklist(*facts: Fact, counts: Mapping[Group, int] | None = None, **given: Any) -> Worklist:
    """The list of Monday noon."""
    return replace(Worklist(DAY, NOON, sections_of(facts, counts or {}), YESTERDAY), **given)


def a_difference(name: str, **given: Any) -> Fact:
    """A line about the books."""
    return a_fact(Need.DIFFERENCE, difference=DIFFERENCES[name], name="", amount=None, **given)


EVERYTHING = (
    a_fact(Need.LOOK, 4, owner=BOB),
    a_fact(Need.BANK_RETURNED, 50, number="RMA-1019", name="Paul Martin", owner=ALICE),
    a_difference("row_gone"),
    a_difference("news_off", number="", address=""),
    a_fact(Need.CHECKING, 0.2, number="RMA-1051", name="Zoé Lefèvre"),
    a_fact(Need.OVERDUE, 400, number="RMA-1031", name="Ana Ruiz", day=date(2026, 11, 20), owner=BOB),
    a_fact(Need.OVERDUE, 380, number="RMA-1033", name="Kim Lee", day=date(2026, 11, 22), amount=None),
    *(a_fact(Need.UNCLAIMED, 20 - each, number=f"RMA-{1060 + each}") for each in range(6)),
    a_fact(Need.ARRIVED, 74, number="RMA-1028", name="Léa Petit"),
    a_fact(Need.ARRIVED, 26, number="RMA-1029", name="Tom Weber", address=""),
    a_fact(Need.LAPSED, 80, number="RMA-1011", amount=money("12.00")),
    a_fact(Need.UNPAID, 27, number="RMA-1045", amount=money("30.00")),
    a_fact(Need.UNANSWERED, 5, number="RMA-1036", name="Inès Costa"),
    a_fact(Need.REFUND_TODAY, 300, number="RMA-1037", day=DAY, owner=ALICE),
    a_fact(Need.WINDOW_TODAY, 90, number="RMA-1038"),
)
WORKLISTS: Mapping[str, Worklist] = {
    "everything": a_worklist(*EVERYTHING, counts={Group.UNCLAIMED: 17, Group.ENDING: 9}),
    "one": a_worklist(a_fact(Need.UNCLAIMED), numbers=replace(YESTERDAY, opened=1, settled=0, open=1)),
    "weekend": a_worklist(
        a_fact(Need.UNANSWERED, 60), numbers=replace(YESTERDAY, first=date(2026, 11, 20), credit=())
    ),
    "nothing_waits": a_worklist(numbers=replace(YESTERDAY, refunded=(money("10.00"), money("5", "JPY")))),
}


def _look(worklist: Worklist) -> Callable[[Words], dict[str, Any]]:
    return lambda words: digest(worklist, words)


LOOKS = {name: _look(worklist) for name, worklist in WORKLISTS.items()}

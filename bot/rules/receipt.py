"""Counting what arrived against what was announced. Goes add up; nothing here changes a return."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.rules.case import CaseItem
from store.terms import Condition

REJECTED_CONDITIONS = frozenset({Condition.WRONG_ITEM})


def add_up(goes: Iterable[Mapping[Condition, int]]) -> Mapping[Condition, int]:
    """What arrived in all, over several goes (rule S3): one and one of two is complete."""
    arrived: Counter[Condition] = Counter()
    for go in goes:
        arrived.update(go)
    return dict(arrived)


def extra_units(announced: Mapping[int, int], arrived: Mapping[int, int]) -> int:
    """Units beyond what was announced, by line: recorded as extra items and asked about (rule S4)."""
    return sum(max(0, count - announced.get(line_id, 0)) for line_id, count in arrived.items())


def rejected_units(item: CaseItem) -> int:
    """Units that are not the shop's: sent back or disposed of, never restocked, no money (rule S5)."""
    return sum(item.received.get(condition, 0) for condition in REJECTED_CONDITIONS)


def outstanding_units(item: CaseItem) -> int:
    """Announced units of an item that have neither arrived nor been reported missing."""
    return max(0, item.quantity - sum(item.received.values()))


def is_complete(items: Sequence[CaseItem]) -> bool:
    """Whether everything announced is accounted for."""
    return not any(outstanding_units(item) for item in items)

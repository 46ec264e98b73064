"""What can go wrong inside one POST refund, planned ahead. Each is used up by the refund it meets."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Mishap(StrEnum):
    """Where the refund goes wrong. Order of work: row, gateway, mark, restock and status, meta data."""

    DECLINED = "declined"  # the gateway refuses with ``message``: row deleted, 500
    SAYS_FALSE = "says_false"  # the gateway returns false: row deleted, 500
    SLOW = "slow"  # the gateway takes ``seconds`` and pays
    DIES_BEFORE_ROW = "dies_before_row"  # fatal error, no row, no money
    DIES_BEFORE_MONEY = "dies_before_money"  # fatal error, row stays, no money
    DIES_AFTER_MONEY = "dies_after_money"  # fatal error, row stays unmarked, money gone
    EXITS_AFTER_MONEY = "exits_after_money"  # the same with an empty 200
    DIES_BEFORE_RESTOCK = "dies_before_restock"  # row marked as paid, nothing restocked
    DIES_BEFORE_META = "dies_before_meta"  # everything done but the client's meta data
    PAID_LATE = "paid_late"  # the gateway times out, row deleted, money moves ``seconds`` later
    PHANTOM_BEFORE = "phantom_before"  # the gateway plugin books the same money a second time, before ours
    PHANTOM_AFTER = "phantom_after"  # the same, after ours
    HAND_REFUND = "hand_refund"  # somebody refunds the same amount in wp-admin just before


@dataclass
class Plan:
    """A mishap waiting for its refund; ``order_id`` None fits any order."""

    mishap: Mishap
    order_id: int | None = None
    seconds: int | float = 0
    message: str = "Your card account has insufficient funds to refund this charge."
    times: int = 1


@dataclass
class Mishaps:
    """The planned mishaps, safe to use from several threads."""

    plans: list[Plan] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, plan: Plan) -> None:
        """Let the next fitting refund meet it."""
        with self.lock:
            self.plans.append(plan)

    def take(self, order_id: int) -> Plan | None:
        """The mishap of this refund, used up once per call; None when all goes well."""
        with self.lock:
            fits = (p for p in self.plans if p.times > 0 and p.order_id in (None, order_id))
            plan = next(fits, None)
            if plan:
                plan.times -= 1
            return plan

    def withdraw(self, fits: Callable[[Plan], bool]) -> None:
        """Take back the plans that fit."""
        with self.lock:
            self.plans[:] = [plan for plan in self.plans if not fits(plan)]

    def clear(self) -> None:
        """Forget them all."""
        with self.lock:
            self.plans.clear()

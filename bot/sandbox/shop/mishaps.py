"""What can go wrong inside one refund or one order, planned ahead and used up by the request it meets."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sandbox.shop.errors import PhpDied


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


class OrderMishap(StrEnum):
    """Where making or changing an order goes wrong. Order of work: row, status, stock and mails, answer."""

    DIES_BEFORE_ROW = "order_dies_before_row"  # fatal error, nothing saved
    DIES_BEFORE_STATUS = (
        "order_dies_before_status"  # lines and meta data are there, the status is the old one
    )
    DIES_BEFORE_STOCK = "order_dies_before_stock"  # the status is saved; no stock is moved, nobody is mailed
    DIES_BEFORE_ANSWER = "order_dies_before_answer"  # all done, and a fatal error as the answer
    EXITS_BEFORE_ANSWER = "order_exits_before_answer"  # the same with an empty 200
    SLOW = "order_slow"  # the row is there, its status comes ``seconds`` later


@dataclass
class Plan:
    """A mishap waiting for its refund, or for its order made or changed.

    ``order_id`` None fits any order; a new order goes by its parent's. ``method`` "" fits POST and PUT.
    """

    mishap: Mishap | OrderMishap
    order_id: int | None = None
    method: str = ""
    seconds: int | float = 0
    message: str = "Your card account has insufficient funds to refund this charge."
    times: int = 1


def die(plan: Plan | None, *points: OrderMishap) -> None:
    """End the PHP process here if that is what the plan says."""
    if plan and plan.mishap in points:
        raise PhpDied(quietly=plan.mishap is OrderMishap.EXITS_BEFORE_ANSWER)


@dataclass
class Mishaps:
    """The planned mishaps, safe to use from several threads."""

    plans: list[Plan] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, plan: Plan) -> None:
        """Let the next fitting request meet it."""
        with self.lock:
            self.plans.append(plan)

    def take(self, order_id: int) -> Plan | None:
        """The mishap of this refund, used up once per call; None when all goes well."""
        return self._take(order_id, lambda plan: isinstance(plan.mishap, Mishap))

    def take_order(self, order_id: int, method: str) -> Plan | None:
        """The mishap of making (by the parent's id) or changing an order; None when all goes well."""
        return self._take(
            order_id, lambda plan: isinstance(plan.mishap, OrderMishap) and plan.method in ("", method)
        )

    def _take(self, order_id: int, kind: Callable[[Plan], bool]) -> Plan | None:
        with self.lock:
            fits = (p for p in self.plans if p.times > 0 and p.order_id in (None, order_id) and kind(p))
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

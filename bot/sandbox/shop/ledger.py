"""What really moved at the bank: an append-only list, out of reach of the records. Judge of money tests."""

import threading
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """One movement, in integer minor units of its currency; ``kind`` is "payment" or "refund"."""

    id: int
    order_id: int
    kind: str
    amount_minor: int
    currency: str
    reason: str
    transaction_id: str
    at: datetime


class Ledger:
    """All movements in the order they happened. There is no way to change or remove one."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def write(
        self,
        kind: str,
        *,
        order_id: int,
        amount_minor: int,
        currency: str,
        reason: str,
        transaction_id: str,
        at: datetime,
    ) -> Entry:
        """Add one movement and return it."""
        with self._lock:
            number = len(self._entries) + 1
            entry = Entry(number, order_id, kind, amount_minor, currency, reason, transaction_id, at)
            self._entries.append(entry)
            return entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything so far."""
        with self._lock:
            return tuple(self._entries)

    def refunds(self, order_id: int | None = None) -> tuple[Entry, ...]:
        """The refunds paid out, of one order or of all."""
        return tuple(e for e in self.entries if e.kind == "refund" and order_id in (None, e.order_id))

    def refunded(self, order_id: int) -> int:
        """What was paid back for an order, in minor units."""
        return sum(entry.amount_minor for entry in self.refunds(order_id))

    def paid(self, order_id: int) -> int:
        """What was paid in for an order, in minor units."""
        mine = (e for e in self.entries if e.kind == "payment" and e.order_id == order_id)
        return sum(entry.amount_minor for entry in mine)

"""Every movement of money, written once when it happens and never changed: the truth tests compare with."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import uuid4


class EntryKind(StrEnum):
    """What moved the money; the sign is the kind's, amounts are always positive."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"  # the refund could not be delivered, its money is back
    DISPUTE = "dispute"
    DISPUTE_REVERSAL = "dispute_reversal"  # the dispute was won


SIGNS = {
    EntryKind.PAYMENT: 1,
    EntryKind.REFUND: -1,
    EntryKind.REFUND_FAILURE: 1,
    EntryKind.DISPUTE: -1,
    EntryKind.DISPUTE_REVERSAL: 1,
}


@dataclass(frozen=True)
class LedgerEntry:
    """One movement in Stripe's minor units; ``object_id`` names the charge, refund or dispute behind it."""

    id: str
    kind: EntryKind
    amount_minor: int
    currency: str
    payment_intent: str
    object_id: str
    metadata: Mapping[str, str]
    at: datetime
    livemode: bool

    @property
    def signed(self) -> int:
        """The amount as the shop's balance sees it: negative when money left."""
        return SIGNS[self.kind] * self.amount_minor

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON values, for a page."""
        return vars(self) | {"metadata": dict(self.metadata), "at": self.at.isoformat()}


class Ledger:
    """An append-only list of movements that refuses to give back more than was paid."""

    def __init__(self) -> None:
        self._entries: tuple[LedgerEntry, ...] = ()
        self._lock = threading.Lock()

    def record(
        self,
        kind: EntryKind,
        *,
        amount: int,
        currency: str,
        payment_intent: str,
        object_id: str,
        metadata: Mapping[str, str],
        at: datetime,
        livemode: bool,
    ) -> LedgerEntry:
        """Append a movement; ValueError when the amount is not a positive whole number or was never paid."""
        if type(amount) is not int or amount <= 0:
            raise ValueError(f"not an amount: {amount!r}")
        entry = LedgerEntry(
            f"txn_{uuid4().hex[:24]}", kind, amount, currency, payment_intent, object_id,
            MappingProxyType(dict(metadata)), at, livemode,
        )  # fmt: skip
        with self._lock:
            if kind is EntryKind.REFUND and self.kept(payment_intent) < amount:
                raise ValueError(f"{payment_intent} would give back more than it took")
            self._entries = (*self._entries, entry)
        return entry

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """All movements, oldest first."""
        return self._entries

    def kept(self, payment_intent: str) -> int:
        """What the shop still holds of one payment."""
        return sum(entry.signed for entry in self._entries if entry.payment_intent == payment_intent)

    def refunded(self, payment_intent: str) -> int:
        """What went back to the customer by refunds, less what came home undelivered."""
        kinds = (EntryKind.REFUND, EntryKind.REFUND_FAILURE)
        return -sum(
            entry.signed
            for entry in self._entries
            if entry.payment_intent == payment_intent and entry.kind in kinds
        )

    def balance(self, *, livemode: bool = False) -> dict[str, int]:
        """The shop's money by currency."""
        totals: dict[str, int] = {}
        for entry in self._entries:
            if entry.livemode == livemode:
                totals[entry.currency] = totals.get(entry.currency, 0) + entry.signed
        return totals

"""One Stripe account: its objects, its ledger, its clock, and the news it tells; knows no endpoint."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.stripe import shapes
from bot.sandbox.stripe.courier import Courier, Parcel
from bot.sandbox.stripe.idempotency import IdempotencyKeys
from bot.sandbox.stripe.ledger import EntryKind, Ledger, LedgerEntry
from bot.sandbox.stripe.lists import render
from bot.sandbox.stripe.records import Json, Records
from bot.sandbox.stripe.troubles import Troubles


@dataclass(frozen=True)
class RefundScript:
    """How the next refund starts out."""

    status: str
    pending_reason: str | None = None
    failure_reason: str | None = None


class Account:
    """The state behind the service; whoever changes it holds ``lock``."""

    def __init__(self, clock: Callable[[], datetime], courier: Courier, profile: Json) -> None:
        self.clock, self.courier, self.profile = clock, courier, profile
        self.lock = threading.RLock()
        self.keys, self.troubles = IdempotencyKeys(), Troubles()
        self.records, self.ledger = Records(), Ledger()
        self.refund_scripts: deque[RefundScript] = deque()
        self.request: Json = {"id": None, "idempotency_key": None}
        self.version = 0
        courier.on_delivered = self._count_delivery

    def clear(self) -> None:
        """Forget money, sessions, events and keys; the endpoints, being settings, stay."""
        with self.lock:
            endpoints = self.records.all("webhook_endpoint")
            self.records, self.ledger = Records(), Ledger()
            for endpoint in reversed(endpoints):
                self.records.add(endpoint)
            self.refund_scripts.clear()
            self.keys.clear()
            self.troubles.clear()
            self.courier.clear()
            self.version += 1

    def now(self) -> int:
        """The account's time in seconds since 1970."""
        return int(self.clock().timestamp())

    def record_money(self, kind: EntryKind, amount: int, source: Json) -> LedgerEntry:
        """Write a movement of a charge, a refund or a dispute into the ledger."""
        return self.ledger.record(
            kind,
            amount=amount,
            currency=source["currency"],
            payment_intent=source["payment_intent"],
            object_id=source["id"],
            metadata=source["metadata"],
            at=self.clock(),
            livemode=source["livemode"],
        )

    def emit(self, kind: str, record: Json, previous: Json | None = None) -> Json:
        """Tell every endpoint that listens, in the record's mode, what happened."""
        self.version += 1
        event = shapes.event(
            kind, render(record), created=self.now(), request=dict(self.request), livemode=record["livemode"]
        )
        if previous:
            event["data"]["previous_attributes"] = previous
        endpoints = [one for one in self.records.all("webhook_endpoint") if _listens(one, event)]
        event["pending_webhooks"] = len(endpoints)
        self.records.add(event)
        for endpoint in endpoints:
            self.dispatch(event, endpoint)
        return event

    def dispatch(self, event: Json, endpoint: Json) -> None:
        """Hand one event for one endpoint to the courier."""
        body = json.dumps(event, indent=2).encode()
        parcel = Parcel(event["id"], endpoint["id"], endpoint["url"], endpoint["secret"], body)
        self.courier.send(parcel)

    def _count_delivery(self, event_id: str) -> None:
        with self.lock:
            event = self.records.get("event", event_id)
            if event and event["pending_webhooks"]:
                event["pending_webhooks"] -= 1


def _listens(endpoint: Json, event: Json) -> bool:
    wanted = endpoint["enabled_events"]
    heard = "*" in wanted or event["type"] in wanted
    return heard and endpoint["status"] == "enabled" and endpoint["livemode"] == event["livemode"]

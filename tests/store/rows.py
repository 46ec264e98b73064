"""Rows with ordinary values, for tests that care about one column."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from store.db import writing
from store.models import Operation, Resolution, Return, ShopOrder
from store.terms import Method, OperationState, ResolutionStatus, ReturnStatus, Source, Wish

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def an_order(**values: Any) -> ShopOrder:
    """An order of the shop."""
    ordinary: dict[str, Any] = {
        "order_id": 5567,
        "number": "5567",
        "email": "marie@example.com",
        "currency": "EUR",
        "snapshot": {},
        "stock": [],
        "customer": {},
        "read_at": NOON,
        "modified_at": NOON,
    }
    return ShopOrder(**{**ordinary, **values})


def a_return(**values: Any) -> Return:
    """A pending return of that order."""
    ordinary: dict[str, Any] = {
        "order_id": 5567,
        "status": ReturnStatus.PENDING,
        "wish": Wish.REFUND,
        "source": Source.STAFF,
        "source_key": "U1:5567",
        "currency": "EUR",
        "customer_name": "Marie Dupont",
        "customer_email": "marie@example.com",
        "opened_at": NOON,
        "noticed_at": NOON,
        "known_refunds": [],
    }
    return Return(**{**ordinary, **values})


def a_resolution(**values: Any) -> Resolution:
    """A gateway refund of 61.10 EUR that is planned for the first return."""
    ordinary: dict[str, Any] = {
        "return_id": 1,
        "order_id": 5567,
        "slot": 1,
        "reference": "RMA-1/1",
        "method": Method.GATEWAY_REFUND,
        "status": ResolutionStatus.PLANNED,
        "currency": "EUR",
        "amount_minor": 6110,
        "choice": {},
        "quote": {},
        "operator_id": "U1",
        "decided_at": NOON,
    }
    return Resolution(**{**ordinary, **values})


def an_operation(**values: Any) -> Operation:
    """A card to be drawn, due now."""
    ordinary: dict[str, Any] = {
        "key": "RMA-1/card",
        "kind": "slack.card",
        "lane": "slack:C1",
        "state": OperationState.DUE,
        "payload": {},
        "due_at": NOON,
        "planned_at": NOON,
    }
    return Operation(**{**ordinary, **values})


def keep(engine: Engine, *rows: Any) -> None:
    """Commit rows, one transaction for all of them, in the order given."""
    with writing(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()

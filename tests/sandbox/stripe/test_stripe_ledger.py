"""The ledger all money tests trust: it only grows, and refuses what cannot be true."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox.stripe import EntryKind, Stripe
from bot.sandbox.stripe.ledger import Ledger

AT = datetime(2026, 11, 23, tzinfo=UTC)


def _record(ledger: Ledger, kind: EntryKind, amount: Any) -> None:
    ledger.record(
        kind, amount=amount, currency="eur", payment_intent="pi_1", object_id="x", metadata={"a": "b"}, at=AT,
        livemode=False,
    )  # fmt: skip


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5"])
def test_only_positive_whole_amounts_are_written(amount: Any) -> None:
    ledger = Ledger()
    with pytest.raises(ValueError, match="not an amount"):
        _record(ledger, EntryKind.PAYMENT, amount)
    assert ledger.entries == ()


def test_the_ledger_never_lets_more_out_than_came_in() -> None:
    ledger = Ledger()
    _record(ledger, EntryKind.PAYMENT, 1000)
    _record(ledger, EntryKind.REFUND, 600)
    with pytest.raises(ValueError, match="give back more"):
        _record(ledger, EntryKind.REFUND, 401)

    assert (ledger.kept("pi_1"), ledger.refunded("pi_1")) == (400, 600)


def test_an_entry_cannot_be_changed_afterwards() -> None:
    ledger = Ledger()
    _record(ledger, EntryKind.PAYMENT, 1000)
    (entry,) = ledger.entries

    with pytest.raises(FrozenInstanceError):
        entry.amount_minor = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        entry.metadata["a"] = "c"  # type: ignore[index]


def test_an_entry_says_who_what_and_when(stripe: Stripe, clock: Any) -> None:
    payment = stripe.charge(5000, "EUR", {"order": "744"})
    clock.move(hours=2)
    refund = stripe.refund_from_plugin(payment.charge, 700, "RMA-1042")

    paid, back = (entry.as_dict() for entry in stripe.ledger)

    assert (paid["kind"], paid["amount_minor"], paid["currency"]) == ("payment", 5000, "eur")
    assert (paid["object_id"], paid["metadata"]) == (payment.charge, {"order": "744"})
    assert (back["kind"], back["object_id"], back["payment_intent"]) == (
        "refund",
        refund["id"],
        payment.payment_intent,
    )
    assert (back["metadata"], back["at"]) == ({"reason": "RMA-1042"}, "2026-11-23T11:00:00+00:00")
    assert stripe.get(refund["id"])["balance_transaction"] == back["id"]


def test_later_metadata_does_not_reach_into_the_ledger(stripe: Stripe, client: Any) -> None:
    payment = stripe.charge(5000, "eur", {"order": "744"})

    client.v1.charges.update(payment.charge, {"metadata": {"order": "1"}})

    assert dict(stripe.ledger[0].metadata) == {"order": "744"}

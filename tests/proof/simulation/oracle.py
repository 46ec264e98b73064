"""The judge: what the sandbox's ledgers say, held against what the desk says, at every point of a run.

The desk's tables are never asked what was paid; they are only asked what the desk claims.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.shop.records import Coupon, Refund
from bot.sandbox.stripe.ledger import EntryKind
from store.terms import Method, ResolutionStatus
from tests.proof.simulation.deeds import Case, of_number
from tests.proof.simulation.lab import Lab

CLAIMS = "SELECT return_id, reference, method, status, amount_minor, credit_minor, outcome FROM resolutions"
OPERATION = "_returns_desk_operation"


class Violation(BaseException):
    """A promise is broken. Nothing of the desk may catch it."""


@dataclass(frozen=True)
class Claim:
    """What the desk says of one decision."""

    return_id: int
    reference: str
    method: Method
    status: ResolutionStatus
    amount: int
    credit: int
    outcome: dict[str, Any]


@dataclass(frozen=True)
class Payment:
    """A payment as a ledger shows it; ``returned`` when the bank gave it back later."""

    reference: str
    order_id: int
    amount: int
    returned: bool = False


@dataclass(eq=False)
class Oracle:
    """Looks whenever anything changed since it looked last."""

    lab: Lab
    cases: Sequence[Case]
    known: tuple[int, ...] = ()

    def look(self, version: int) -> None:
        """Compare, if anything was committed (``version``), paid, booked or made meanwhile."""
        state, stripe = self.lab.shop.state, self.lab.stripe
        made = (len(state.ledger.entries), len(state.refunds), len(state.coupons), len(stripe.ledger))
        now = (version, *made)
        if now != self.known:
            self.known = now
            self.compare()

    def compare(self) -> None:
        """Hold every claim of the desk against the ledgers. Raises Violation."""
        payments = self.payments()
        for claim in self.claims():
            case = of_number(self.cases, claim.return_id)
            self._judge_money(claim, [one for one in payments if one.reference == claim.reference])
            self._judge_things(claim, self.rows(case, claim.reference), self.coupons(claim.reference))
        for case in self.cases:
            self._judge_order(case, [one for one in payments if one.order_id == case.order.id])

    def claims(self) -> list[Claim]:
        """What the desk says of its decisions, as committed now."""
        rows = self.lab.database.rows(CLAIMS)
        return [
            Claim(
                row[0], row[1], Method(row[2]), ResolutionStatus(row[3]), row[4], row[5], json.loads(row[6])
            )
            for row in rows
        ]

    # What the ledgers say

    def payments(self) -> list[Payment]:
        """Every payment back to a customer, by whichever way."""
        shop = [
            Payment(_first(one.reason), one.order_id, one.amount_minor)
            for one in self.lab.shop.ledger.refunds()
        ]
        return shop + self._stripe_payments() if self.lab.way else shop

    def _stripe_payments(self) -> list[Payment]:
        entries = self.lab.stripe.ledger
        orders = {
            one.payment_intent: int(one.metadata["order_id"])
            for one in entries
            if one.kind is EntryKind.PAYMENT
        }
        back = {one.object_id for one in entries if one.kind is EntryKind.REFUND_FAILURE}
        return [
            Payment(
                _first(one.metadata.get("reason", "")),
                orders[one.payment_intent],
                one.amount_minor,
                one.object_id in back,
            )
            for one in entries
            if one.kind is EntryKind.REFUND
        ]

    def rows(self, case: Case, reference: str) -> list[Refund]:
        """The shop's refund rows under a reference."""
        return [row for row in self.lab.shop.refunds(case.order.id) if _first(row.reason) == reference]

    def coupons(self, reference: str) -> list[Coupon]:
        """The shop's coupons made for a decision."""
        return [
            coupon
            for coupon in self.lab.shop.state.coupons.values()
            if any(row.key == OPERATION and str(row.value).startswith(f"{reference}/") for row in coupon.meta)
        ]

    # What must hold

    def _judge_money(self, claim: Claim, paid: Sequence[Payment]) -> None:
        standing = [one for one in paid if not one.returned]
        _must(len(standing) <= 1, f"R1: {claim.reference} was paid {len(standing)} times")
        if claim.method is not Method.GATEWAY_REFUND:
            _must(not paid, f"{claim.reference} moved money although it is {claim.method}")
            return
        _must(
            all(one.amount == claim.amount for one in paid), f"{claim.reference} paid another amount: {paid}"
        )
        if claim.status is ResolutionStatus.REFUSED:
            _must(not paid, f"R5: {claim.reference} is called refused, but it was paid")
        if claim.status is ResolutionStatus.DONE and claim.amount:
            _must(bool(paid), f"R5: {claim.reference} is called done, but nothing was paid")

    def _judge_things(self, claim: Claim, rows: Sequence[Refund], coupons: Sequence[Coupon]) -> None:
        _must(len(rows) <= 1, f"{claim.reference} was booked {len(rows)} times")
        _must(len(coupons) <= 1, f"R9: {claim.reference} made {len(coupons)} coupons")
        if claim.status is ResolutionStatus.REFUSED:
            _must(not coupons, f"R5: {claim.reference} is called refused, but there is a coupon")
            _must(not rows or _through_gateway(claim), f"R5: {claim.reference} is called refused, but booked")
        if claim.status is ResolutionStatus.DONE and claim.amount:
            made = f"R5: {claim.reference} is called done with {len(coupons)} coupons"
            _must(bool(coupons) is (claim.method is Method.STORE_CREDIT), made)
            _must(
                bool(rows) or _through_gateway(claim), f"R5: {claim.reference} is called done, but not booked"
            )
        for coupon in coupons:
            _must(int(coupon.amount * 100) == claim.credit, f"R9: {claim.reference} made {coupon.amount}")

    def _judge_order(self, case: Case, paid: Sequence[Payment]) -> None:
        given = sum(one.amount for one in paid if not one.returned)
        most = int(case.order.total * 100) + self.lab.paid_blindly
        _must(given <= most, f"order {case.order.id} gave back {given} of {most}")
        units = sum(one.units for one in self.cases if one.order is case.order)
        moved = int(case.product.stock or 0) - case.stock
        _must(0 <= moved <= units, f"R8: {moved} units went back on the shelf, of {units}")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(otherwise)


def _through_gateway(claim: Claim) -> bool:
    """Whether the shop's row may be missing: after a payment it is booked later, or deleted by the shop."""
    return claim.method is Method.GATEWAY_REFUND


def _first(reason: str) -> str:
    return reason.split(" ", maxsplit=1)[0]

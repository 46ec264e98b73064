"""What must hold a day after the last trouble: nothing is left open that no person was told of."""

import json
import re
from collections.abc import Sequence

from bot.errors import DeskError
from store.terms import OperationState, ResolutionStatus, ReturnStatus
from tests.proof.simulation.deeds import Case
from tests.proof.simulation.lab import Lab
from tests.proof.simulation.oracle import Claim, Oracle, Violation

OVER = tuple(state.value for state in (OperationState.DONE, OperationState.REFUSED, OperationState.GIVEN_UP))
OPEN = """
SELECT key, state, detail FROM operations
WHERE kind NOT LIKE 'slack.%' AND kind <> 'stripe.watch' AND state NOT IN ('done', 'refused', 'given_up')
"""
TOLD = "SELECT payload FROM operations WHERE kind = 'slack.thread' AND return_id = ?"


def judge_ending(oracle: Oracle, cases: Sequence[Case], *, mails: int) -> None:
    """Look at every decision and at everybody who clicked. Raises Violation.

    ``mails`` is how often a customer may be told: a note is looked for before it is repeated, but a process
    that stood still just before it sent one does not know that another has sent it meanwhile, and one that
    arrives late is not there yet when it is looked for.
    """
    left = oracle.lab.database.rows(OPEN)
    _must(not left, f"R4: still open after a day: {left}")
    claims = oracle.claims()
    for case in cases:
        mine = [claim for claim in claims if claim.return_id == case.return_id]
        _judge_clicks(case, mine)
        for claim in mine:
            _judge_claim(oracle, case, claim, mails)


def _judge_clicks(case: Case, claims: Sequence[Claim]) -> None:
    won = [said for said in case.told if not isinstance(said, DeskError)]
    _must(bool(case.told), f"R4: nobody was told anything about {case.number}")
    _must(set(won) <= {claim.reference for claim in claims}, f"R4: {won} is not recorded")
    standing = [claim for claim in claims if claim.status is not ResolutionStatus.REFUSED]
    _must(len(standing) <= 1, f"R2: {len(standing)} decisions stand for {case.number}")


def _judge_claim(oracle: Oracle, case: Case, claim: Claim, mails: int) -> None:
    told = told_of(oracle.lab, case.return_id)
    _must(claim.status is not ResolutionStatus.PLANNED, f"R4: {claim.reference} is still planned")
    if claim.status is ResolutionStatus.IN_DOUBT:
        words = ("needs_person", "bank_returned")
        _must(any(word in told for word in words), f"R4: nobody was told about {claim.reference}")
    elif claim.status is ResolutionStatus.REFUSED:
        _must("refused" in told, f"R4: nobody was told that {claim.reference} was refused")
    else:
        _judge_done(oracle, case, told, mails)
        _judge_shelf(case, claim, told)


def _judge_done(oracle: Oracle, case: Case, told: Sequence[str], most: int) -> None:
    status = oracle.lab.database.rows("SELECT status FROM returns WHERE id = ?", case.return_id)[0][0]
    _must(status == ReturnStatus.RESOLVED, f"R4: {case.number} is {status} although it is settled")
    outbox = oracle.lab.shop.outbox
    mails = [
        mail
        for mail in outbox
        if mail.kind == "customer_note" and re.search(rf"\b{case.number}\b", mail.text)
    ]
    least = 0 if "not_told" in told else 1
    _must(least <= len(mails) <= most, f"R4: the customer of {case.number} was told {len(mails)} times")


def _judge_shelf(case: Case, claim: Claim, told: Sequence[str]) -> None:
    """Who says that a payment happened after all says nothing of the shelf; the nightly comparison does."""
    if int(case.product.stock or 0) == case.stock and "confirmed_by" not in claim.outcome:
        _must(
            bool({"not_restocked", "shelf_unseen", "not_booked"} & set(told)),
            f"R8: {case.number}: nobody was told of the shelf",
        )


def told_of(lab: Lab, return_id: int) -> list[str]:
    """What the team was told in a return's thread, as kinds."""
    return [str(json.loads(row[0])["kind"]) for row in lab.database.rows(TOLD, return_id)]


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(otherwise)

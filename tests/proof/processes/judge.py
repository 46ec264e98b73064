"""What must hold once everything is quiet. The ledgers of the sandbox judge; our tables are only compared."""

import json
from typing import Any

from blocks.card import return_card
from bot.desk.cases import load_case
from bot.rules.case import CaseResolution, ReturnCase
from bot.sandbox.story.people import CHANNEL
from store.terms import Method, ResolutionStatus
from tests.proof.processes.office import Decision, Office


def payments(office: Office, order_id: int) -> list[int]:
    """What really left for an order, payment by payment, in minor units: from the shop's bank and Stripe."""
    shop = [entry.amount_minor for entry in office.sandbox.shop.ledger.refunds(order_id)]
    order = office.sandbox.shop.state.orders[order_id]
    if order.payment_method != "stripe":
        return shop
    intent = office.sandbox.stripe.get(order.transaction_id)["payment_intent"]
    mine = (entry for entry in office.sandbox.stripe.ledger if entry.payment_intent == intent)
    return shop + [entry.amount_minor for entry in mine if entry.kind == "refund"]


def complaints(office: Office, *, whole: bool = True) -> list[str]:
    """Every broken promise, in words; empty when all is well. Only money, where that is all that was done."""
    shown = _cards(office) if whole else {}
    found: list[str] = []
    for decision in office.decisions:
        case = load_case(office.desk, decision.return_id)
        row = next(one for one in case.resolutions if one.reference == decision.reference)
        wrong = _money(decision, row, payments(office, decision.order_id)) + _credit(office, decision, row)
        if whole:
            wrong += _books(office, decision, row) + _card(office, case, shown.get(case.number, []))
        found += [f"{decision.reference}: {what}" for what in wrong]
    return found


def _card(office: Office, case: ReturnCase, shown: list[Any]) -> list[str]:
    if len(shown) != 1:
        return [f"{len(shown)} cards"]
    drawn = return_card(case, office.desk.words)["attachments"][0]  # type: ignore[index]
    same = _bare(shown[0].all_blocks) == _bare(drawn["blocks"])
    return [] if same else [f"the card does not say what is true: {_bare(shown[0].all_blocks)}"]


def _money(decision: Decision, row: CaseResolution, paid: list[int]) -> list[str]:
    wanted = [decision.amount] if decision.method is Method.GATEWAY_REFUND else []
    if row.status is ResolutionStatus.DONE:
        return [] if paid == wanted else [f"called done, paid {paid}"]
    if row.status is ResolutionStatus.REFUSED:
        return [] if not paid else [f"called refused, paid {paid}"]
    if not row.needs_person:
        return [f"left as {row.status}, paid {paid}"]
    return [] if paid in ([], wanted) else [f"left to a person, paid {paid}"]


def _books(office: Office, decision: Decision, row: CaseResolution) -> list[str]:
    """The shop's own record: one row for one decision's money, at most one more for its units alone."""
    rows = office.sandbox.shop.refunds(decision.order_id)
    money = [refund.reason for refund in rows if refund.amount]
    units = [refund.reason for refund in rows if not refund.amount]
    if row.status is ResolutionStatus.DONE and len(money) != 1:
        return [f"called done with {len(money)} rows in the shop: {money}"]
    return [] if max(len(money), len(units)) <= 1 else [f"rows in the shop: {money}, {units}"]


def _credit(office: Office, decision: Decision, row: CaseResolution) -> list[str]:
    mine = [
        coupon
        for coupon in office.sandbox.shop.state.coupons.values()
        if any(str(meta.value).startswith(f"{decision.reference}/") for meta in coupon.meta)
    ]
    wanted = decision.method is Method.STORE_CREDIT
    if row.status is ResolutionStatus.DONE and len(mine) != wanted:
        return [f"called done with {len(mine)} coupons"]
    return [] if len(mine) <= wanted else [f"{len(mine)} coupons"]


def _cards(office: Office) -> dict[str, list[Any]]:
    cards: dict[str, list[Any]] = {}
    for message in office.sandbox.slack.messages(CHANNEL):
        if not message.is_reply:
            cards.setdefault(message.text.split()[0].strip("*"), []).append(message)
    return cards


def _bare(blocks: Any) -> str:
    """Blocks without the names Slack gives to those that have none."""
    return json.dumps([{**block, "block_id": ""} for block in blocks], sort_keys=True)

"""Offers of an exchange: the worker reads their prices and shows them; they are kept as they were shown."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from slack_sdk import WebClient
from sqlmodel import select

from blocks.exchange_bill import Offered, exchange_bill
from blocks.exchange_form import not_possible
from blocks.kit import View, sentence
from bot import documents
from bot.desk import Desk
from bot.desk.access import Operator, find_operator, require
from bot.desk.cases import load_case
from bot.desk.exchange import ExchangeOffer, Pick, price_exchange
from bot.errors import Blocked, DeskError, GatewayError, Refused, Unreachable
from bot.i18n import Words
from bot.operations import Task
from bot.rules.exchange import ExchangeBill, Swap
from handlers.slack.calls import called
from store.db import reading
from store.models import Operation
from store.terms import OperationState

log = logging.getLogger(__name__)

PRICE = "desk.exchange_prices"
GOOD_FOR = timedelta(minutes=30)
NOT_YET = timedelta(seconds=15)  # Slack may draw a modal later than the worker has its prices


@dataclass(frozen=True)
class Kept:
    """An offer as the journal keeps it."""

    picks: tuple[Pick, ...]
    swaps: tuple[Swap, ...]
    bill: ExchangeBill
    claim: bool


def show_offer(desk: Desk, client: WebClient, task: Task) -> Mapping[str, Any]:
    """Carry out ``desk.exchange_prices``: read the prices, and show them in the modal that waits for them."""
    by = find_operator(desk, task.payload["user"])
    view, kept = _priced(desk, task, by)
    try:
        called(client.views_update, external_id=task.payload["view"], view=view)
    except Refused as e:
        if e.code == "not_found" and desk.now() - datetime.fromisoformat(task.payload["asked"]) < NOT_YET:
            raise Unreachable("the modal is not there yet", code=e.code, retry_after=0.5) from e
        raise
    return {"offer": documents.write(kept)} if kept is not None else {}


def kept_offer(desk: Desk, key: str, return_id: int) -> ExchangeOffer:
    """The offer somebody saw. Raises Blocked when it is not one of this return, or too old."""
    with reading(desk.engine) as session:
        row = session.exec(select(Operation).where(Operation.key == key)).first()
    done = row is not None and row.kind == PRICE and row.state is OperationState.DONE
    if row is None or not done or row.payload.get("return") != return_id or row.finished_at is None:
        raise Blocked("This offer is no longer known. Go back and press Continue again.")
    if desk.now() - row.finished_at > GOOD_FOR:
        raise Blocked("These prices are more than half an hour old. Go back and press Continue again.")
    try:
        kept = documents.read(Kept, row.evidence.get("offer"))
    except ValidationError as e:
        raise Blocked("This offer is no longer known. Go back and press Continue again.") from e
    return ExchangeOffer(kept.picks, kept.swaps, kept.bill, {}, claim=kept.claim)


def _priced(desk: Desk, task: Task, by: Operator) -> tuple[View, Kept | None]:
    """The bill, and the offer behind it; else why there is none."""
    words, payload = Words(by.language, desk.settings.timezone), task.payload
    picks = tuple(Pick(*numbers) for numbers in payload["picks"])
    try:
        require(by)
        case = load_case(desk, payload["return"])
        offer = price_exchange(desk, case.return_id, picks, claim=payload["claim"])
    except DeskError as e:
        return not_possible((sentence(words, e.message, e.values),), words), None
    except GatewayError as e:
        log.warning("no prices for an exchange: %s", e.detail)
        return not_possible((words("The shop does not answer. Try again in a minute."),), words), None
    if offer.problems:
        return not_possible(tuple(words(problem) for problem in offer.problems), words), None
    changed = case.version != payload["seen"]
    shown = Offered(offer.swaps, offer.bill, offer.stock, offer.claim, changed)
    kept = Kept(offer.picks, offer.swaps, offer.bill, offer.claim)
    return exchange_bill(case, shown, words, key=task.key), kept

"""The exchange: choose what goes out, see what it costs, agree; try again, call off, give a payment back."""

import secrets
from collections.abc import Mapping
from typing import Any

from blocks import exchange_form, ids
from blocks.exchange_bill import read_offer_key
from blocks.exchange_form_state import Chosen, read_chosen
from blocks.kit import sentence
from blocks.looking import with_who_else
from bot.desk.access import require
from bot.desk.cases import load_case
from bot.desk.changes import an_operation
from bot.desk.exchange import cancel_exchange, choose_exchange, give_stray_back, try_exchange_again
from bot.desk.looking import opened
from bot.desk.resolution import decided_already
from bot.errors import Blocked, DeskError
from bot.rules.actions import Action, may_exchange
from bot.rules.case import ExchangeState, ReturnCase
from bot.rules.exchange_alerts import exchange_state
from handlers.slack.click import Answer, Click, Listener, parse_return
from handlers.slack.exchange_offers import PRICE, kept_offer
from store import journal
from store.db import writing
from store.terms import Wish


def open_form(click: Click) -> Answer:
    """Show the form. Nothing in it is read from the shop."""
    case = _case(click)
    _refuse_late(case)
    form = exchange_form.exchange_form(case, click.words)
    others = opened(click.desk, case, click.operator)
    return click.show(with_who_else(form, others, click.words, case.as_of))


def submit_form(click: Click) -> Answer:
    """What was filled in is priced by the worker; meanwhile a modal on top of the form says so."""
    require(click.operator)
    return_id, seen = click.place
    case = load_case(click.desk, return_id)
    _refuse_late(case)
    chosen = read_chosen(click.view, case)
    if chosen.errors:
        errors = {name: click.words(one.message, **one.values) for name, one in chosen.errors.items()}
        return {"response_action": "errors", "errors": errors}
    external_id = f"exchange-{click.delivery}-{secrets.token_hex(8)}"
    _ask_prices(click, return_id, seen, chosen, external_id)
    return {"response_action": "push", "view": exchange_form.reading_prices(click.words, external_id)}


def agree(click: Click) -> Answer:
    """Decide on the exchange as it was shown, and close everything; a refusal is said in the modal itself."""
    return_id, seen = click.place
    try:
        require(click.operator)
        offer = kept_offer(click.desk, read_offer_key(click.view), return_id)
        choose_exchange(click.desk, return_id, click.operator, seen, offer)
    except DeskError as e:
        reasons = (sentence(click.words, e.message, e.values),)
        return {"response_action": "update", "view": exchange_form.not_possible(reasons, click.words)}
    return {"response_action": "clear"}


def try_again(click: Click) -> Answer:
    """Go on where it stopped."""
    return_id, seen = parse_return(click.value)
    try_exchange_again(click.desk, return_id, click.operator, seen)
    return None


def open_cancel(click: Click) -> Answer:
    """Show what calling it off will undo."""
    case = _case(click)
    _refuse_gone(case)
    return click.show(exchange_form.cancel_exchange(case, click.words))


def submit_cancel(click: Click) -> Answer:
    """Call it off."""
    return_id, seen = click.place
    chosen = click.chosen(ids.INSTEAD)
    instead = Wish.STORE_CREDIT if chosen == Wish.STORE_CREDIT.value else Wish.REFUND
    cancel_exchange(click.desk, return_id, click.operator, seen, instead=instead)
    return {"response_action": "clear"}


def give_back(click: Click) -> Answer:
    """Give one payment back that nothing was owed for."""
    place, _, number = click.value.rpartition(":")
    return_id, _ = parse_return(place)
    _, payment = parse_return(f"0:{number}")
    give_stray_back(click.desk, return_id, click.operator, payment)
    return None


def _case(click: Click) -> ReturnCase:
    require(click.operator)
    return load_case(click.desk, parse_return(click.value)[0])


def _refuse_late(case: ReturnCase) -> None:
    """Raise Blocked where nothing can be chosen any more, or not while money moves."""
    if case.money_in_the_air and case.open_resolution is not None:
        raise decided_already(case.open_resolution)
    if case.closed_at is not None:
        raise Blocked("This return is settled. The card shows what happened.")
    if not may_exchange(case):
        _refuse_gone(case)


def _refuse_gone(case: ReturnCase) -> None:
    """Raise Blocked where there is no exchange that could still be called off."""
    state = exchange_state(case)
    if state is ExchangeState.DONE:
        raise Blocked("The replacement is on its way already.")
    if state is ExchangeState.ENDING:
        raise Blocked("The exchange is being called off already.")
    if state is None:
        raise Blocked("There is no exchange to call off.")


def _ask_prices(click: Click, return_id: int, seen: int, chosen: Chosen, external_id: str) -> None:
    payload: dict[str, Any] = {
        "view": external_id,
        "user": click.operator.user_id,
        "return": return_id,
        "seen": seen,
        "claim": chosen.claim,
        "picks": [
            [one.line_id, one.comes_back, one.product_id, one.variation_id, one.goes_out]
            for one in chosen.wanted
        ],
        "asked": click.desk.now().isoformat(),
    }
    key = f"{PRICE}/{click.delivery}"
    operation = an_operation(key, PRICE, key, payload, now=click.desk.now(), urgency=0)
    with writing(click.desk.engine) as session:
        journal.plan(session, operation)


ACTIONS: Mapping[str, Listener] = {
    Action.EXCHANGE: open_form,
    Action.EXCHANGE_AGAIN: try_again,
    Action.CANCEL_EXCHANGE: open_cancel,
    Action.GIVE_STRAY_BACK: give_back,
}
SUBMISSIONS: Mapping[str, Listener] = {
    ids.EXCHANGE: submit_form,
    ids.AGREE: agree,
    ids.CANCEL_EXCHANGE: submit_cancel,
}

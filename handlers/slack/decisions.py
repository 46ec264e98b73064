"""Buttons and forms of everything but money: take, approve, reject, ask, receive, extend and the rest."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from blocks import forms, ids
from blocks.timeline import timeline
from bot import customer
from bot.desk import decisions, inspection, page_access
from bot.desk.access import require
from bot.desk.cases import load_case, load_timeline
from bot.desk.conversation import letter
from bot.desk.inspection import Arrival
from bot.desk.labels import note_label
from bot.desk.resolution import allow_one_more, confirm_done
from bot.errors import InvalidInput
from bot.i18n import Words
from bot.rules.actions import Action
from bot.rules.case import ReturnCase
from handlers.slack.click import Answer, Click, Listener, is_count, parse_return
from store.terms import Condition


def take(click: Click) -> Answer:
    """Make the person the owner."""
    decisions.take(click.desk, parse_return(click.value)[0], click.operator)
    return None


def more(click: Click) -> Answer:
    """Everything else that can be done."""
    return click.show(forms.more(_case(click), click.words))


def approve(click: Click) -> Answer:
    """Show what the customer will read before agreeing."""
    case = _case(click)
    text = customer.customer_text("approved", case, Words(case.language, case.timezone))
    read = letter(click.desk, case.language, text, page=case.page)
    return click.show(forms.approve(case, read, click.words))


def new_link(click: Click) -> Answer:
    """Show what the customer will read above the new link."""
    case = _case(click)
    text = page_access.new_link_text(click.desk, case.language, case.number)
    return click.show(forms.new_link(case, letter(click.desk, case.language, text), click.words))


def show_timeline(click: Click) -> Answer:
    """Who did what, when."""
    case = _case(click)
    return click.show(timeline(case, load_timeline(click.desk, case.return_id), click.words))


def try_once_more(click: Click) -> Answer:
    """A person looked and found no refund."""
    case = _case(click)
    allow_one_more(click.desk, case.return_id, click.operator, _in_doubt(case))
    return None


def showing(form: Callable[[ReturnCase, Words], Mapping[str, Any]]) -> Listener:
    """A listener that opens ``form`` for the return of the button."""

    def show(click: Click) -> Answer:
        return click.show(form(_case(click), click.words))

    return show


def submit_approve(click: Click) -> Answer:
    """Agree."""
    return_id, seen = click.place
    decisions.approve(click.desk, return_id, click.operator, seen)
    return CLOSE


def submit_reject(click: Click) -> Answer:
    """Refuse, with the reason the customer reads."""
    return_id, seen = click.place
    decisions.reject(click.desk, return_id, click.operator, seen, click.typed(ids.REASON))
    return CLOSE


def submit_ask(click: Click) -> Answer:
    """Ask the customer."""
    decisions.ask(click.desk, click.place[0], click.operator, click.typed(ids.TEXT))
    return CLOSE


def submit_answered(click: Click) -> Answer:
    """Note the customer's answer."""
    decisions.answered(click.desk, click.place[0], click.operator, click.typed(ids.TEXT))
    return CLOSE


def submit_extend(click: Click) -> Answer:
    """Move the deadline."""
    day = (click.input(ids.DATE) or {}).get("selected_date")
    if not day:
        raise InvalidInput("Choose a day.", field=ids.DATE)
    order_id = load_case(click.desk, click.place[0]).order.order_id
    end, why = date.fromisoformat(day), click.typed(ids.REASON)
    decisions.extend(click.desk, order_id, click.operator, end, why)
    return CLOSE


def submit_cancel(click: Click) -> Answer:
    """Call off."""
    return_id, seen = click.place
    decisions.cancel(click.desk, return_id, click.operator, seen, click.typed(ids.REASON))
    return CLOSE


def submit_reopen(click: Click) -> Answer:
    """Open again."""
    return_id, seen = click.place
    decisions.reopen(click.desk, return_id, click.operator, seen, click.typed(ids.REASON))
    return CLOSE


def submit_hand_over(click: Click) -> Answer:
    """Name the next owner."""
    heir = (click.input(ids.PERSON) or {}).get("selected_user") or ""
    return_id, note = click.place[0], click.typed(ids.NOTE)
    decisions.hand_over(click.desk, return_id, click.operator, str(heir), note)
    return CLOSE


def submit_new_link(click: Click) -> Answer:
    """Send a new link and end the others."""
    page_access.send_new_link(click.desk, click.place[0], click.operator)
    return CLOSE


def submit_lock_page(click: Click) -> Answer:
    """Let nothing open the customer's page."""
    page_access.lock_page(click.desk, click.place[0], click.operator)
    return CLOSE


def submit_label(click: Click) -> Answer:
    """Keep what was typed about label and parcel."""
    return_id, seen = click.place
    link, cost = click.typed(ids.LABEL_LINK), click.typed(ids.LABEL_COST)
    parcel = click.typed(ids.TRACKING)
    note_label(click.desk, return_id, click.operator, seen, link=link, cost=cost, tracking=parcel)
    return CLOSE


def submit_receive(click: Click) -> Answer:
    """Add what arrived now."""
    return_id, seen = click.place
    arrivals = [
        Arrival(item.line_id, int(count), Condition(how))
        for item in load_case(click.desk, return_id).items
        for count, _, how in [click.chosen(f"{ids.ARRIVED}:{item.line_id}").partition(":")]
        if is_count(count) and how in set(Condition)
    ]
    inspection.receive(click.desk, return_id, click.operator, tuple(arrivals), seen)
    return CLOSE


def submit_was_refunded(click: Click) -> Answer:
    """A person found the refund."""
    case = load_case(click.desk, click.place[0])
    confirm_done(click.desk, case.return_id, click.operator, _in_doubt(case), click.typed(ids.PROOF))
    return CLOSE


def _case(click: Click) -> ReturnCase:
    require(click.operator)
    return load_case(click.desk, parse_return(click.value)[0])


def _in_doubt(case: ReturnCase) -> int:
    return case.open_resolution.resolution_id if case.open_resolution else 0


CLOSE: Mapping[str, Any] = {"response_action": "clear"}

ACTIONS: Mapping[str, Listener] = {
    Action.TAKE: take,
    Action.APPROVE: approve,
    Action.REJECT: showing(forms.reject),
    Action.ASK: showing(forms.ask),
    Action.ANSWERED: showing(forms.answered),
    Action.RECEIVED: showing(forms.receive),
    Action.EXTEND: showing(forms.extend),
    Action.CANCEL: showing(forms.cancel),
    Action.REOPEN: showing(forms.reopen),
    Action.HAND_OVER: showing(forms.hand_over),
    Action.NEW_LINK: new_link,
    Action.LOCK_PAGE: showing(forms.lock_page),
    Action.LABEL: showing(forms.label),
    Action.TIMELINE: show_timeline,
    Action.LOOK_NOT_REFUNDED: try_once_more,
    Action.LOOK_WAS_REFUNDED: showing(forms.was_refunded),
    ids.MORE: more,
}

SUBMISSIONS: Mapping[str, Listener] = {
    Action.APPROVE: submit_approve,
    ids.REJECT: submit_reject,
    ids.ASK: submit_ask,
    ids.ANSWERED: submit_answered,
    ids.EXTEND: submit_extend,
    ids.CANCEL: submit_cancel,
    ids.REOPEN: submit_reopen,
    ids.HAND_OVER: submit_hand_over,
    ids.NEW_LINK: submit_new_link,
    ids.LOCK_PAGE: submit_lock_page,
    ids.LABEL: submit_label,
    ids.RECEIVE: submit_receive,
    ids.WAS_REFUNDED: submit_was_refunded,
}

"""The refund box: open it, compute it anew after each change, confirm, and decide."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from blocks import ids
from blocks.kit import View
from blocks.looking import with_who_else
from blocks.refund_box import confirm_box, refund_box
from blocks.refund_box_state import Typed, read_choice, read_confirmed
from bot.desk.access import require
from bot.desk.looking import opened, who_else
from bot.desk.resolution import Settling, load_settling, refuse_second, resolve
from bot.errors import Blocked, NotFound, StaleCase
from bot.rules.actions import Action
from bot.rules.proposal import default_choice
from handlers.slack.click import Answer, Click, Listener, parse_return

log = logging.getLogger(__name__)


def open_box(click: Click) -> Answer:
    """Show the box with what arrived ticked. Everything in it comes from our own database."""
    require(click.operator)
    settling = load_settling(click.desk, parse_return(click.value)[0])
    if settling.case.closed_at is not None:
        raise Blocked("This return is settled. The card shows what happened.")
    choice = default_choice(settling.case)
    box = refund_box(settling.case, choice, settling.quote(choice), click.words)
    others = opened(click.desk, settling.case, click.operator, reads_order=True)
    return click.show(with_who_else(box, others, click.words, settling.case.as_of))


def recompute(click: Click) -> None:
    """After a change: the same box with the forecast of what is ticked now. Runs behind the answer."""
    settling = load_settling(click.desk, click.place[0])
    typed = read_choice(click.view, settling.case)
    try:
        click.client.views_update(
            view_id=click.view["id"], hash=click.view["hash"], view=_redrawn(click, settling, typed)
        )
    except SlackApiError as e:
        log.info("the box was not redrawn: %s", e.response.get("error"))


def submit(click: Click) -> Answer:
    """The box is filled in: name what cannot be, or repeat amount and destination before anything moves."""
    require(click.operator)
    return_id, seen = click.place
    settling = load_settling(click.desk, return_id)
    refuse_second(settling.case)
    if settling.case.version != seen:
        raise StaleCase("This return changed while the box was open. Close it and open it again.")
    typed = read_choice(click.view, settling.case)
    quote = settling.quote(typed.choice)
    problems = dict(typed.errors) or {problem.field: problem for problem in quote.blockers[:1]}
    if problems:
        return _say_where(click, settling, typed, problems)
    return {"response_action": "push", "view": confirm_box(settling.case, typed.choice, quote, click.words)}


def confirm(click: Click) -> Answer:
    """Amount and destination were read and confirmed: decide, and close both modals."""
    return_id, seen = click.place
    try:
        choice, amount = read_confirmed(click.view)
    except (KeyError, ValueError, TypeError) as e:
        raise NotFound("This form is from an older release. Close it and open the box again.") from e
    resolve(click.desk, return_id, click.operator, seen, choice, confirmed=amount)
    return {"response_action": "clear"}


def _say_where(click: Click, settling: Settling, typed: Typed, problems: Mapping[str, Any]) -> Answer:
    """The sentence at the input it is about; in the box itself where it is about none that is shown."""
    view = _redrawn(click, settling, typed)
    shown = {block["block_id"] for block in click.view["blocks"] if block["type"] == "input"}
    errors = {}
    for name, problem in problems.items():
        block = next((one for one in sorted(shown) if one == name or FIELDS.get(name, "?") in one), None)
        if block:
            errors[block] = click.words(problem.message, **problem.values)
    if errors:
        return {"response_action": "errors", "errors": errors}
    return {"response_action": "update", "view": view}


def _redrawn(click: Click, settling: Settling, typed: Typed) -> View:
    quote = settling.quote(typed.choice)
    case, words = settling.case, click.words
    box = refund_box(case, typed.choice, quote, words, typed=typed.texts, errors=typed.errors)
    return with_who_else(box, who_else(click.desk, case, click.operator.user_id), words, case.as_of)


FIELDS = {"units": f"{ids.LINES}:", "refund_shipping": ids.FEES}
ACTIONS: Mapping[str, Listener] = {Action.REFUND_BOX: open_box}
SUBMISSIONS: Mapping[str, Listener] = {ids.BOX: submit, ids.CONFIRM: confirm}

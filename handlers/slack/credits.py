"""Store credit that was issued: see what is left, send the code again, take an unused one back."""

from collections.abc import Mapping

from blocks import credits as looks
from blocks import ids
from bot.desk.access import require
from bot.desk.cases import load_case
from bot.desk.credits_people import credits_of, resend_credit, revoke_credit
from bot.errors import Blocked, NotFound
from bot.rules.actions import Action
from bot.rules.credit import CreditView
from handlers.slack.click import Answer, Click, Listener, parse_return


def show(click: Click) -> Answer:
    """All credits of the return."""
    require(click.operator)
    case = load_case(click.desk, parse_return(click.value)[0])
    return click.show(looks.store_credits(case, credits_of(click.desk, case.return_id), click.words))


def resend(click: Click) -> Answer:
    """Send the code again, and say so to whoever pressed."""
    return_id, seen, reference = _place(click)
    resend_credit(click.desk, return_id, click.operator, seen, reference=reference)
    click.say(click.words("The customer gets the code of {reference} again.", reference=reference))
    return None


def open_revoke(click: Click) -> Answer:
    """Ask for the reason."""
    require(click.operator)
    return_id, _, reference = _place(click)
    case = load_case(click.desk, return_id)
    credit = _named(credits_of(click.desk, return_id), reference)
    if not credit.may_revoke:
        raise Blocked("This store credit was used or is over, so it cannot be taken back.")
    return click.show(looks.revoke_form(case, credit, click.words))


def submit_revoke(click: Click) -> Answer:
    """Take it back, if nobody used it meanwhile."""
    return_id, seen = click.place
    reference, reason = looks.read_reference(click.view), click.typed(ids.REASON)
    revoke_credit(click.desk, return_id, click.operator, seen, reference=reference, reason=reason)
    return {"response_action": "clear"}


def _place(click: Click) -> tuple[int, int, str]:
    place, _, reference = click.value.rpartition(":")
    return (*parse_return(place), reference)


def _named(found: tuple[CreditView, ...], reference: str) -> CreditView:
    for one in found:
        if one.reference == reference:
            return one
    raise NotFound("There is no such store credit.")


ACTIONS: Mapping[str, Listener] = {
    Action.STORE_CREDIT: show,
    ids.RESEND_CREDIT: resend,
    ids.REVOKE_CREDIT: open_revoke,
}
SUBMISSIONS: Mapping[str, Listener] = {ids.REVOKE_CREDIT: submit_revoke}

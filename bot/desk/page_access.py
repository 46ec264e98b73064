"""What the team decides about the page of a customer: a new way in instead of all others, or none at all."""

from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.changes import Change, changing
from bot.desk.invitation import tell_with_link
from bot.errors import Blocked
from bot.i18n import Words
from store import portal

RENEWED, LOCKED = portal.RENEWED, portal.LOCKED


def send_new_link(desk: Desk, return_id: int, by: Operator) -> None:
    """Send the customer a new link; what opened the page so far opens nothing, and a lock ends.

    Links in notes that have not left yet stay good: nobody has read them. Raises Blocked where no link can
    be sent.
    """
    with changing(desk, return_id, by) as change:
        _require_page(change)
        unread = portal.links_on_their_way(change.session, return_id)
        portal.revoke_links(change.session, change.rma.order_id, return_id, change.now, but=unread)
        change.note(RENEWED)
        change.session.flush()
        text = new_link_text(desk, change.rma.language, str(change.rma.number))
        tell_with_link(change, f"new-link-{change.rma.version}", text, at_once=True)
        change.tell_team(f"new-link-{change.rma.version}", RENEWED, by=by.user_id)


def lock_page(desk: Desk, return_id: int, by: Operator) -> None:
    """Let nothing open the page of this return until the team sends a new link: no link of before, none
    that a later note would carry, none the customer asks for.

    Raises Blocked where there is nothing to lock.
    """
    with changing(desk, return_id, by) as change:
        _require_page(change)
        if portal.is_locked(change.session, return_id):
            raise Blocked("The customer’s page is locked already.")
        portal.revoke_links(change.session, change.rma.order_id, return_id, change.now)
        change.note(LOCKED)
        change.tell_team(f"locked-{change.rma.version}", LOCKED, by=by.user_id)


def new_link_text(desk: Desk, language: str, number: str) -> str:
    """What the customer reads above the new link."""
    words = Words(language, desk.settings.timezone)
    return words(
        "Here is a new link to the page of your return {number}. Earlier links work no longer.", number=number
    )


def _require_page(change: Change) -> None:
    if not change.rma.customer_email:
        raise Blocked("Nobody can be written to here: this customer has no address any more.")
    if not change.desk.settings.public_url:
        raise Blocked("Customers have no pages here: PUBLIC_URL is not set.")

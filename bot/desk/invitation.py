"""What a customer is told together with the way to the page of the return."""

from bot.desk.changes import Change
from bot.desk.conversation import with_link
from bot.desk.portal_links import make_link
from store import portal


def tell_with_link(change: Change, key: str, text: str, *, credit: str = "", at_once: bool = False) -> None:
    """Tell the customer, once per ``key``; where there is a page to open, with a link to it.

    ``credit`` and ``at_once`` as for ``Change.tell_customer``.
    """
    if change.is_customer_told(key, credit):
        return
    letter, link = invite(change, text)
    change.tell_customer(key, text, credit=credit, letter=letter, link=link, at_once=at_once)


def invite(change: Change, text: str, *, with_photos: bool = False) -> tuple[str, int]:
    """The letter that says ``text`` and carries a new link, and the link's id.

    Without a link, and 0, where the desk has no address, the customer none, or the team locked the page.
    """
    letter = with_link(change.desk, change.rma.language, text, with_photos=with_photos)
    shut = portal.is_locked(change.session, change.return_id)
    if letter == text or shut or not change.rma.customer_email:
        return text, 0
    return letter, make_link(change.desk, change.session, change.rma.order_id, change.return_id)

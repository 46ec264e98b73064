"""What a customer is told together with the way to the page of the return."""

from bot.desk.changes import Change
from bot.desk.conversation import with_link
from bot.desk.portal_links import make_link


def tell_with_link(change: Change, key: str, text: str) -> None:
    """Tell the customer, once per ``key``; where the desk has an address, with a link to their own page."""
    letter = with_link(change.desk, change.rma.language, text)
    link = 0
    if letter != text and change.rma.customer_email:
        link = make_link(change.desk, change.session, change.rma.order_id, change.return_id)
    change.tell_customer(key, text, letter=letter if link else "", link=link)

"""What is known of a return label: where it can be printed and what it costs. It fetches nothing."""

import re
from urllib.parse import urlsplit

from bot.errors import InvalidInput
from bot.rules.amounts import parse_amount
from bot.rules.choice import Problem
from store.money import Money

LONGEST_LINK, LONGEST_TRACKING = 500, 100  # characters
NOTHING = re.compile(r"0+([.,]0+)?")
HOST = re.compile(r"[\w-]+(\.[\w-]+)+")


def read_label_link(typed: str) -> str:
    """The address of a label as a customer may be sent to it, or an empty text. Raises InvalidInput.

    Only https, no user in it, and a host with a name: it is shown to the customer together with that host.
    """
    text = typed.strip()
    if not text:
        return ""
    if len(text) > LONGEST_LINK:
        raise InvalidInput(
            "That is too long: {count} characters at most.", count=LONGEST_LINK, field="label_link"
        )
    if not _is_address(text):
        raise InvalidInput(
            "Give the label’s own address, beginning with https://, without spaces.", field="label_link"
        )
    return text


def read_label_cost(typed: str, currency: str) -> Money:
    """What a label costs, in the return's currency: a zero is none. Raises InvalidInput."""
    text = typed.strip()
    if NOTHING.fullmatch(text):
        return Money.zero(currency)
    amount = parse_amount(text, currency)
    if isinstance(amount, Problem):
        raise InvalidInput(amount.message, field="label_cost", **amount.values)
    return amount


def read_tracking(typed: str) -> str:
    """The number of a parcel in one line, or an empty text. Raises InvalidInput."""
    text = " ".join(typed.replace("\0", "").split())
    if len(text) > LONGEST_TRACKING:
        raise InvalidInput(
            "That is too long: {count} characters at most.", count=LONGEST_TRACKING, field="tracking"
        )
    return text


def host_of(link: str) -> str:
    """Whose page a label is on, as it is named to people; empty without a link."""
    return urlsplit(link).hostname or "" if link else ""


def _is_address(text: str) -> bool:
    if not text.isprintable() or re.search(r"[\s\"'<>\\^`{|}]", text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname and HOST.fullmatch(parts.hostname))
    return parts.scheme == "https" and named and "@" not in parts.netloc

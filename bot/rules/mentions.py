"""What in a pasted text could name a return: numbers, addresses, links to orders. It looks nothing up."""

import re
from collections.abc import Iterator

MOST = 5  # things that are looked for
LONGEST = 4000  # characters of a text that are read
SENTENCE = 60  # characters; what is shorter is a search as it stands
ORDER_LINK = re.compile(
    r"https?://[^\s<>|]{1,300}?(?:[?&](?:amp;)?(?:id|post)=|/(?:view-order|order-received|order-pay)/)([0-9]{1,18})\b"
)
LINK = re.compile(r"https?://", re.IGNORECASE)
MAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
HASHED = re.compile(r"#([0-9]{1,18})\b")
TRACKING = re.compile(r"\b(?=[A-Z0-9]{0,30}[0-9]{6})[A-Z0-9]{8,30}\b")
NUMBER = re.compile(r"\b[0-9]{3,12}\b")


def search_of(text: str, prefix: str) -> tuple[str, ...]:
    """What to look for, the surest first: a short text as it stands, of any other what it mentions."""
    plain = " ".join(text[:LONGEST].split())
    if len(plain) <= SENTENCE and not LINK.search(plain):
        return (plain,) if plain else ()
    return mentioned(plain, prefix)


def mentioned(text: str, prefix: str) -> tuple[str, ...]:
    """Up to five things in ``text`` that could name a return; ``prefix`` begins the returns' own numbers."""
    return tuple(dict.fromkeys(_found(text[:LONGEST], prefix)))[:MOST]


def _found(text: str, prefix: str) -> Iterator[str]:
    own = re.compile(rf"\b{re.escape(prefix)}-[0-9]{{1,18}}\b", re.IGNORECASE)
    yield from (one.upper() for one in own.findall(text))
    yield from ORDER_LINK.findall(text)
    yield from HASHED.findall(text)
    yield from (one.lower() for one in MAIL.findall(text))
    # What stands inside a link or an address is no number of its own.
    bare = MAIL.sub(" ", re.sub(r"https?://[^\s<>|]+", " ", own.sub(" ", text)))
    yield from TRACKING.findall(bare)
    yield from NUMBER.findall(bare)

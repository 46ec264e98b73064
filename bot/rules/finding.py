"""The language of searches: words that filter, and any other word, which is looked for as it stands.

Words of different kinds must all hold (``pending exchange``), of one kind any (``pending received``). Text in
quotes is never a filter. English and French words are understood side by side, with or without accents.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bot.errors import InvalidInput
from store.terms import OPEN_STATUSES, ReturnStatus, Wish

NOBODY = ""  # in ``owners``: what nobody has taken
THOUSANDTHS = 1000
PHONE_DIGITS = 8  # from so many digits on, spaces and a leading zero mean nothing
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'"})
PARTS = re.compile(r'"([^"]*)"|(\S+)')
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
MAIL = re.compile(r"<mailto:([^|>]+)(?:\|[^>]*)?>")
PHONE = re.compile(r"\+?[0-9][0-9 ().\-]{6,}[0-9]")
NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,3})?"
AT_LEAST, AT_MOST = re.compile(rf">=?({NUMBER})"), re.compile(rf"<=?({NUMBER})")
EXACTLY, BETWEEN = re.compile(rf"=({NUMBER})"), re.compile(rf"({NUMBER})\.\.({NUMBER})")
DAYS = re.compile(r"(?:[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)?\.\.(?:[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)?")
MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")

CLOSED = tuple(status for status in ReturnStatus if status not in OPEN_STATUSES)
STATUSES: Mapping[str, tuple[ReturnStatus, ...]] = {
    "open": OPEN_STATUSES,
    "ouvert": OPEN_STATUSES,
    "closed": CLOSED,
    "ferme": CLOSED,
    "pending": (ReturnStatus.PENDING,),
    "nouveau": (ReturnStatus.PENDING,),
    "approved": (ReturnStatus.APPROVED,),
    "approuve": (ReturnStatus.APPROVED,),
    "transit": (ReturnStatus.IN_TRANSIT,),
    "received": (ReturnStatus.RECEIVED,),
    "recu": (ReturnStatus.RECEIVED,),
    "settled": (ReturnStatus.RESOLVED,),
    "regle": (ReturnStatus.RESOLVED,),
    "rejected": (ReturnStatus.REJECTED,),
    "refuse": (ReturnStatus.REJECTED,),
    "cancelled": (ReturnStatus.CANCELLED,),
    "annule": (ReturnStatus.CANCELLED,),
    "expired": (ReturnStatus.EXPIRED,),
    "expire": (ReturnStatus.EXPIRED,),
}
WISHES: Mapping[str, Wish] = {
    "refund": Wish.REFUND,
    "remboursement": Wish.REFUND,
    "credit": Wish.STORE_CREDIT,
    "avoir": Wish.STORE_CREDIT,
    "exchange": Wish.EXCHANGE,
    "echange": Wish.EXCHANGE,
}
MINE, UNCLAIMED = frozenset({"mine", "moi"}), frozenset({"unclaimed", "libre"})
PERIOD = frozenset({"period", "periode"})
# What stands on a card, by a word for it: the names of alerts, of which one is enough.
ALERTS: Mapping[str, frozenset[str]] = {
    "overdue": frozenset({"refund_overdue"}),
    "retard": frozenset({"refund_overdue"}),
    "late": frozenset({"deadline_passed", "late_override"}),
    "tardif": frozenset({"deadline_passed", "late_override"}),
    "unanswered": frozenset({"needs_answer"}),
    "repondre": frozenset({"needs_answer"}),
    "asked": frozenset({"question_pending"}),
    "attente": frozenset({"question_pending"}),
    "unpaid": frozenset({"difference_unpaid"}),
    "impaye": frozenset({"difference_unpaid"}),
    "extended": frozenset({"extended_deadline"}),
    "prolonge": frozenset({"extended_deadline"}),
    "disputed": frozenset({"disputed"}),
    "litige": frozenset({"disputed"}),
    "slow": frozenset({"clock_over", "clock_soon"}),
    "lent": frozenset({"clock_over", "clock_soon"}),
    "checking": frozenset({"answer_unknown", "needs_person", "exchange_checking"}),
    "verifier": frozenset({"answer_unknown", "needs_person", "exchange_checking"}),
}


@dataclass(frozen=True)
class Period:
    """Days of the shop's calendar, both included; None has no end on that side."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class Amounts:
    """Least and most, in thousandths of a unit of whatever currency; None has no end on that side."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Search:
    """What is wanted. ``needles`` are folded and must all be found; what is empty asks for nothing."""

    needles: tuple[str, ...] = ()
    statuses: frozenset[ReturnStatus] = frozenset()
    wishes: frozenset[Wish] = frozenset()
    owners: frozenset[str] = frozenset()
    alerts: frozenset[str] = frozenset()
    period: Period | None = None
    amounts: Amounts | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return self == Search()


@dataclass
class _Draft:
    """A search while its words are read, one after another."""

    me: str
    today: date
    campaigns: Mapping[str, Period]
    words: Iterator[tuple[str, bool]]
    needles: list[str] = field(default_factory=list)
    statuses: set[ReturnStatus] = field(default_factory=set)
    wishes: set[Wish] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    alerts: set[str] = field(default_factory=set)
    period: Period | None = None
    amounts: Amounts | None = None

    def read(self, word: str) -> bool:
        """Whether this word filters; if it does, it is noted."""
        plain = fold(word)
        return self._reads_status(plain) or self._reads_owner(plain, word) or self._reads_span(plain)

    def _reads_status(self, word: str) -> bool:
        self.statuses.update(STATUSES.get(word, ()))
        self.alerts.update(ALERTS.get(word, ()))
        if word in WISHES:
            self.wishes.add(WISHES[word])
        return word in STATUSES or word in ALERTS or word in WISHES

    def _reads_owner(self, plain: str, word: str) -> bool:
        named = MENTION.fullmatch(word)
        if plain in MINE:
            self.owners.add(self.me)
        elif plain in UNCLAIMED:
            self.owners.add(NOBODY)
        elif named:
            self.owners.add(named[1])
        return plain in MINE or plain in UNCLAIMED or named is not None

    def _reads_span(self, word: str) -> bool:
        if word in PERIOD or DAYS.fullmatch(word):
            named = next(self.words, ("", False))[0] if word in PERIOD else word
            self.period = read_period(named, self.today, self.campaigns)
            return True
        amounts = read_amounts(word)
        self.amounts = amounts or self.amounts
        return amounts is not None

    def done(self) -> Search:
        return Search(
            needles=tuple(dict.fromkeys(filter(None, self.needles))),
            statuses=frozenset(self.statuses),
            wishes=frozenset(self.wishes),
            owners=frozenset(self.owners),
            alerts=frozenset(self.alerts),
            period=self.period,
            amounts=self.amounts,
        )


def read_search(text: str, *, me: str, today: date, campaigns: Mapping[str, Period] | None = None) -> Search:
    """The search that ``text`` asks for; ``me`` is the person's Slack id, ``campaigns`` named periods.

    Raises InvalidInput for a period nobody can read.
    """
    straight = MAIL.sub(r"\1", text.replace("“", '"').replace("”", '"').replace("«", '"').replace("»", '"'))
    if PHONE.fullmatch(straight.strip()) and not MONTH.match(straight.strip()):
        return Search(needles=(needle(straight),))
    words = iter([(quoted or bare, bool(quoted)) for quoted, bare in PARTS.findall(straight)])
    draft = _Draft(me, today, campaigns or {}, words)
    for word, quoted in words:
        if quoted or not draft.read(word):
            draft.needles.append(needle(word))
    return draft.done()


def fold(text: str) -> str:
    """Letters without accents and case, so that "Zoë" is found as "zoe"; spaces are single ones."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter.isprintable())
    return " ".join(kept.split())


def needle(word: str) -> str:
    """A word as it is looked for. Of a telephone number only the digits count, and no zero before them."""
    plain = fold(word).lstrip("#")
    digits = digits_of(plain)
    if PHONE.fullmatch(plain) and len(digits) >= PHONE_DIGITS:
        return digits.lstrip("0") or digits
    return plain


def digits_of(text: str) -> str:
    """The digits 0 to 9 alone."""
    return "".join(letter for letter in text if "0" <= letter <= "9")


def read_period(word: str, today: date, campaigns: Mapping[str, Period]) -> Period:
    """A campaign's name, a day, a month, two of them joined by "..", or a word like "yesterday".

    Raises InvalidInput.
    """
    plain = fold(word)
    known = {fold(name): period for name, period in campaigns.items()} | _near(today)
    if plain in known:
        return known[plain]
    first, dots, last = plain.partition("..")
    try:
        begins = _days(first)[0] if first else None
        ends = _days(last if dots else first)[1] if last or not dots else None
    except ValueError:
        begins = ends = None
    if (begins or ends) and (begins or date.min) <= (ends or date.max):
        return Period(begins, ends)
    raise InvalidInput(
        "“{text}” is no period. Write a day, a month, two of them like 2026-11-20..2026-11-30, or the name "
        "of a campaign.",
        text=word,
    )


def _near(today: date) -> dict[str, Period]:
    monday = today - timedelta(days=today.weekday())
    yesterday = today - timedelta(days=1)
    spans = {
        ("today", "aujourd'hui"): (today, today),
        ("yesterday", "hier"): (yesterday, yesterday),
        ("week", "semaine"): (monday, today),
        ("month", "mois"): (today.replace(day=1), today),
    }
    return {name: Period(*span) for names, span in spans.items() for name in names}


def _days(text: str) -> tuple[date, date]:
    """The first and the last day of a day or a month. Raises ValueError."""
    month = MONTH.fullmatch(text)
    if month is None:
        day = date.fromisoformat(text)
        return day, day
    first = date(int(month[1]), int(month[2]), 1)
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def read_amounts(word: str) -> Amounts | None:
    """``>50``, ``<=99.90``, ``=61,10`` or ``10..50``; None where the word is no amount.

    Both ends are included, whichever sign is written: to whom 50 is too little, 50.01 is not far.
    """
    for pattern, which in ((AT_LEAST, (1, 0)), (AT_MOST, (0, 1)), (EXACTLY, (1, 1)), (BETWEEN, (1, 2))):
        found = pattern.fullmatch(word)
        if found:
            least, most = (_thousandths(found[group]) if group else None for group in which)
            return Amounts(least, most)
    return None


def _thousandths(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * THOUSANDTHS)

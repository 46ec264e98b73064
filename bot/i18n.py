"""Sentences, money and dates in the reader's language: gettext catalogues kept by Babel, formats by CLDR.

A sentence is its English text; the catalogue of every other language translates it. Values are filled in by
name: money, dates, counts and the trade's terms are written as the language writes them.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency

from store.money import Money, exponent
from store.terms import Condition, Method, Reason, ReturnStatus, Wish

LANGUAGES = ("en", "fr")
DAYS = {"en": "d MMM"}  # elsewhere a short month ends in a point, which would double at the end of a sentence


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for a text that is translated later)
    """Mark a sentence for the catalogues where it stands; it is translated where it is shown."""
    return message


TERMS: Mapping[tuple[type[Enum], Enum], str] = {
    (type(term), term): words
    for term, words in (
        (ReturnStatus.PENDING, N_("New")),
        (ReturnStatus.APPROVED, N_("Approved, waiting for the parcel")),
        (ReturnStatus.IN_TRANSIT, N_("On its way back")),
        (ReturnStatus.RECEIVED, N_("Received, waiting for a decision")),
        (ReturnStatus.RESOLVED, N_("Settled")),
        (ReturnStatus.REJECTED, N_("Rejected")),
        (ReturnStatus.CANCELLED, N_("Cancelled")),
        (ReturnStatus.EXPIRED, N_("Expired")),
        (Wish.REFUND, N_("a refund")),
        (Wish.STORE_CREDIT, N_("store credit")),
        (Wish.EXCHANGE, N_("an exchange")),
        (Reason.CHANGED_MIND, N_("changed their mind")),
        (Reason.TOO_SMALL, N_("too small")),
        (Reason.TOO_LARGE, N_("too large")),
        (Reason.DAMAGED, N_("arrived damaged")),
        (Reason.DEFECTIVE, N_("defective")),
        (Reason.WRONG_ITEM, N_("wrong item sent")),
        (Reason.NOT_AS_DESCRIBED, N_("not as described")),
        (Reason.SHORT_SHIPPED, N_("pieces missing")),
        (Reason.LATE, N_("arrived too late")),
        (Reason.OTHER, N_("other reason")),
        (Condition.GOOD, N_("good")),
        (Condition.DAMAGED, N_("damaged")),
        (Condition.WRONG_ITEM, N_("not our item")),
        (Condition.MISSING, N_("missing")),
        (Method.GATEWAY_REFUND, N_("refund to the payment method")),
        (Method.STORE_CREDIT, N_("store credit")),
        (Method.MANUAL_REFUND, N_("manual refund")),
        (Method.EXCHANGE, N_("exchange")),
    )
}


class Words:
    """One reader's language and time zone: ``words("Take it")``, ``words("{amount} refunded", amount=m)``."""

    def __init__(self, language: str = "en", timezone: str = "UTC") -> None:
        self.language = closest(language)
        self.timezone = ZoneInfo(timezone)
        self.catalogue = catalogue(self.language)

    def __call__(self, message: str, /, **values: object) -> str:
        """The sentence in this language, its {placeholders} filled in."""
        return self._fill(self.catalogue.gettext(message), values)

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The sentence for ``count`` things, by the language's own plural rule; {count} is filled in."""
        return self._fill(self.catalogue.ngettext(one, many, count), {"count": count, **values})

    def term(self, term: Enum) -> str:
        """The trade's word for a status, reason, condition, wish or method."""
        return self.catalogue.gettext(TERMS[type(term), term])

    def money(self, amount: Money) -> str:
        """The amount with its currency code, as the language writes it: 61.10 EUR, 61,10 EUR."""
        places = "." + "0" * exponent(amount.currency) if exponent(amount.currency) else ""
        pattern = f"#,##0{places} ¤¤"
        return _plain(
            format_currency(
                Decimal(amount.decimal), amount.currency, pattern, self.language, currency_digits=False
            )
        )

    def date(self, day: date) -> str:
        """The day without its year, which people know: 27 Nov, 27 novembre."""
        return _plain(format_date(day, DAYS.get(self.language, "d MMMM"), self.language))

    def time(self, moment: datetime) -> str:
        """The hour of the reader's day: 09:42."""
        return format_time(moment.astimezone(self.timezone), "HH:mm", locale=self.language)

    def moment(self, moment: datetime, *, now: datetime) -> str:
        """A moment as people say it: today 09:42, yesterday 16:20, tomorrow 08:00, 26 Nov 16:20."""
        day, today = moment.astimezone(self.timezone).date(), now.astimezone(self.timezone).date()
        if day == today:
            return self("today {time}", time=self.time(moment))
        if day == today - timedelta(days=1):
            return self("yesterday {time}", time=self.time(moment))
        if day == today + timedelta(days=1):
            return self("tomorrow {time}", time=self.time(moment))
        return self("{date} {time}", date=day, time=self.time(moment))

    def span(self, seconds: float) -> str:
        """How long something took or waits, in its largest unit: 40 s, 5 min, 2 h, 3 days."""
        if seconds < 60:
            return self("{count} s", count=int(seconds))
        if seconds < 3600:
            return self("{count} min", count=int(seconds // 60))
        if seconds < 86400:
            return self("{count} h", count=int(seconds // 3600))
        return self.plural("{count} day", "{count} days", int(seconds // 86400))

    def language_name(self, tag: str) -> str:
        """What this language calls another: French, français; the tag itself where nobody knows it."""
        try:
            return Locale.parse(tag.replace("-", "_")).get_language_name(self.language) or tag
        except (ValueError, UnknownLocaleError):
            return tag

    def _fill(self, text: str, values: Mapping[str, object]) -> str:
        return text.format(**{name: self._write(value) for name, value in values.items()})

    def _write(self, value: object) -> object:
        if isinstance(value, Money):
            return self.money(value)
        if isinstance(value, Enum) and (type(value), value) in TERMS:
            return self.term(value)
        if isinstance(value, datetime):
            day = value.astimezone(self.timezone).date()
            return self("{date} {time}", date=day, time=self.time(value))
        return self.date(value) if isinstance(value, date) else value


def closest(language: str | None) -> str:
    """The catalogue nearest to a tag such as "fr-CA"; English when there is none."""
    tag = (language or "en").replace("_", "-").split("-")[0].lower()
    return tag if tag in LANGUAGES else "en"


@cache
def catalogue(language: str) -> NullTranslations:
    """The catalogue of ``language``, compiled in memory from its text file; English needs none."""
    source = files("bot") / "locales" / language / "LC_MESSAGES" / "desk.po"
    if not source.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _plain(text: str) -> str:
    """Narrow no-break spaces become plain no-break ones: some clients draw the narrow one as a box."""
    return text.replace("\u202f", "\u00a0")

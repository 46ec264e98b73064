"""What each kind of setting must look like. Raises ValueError with what is expected, never with the value."""

import re
from collections.abc import Callable
from datetime import date, time
from email.utils import getaddresses
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.i18n import LANGUAGES

DECIMALS = re.compile(r"\d{1,9}(\.\d{1,4})?")
NAMED_PERIOD = re.compile(r"([\w.-]{1,60})=(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", re.ASCII)
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+", re.ASCII)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TURNS = ("pending", "received", "answer")
MOST_HOURS = 1000
POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


def secret(value: Any, *, begins: tuple[str, ...], length: int) -> Any:
    """A secret exactly as it was copied: no space or line break around it, no control character inside."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if text != text.strip():
        raise ValueError("has spaces or a line break around it; copy it again without them")
    if not text.isprintable():
        raise ValueError("has characters in it that cannot be typed; copy it again")
    if begins and not text.startswith(begins):
        raise ValueError(f"expected to begin with {' or '.join(begins)}")
    if len(text) < length:
        raise ValueError(f"expected at least {length} characters")
    return value


def web_address(value: str) -> str:
    """An address without a slash at the end; plain http only on this very machine."""
    text = value.strip()
    parts = _parts(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise ValueError("expected an address such as https://shop.example")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("expected an address without user, question mark or hash sign")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(
            "expected https: over plain http anybody on the way can read keys and change amounts"
        )
    return text.rstrip("/")


def mail_server_address(value: str) -> str:
    """A mail server's address, without the password of its user."""
    text = value.strip()
    parts = _parts(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or re.search(r"\s", text):
        raise ValueError("expected an address such as smtp://user@mail.example:587")
    if parts.password:
        raise ValueError("expected no password in it; put that into MAIL_PASSWORD")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("expected nothing behind host and port")
    return text.rstrip("/")


def mail_sender_address(value: str) -> str:
    """One mailbox, with or without a name before it."""
    text = value.strip()
    mailboxes = [address for _, address in getaddresses([text])]
    if not text.isprintable() or len(mailboxes) != 1 or not is_mailbox(mailboxes[0]):
        raise ValueError("expected an address such as returns@shop.example")
    return text


def is_mailbox(text: str) -> bool:
    """Whether a mail server can be told to deliver there: one plain address, nothing that could be more."""
    return len(text) <= 254 and bool(MAILBOX.fullmatch(text))


def base_address(value: str) -> str:
    """An address methods are appended to: exactly one slash at the end."""
    return web_address(value) + "/"


def shop_address(value: str) -> str:
    """The shop's own address, not that of its interface."""
    text = web_address(value)
    if "/wp-json" in text or "/wp-admin" in text:
        raise ValueError("expected the shop's address alone, without /wp-json or /wp-admin")
    return text


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("expected an address such as https://shop.example") from None
    return parts


def database_address(value: str) -> str:
    """One SQLite file or one PostgreSQL database."""
    expected = "expected one address: sqlite:///file.db or postgresql://user:password@host/database"
    text = value.strip()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(expected) from None
    if re.search(r"\s", text) or text.count("://") != 1:
        raise ValueError(expected)
    if url.drivername in POSTGRESQL and url.database:
        return text
    if url.drivername != "sqlite":
        raise ValueError(expected)
    if not url.database or url.database == ":memory:" or url.host:
        raise ValueError(
            "expected a file, such as sqlite:///returns-desk.db: memory forgets what was refunded"
        )
    return text


def time_zone(value: str) -> str:
    """A name of the time zone database."""
    if value.strip() not in available_timezones():
        raise ValueError("expected a time zone by name, such as Europe/Paris")
    return value.strip()


def language_code(value: str) -> str:
    """A language the desk speaks. Of a desktop's own list, such as ``fr_FR:en``, the first that it does."""
    text = value.strip()
    if text in LANGUAGES:
        return text
    if ":" in text or "_" in text:
        asked = (part[:2].lower() for part in text.split(":"))
        return next((code for code in asked if code in LANGUAGES), LANGUAGES[0])
    raise ValueError(f"expected one of {', '.join(LANGUAGES)}")


def clock_time(value: Any) -> Any:
    """A time of day on the 24-hour clock."""
    if isinstance(value, time):
        return value
    if not CLOCK.fullmatch(str(value).strip()):
        raise ValueError("expected hours and minutes on the 24-hour clock, such as 09:00")
    return time.fromisoformat(str(value).strip())


def clock_span(value: Any) -> Any:
    """Two times of day on the 24-hour clock; over midnight where the second is the earlier."""
    if value is None or isinstance(value, tuple):
        return value
    start, _, end = str(value).replace(" ", "").partition("-")
    if not (CLOCK.fullmatch(start) and CLOCK.fullmatch(end)) or start == end:
        raise ValueError("expected two different times on the 24-hour clock, such as 21:00-08:00")
    return time.fromisoformat(start), time.fromisoformat(end)


def named_periods(value: Any) -> Any:
    """Periods with a name each, such as ``black-friday-2026=2026-11-20..2026-11-30``, between commas."""
    if not isinstance(value, str):
        return value
    said = "expected names and days, such as black-friday-2026=2026-11-20..2026-11-30, between commas"
    return tuple(_named_period(one, said) for one in value.split(",") if one.strip())


def _named_period(text: str, said: str) -> tuple[str, date, date]:
    found = NAMED_PERIOD.fullmatch(text.strip())
    if found is None:
        raise ValueError(said)
    try:
        first, last = date.fromisoformat(found[2]), date.fromisoformat(found[3])
    except ValueError:
        raise ValueError(said) from None
    if first > last:
        raise ValueError(f"the period {found[1]} ends before it begins")
    return found[1], first, last


def hours_by_turn(value: Any) -> Any:
    """Whole hours for what the team has to do, such as ``pending=8,received=16,answer=4``."""
    if not isinstance(value, str):
        return value
    found = dict(_hours(one) for one in value.split(",") if one.strip())
    return tuple(found.items())


def _hours(text: str) -> tuple[str, int]:
    name, _, hours = (part.strip() for part in text.partition("="))
    if name not in TURNS or not hours.isascii() or not hours.isdigit() or not 0 < int(hours) <= MOST_HOURS:
        raise ValueError("expected hours such as pending=8,received=16,answer=4, each from 1 to 1000")
    return name, int(hours)


def decimal_text(value: str) -> str:
    """An amount with a point and at most four decimals."""
    if not DECIMALS.fullmatch(value.strip()) or not value.isascii():
        raise ValueError("expected an amount with a point and no currency, such as 4.90")
    return value.strip()


def days_or_none(value: Any) -> Any:
    """A number of days, or None for no end."""
    return None if isinstance(value, str) and not value.strip() else value


def channel_id(value: str) -> str:
    """The id of a Slack channel: names change, ids do not."""
    return _slack_id(
        value, "CG", "expected the channel's id, such as C0123456789, from the end of its details"
    )


def group_id(value: str) -> str:
    """The id of a Slack user group."""
    return _slack_id(value, "S", "expected the group's id, such as S0123456789, from its menu")


def list_of_people(value: Any) -> Any:
    """Ids of Slack members, separated by commas."""
    return _listed(
        value, lambda part: _slack_id(part, "UW", "expected members' ids, such as U0123456789,U9876543210")
    )


def list_of_dates(value: Any) -> Any:
    """Dates, separated by commas."""
    return _listed(value, _date)


def list_of_weekdays(value: Any) -> Any:
    """Days of the week by their first three letters, separated by commas; Monday is 0."""
    return _listed(value, _weekday)


def _listed(value: Any, read: Callable[[str], Any]) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(read(part) for part in re.split(r"[,\s]+", value.strip()) if part)


def _slack_id(value: str, letters: str, expected: str) -> str:
    if not re.fullmatch(rf"[{letters}][A-Z0-9]{{2,20}}", value.strip()):
        raise ValueError(expected)
    return value.strip()


def _weekday(text: str) -> int:
    if text.lower() not in WEEKDAYS:
        raise ValueError("expected days of the week, such as mon,tue,wed,thu,fri")
    return WEEKDAYS.index(text.lower())


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("expected dates, such as 2026-12-25,2027-01-01") from None

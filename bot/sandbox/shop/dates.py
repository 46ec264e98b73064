"""Times as the shop prints and reads them: shop time or GMT, both without a zone."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.shop.errors import invalid_param

SHAPE = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)?$")


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Shop time, the way ``date_created`` is written."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S") if moment else None


def gmt(moment: datetime | None) -> str | None:
    """GMT, the way ``date_created_gmt`` is written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if moment else None


def read(text: str, zone: ZoneInfo) -> datetime:
    """A moment written with or without a zone; without one it is in ``zone``. Whole seconds."""
    moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def read_filter(name: str, text: str, zone: ZoneInfo) -> datetime:
    """The moment of a date filter; a date without a time is refused (recording date_filters)."""
    try:
        if SHAPE.match(text):
            return read(text, zone)
    except ValueError:
        pass
    raise invalid_param(name, "rest_invalid_date", "Invalid date.")

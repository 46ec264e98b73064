"""Hours in which customers are left alone: until when something waits that need not be said at night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

QuietHours = tuple[time, time]  # from, until; over midnight where the second is the earlier


def morning_after(now: datetime, quiet: QuietHours | None, timezone: str) -> datetime | None:
    """When the quiet hours end that ``now`` falls into; None where it falls into none."""
    if quiet is None:
        return None
    here, (start, end) = now.astimezone(ZoneInfo(timezone)), quiet
    if not _is_between(here.time(), start, end):
        return None
    morning = datetime.combine(here.date(), end, here.tzinfo)
    if morning <= here:
        morning = datetime.combine(here.date() + timedelta(days=1), end, here.tzinfo)
    return morning.astimezone(now.tzinfo)


def _is_between(hour: time, start: time, end: time) -> bool:
    return start <= hour < end if start <= end else hour >= start or hour < end

"""Clocks: until when the team wants to have had its turn, in its own working hours.

A clock runs while it is the team's turn, and only then: not while the customer was asked something, has still
to send the goods or to pay, and not while the desk itself is at work. Hours are those in which the team
works; a night, a Sunday or the hour the clocks leave out is none of them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.rules.alerts import is_lively
from bot.rules.case import ExchangeState, ReturnCase
from bot.rules.turn import Clock, Turn
from store.terms import ReturnStatus

WARNING = 0.75  # of the time there is: while something can still be done
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class WorkingTime:
    """When the team works: ``span`` from, until (over midnight where the second is the earlier; None: day
    and night), on ``days`` of the week (Monday is 0; none: all), never on ``holidays``."""

    timezone: str = "UTC"
    span: tuple[time, time] | None = None
    days: Collection[int] = ()
    holidays: Collection[date] = ()

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The moment, in UTC, at which ``length`` of working time has passed since ``start``."""
        left = length
        for begin, end in self._spans(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("working days never end")

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of work from ``start`` on, in UTC, so that each is as long as it really is."""
        start = start.astimezone(UTC)
        day = start.astimezone(ZoneInfo(self.timezone)).date() - timedelta(days=1)
        days = set(self.days) or EVERY_DAY
        while True:
            if day.weekday() in days and day not in self.holidays:
                begin, end = self._hours_of(day)
                if end > max(begin, start):
                    yield max(begin, start), end
            day += timedelta(days=1)

    def _hours_of(self, day: date) -> tuple[datetime, datetime]:
        opens, closes = self.span or (time(), time())
        last = day if closes > opens else day + timedelta(days=1)
        zone = ZoneInfo(self.timezone)
        begin, end = datetime.combine(day, opens, zone), datetime.combine(last, closes, zone)
        return begin.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True)
class Promise:
    """What the team wants: working hours for each turn, and after how many quiet ones a claim is let go."""

    working: WorkingTime = field(default_factory=WorkingTime)
    hours: Mapping[Turn, int] = field(default_factory=dict)
    claim_hours: int = 0


def with_clock(case: ReturnCase, promise: Promise, acted_at: datetime | None = None) -> ReturnCase:
    """The same case with its clock, and when its claim is let go; ``acted_at``: the owner last did something.

    Of two clocks it is the one that ends first.
    """
    turns = team_turns(case)
    clocks = [_clock(turn, since, promise) for turn, since in turns.items() if promise.hours.get(turn)]
    first = min(clocks, key=lambda clock: clock.due_at, default=None)
    return replace(case, clock=first, free_at=_free_at(case, turns, promise, acted_at))


def team_turns(case: ReturnCase) -> Mapping[Turn, datetime]:
    """What the team itself has to do, and since when."""
    found: dict[Turn, datetime] = {}
    if case.unanswered_since is not None:
        found[Turn.ANSWER] = case.unanswered_since
    if not is_lively(case) or case.question is not None or not _is_undecided(case):
        return found
    if case.status is ReturnStatus.PENDING:
        found[Turn.PENDING] = case.waits_since or case.opened_at
    elif case.status is ReturnStatus.RECEIVED and case.received_at is not None:
        found[Turn.RECEIVED] = max(case.received_at, case.waits_since or case.received_at)
    return found


def next_ring(case: ReturnCase) -> datetime | None:
    """When something about the clocks of the case changes next; None: nothing will."""
    clock = case.clock
    moments = [clock.warn_at, clock.due_at] if clock is not None else []
    if case.free_at is not None:
        moments.append(case.free_at)
    return min((moment for moment in moments if moment > case.as_of), default=None)


def _clock(turn: Turn, since: datetime, promise: Promise) -> Clock:
    length, working = timedelta(hours=promise.hours[turn]), promise.working
    return Clock(turn, since, working.after(since, WARNING * length), working.after(since, length))


def _free_at(
    case: ReturnCase, turns: Mapping[Turn, datetime], promise: Promise, acted_at: datetime | None
) -> datetime | None:
    """A claim is let go where it is the team's turn and the owner has left it alone for long."""
    if not promise.claim_hours or case.owner is None or case.owner_since is None or not turns:
        return None
    quiet_since = max(case.owner_since, acted_at or case.owner_since, min(turns.values()))
    return promise.working.after(quiet_since, timedelta(hours=promise.claim_hours))


def _is_undecided(case: ReturnCase) -> bool:
    """Whether nothing is under way but, at most, a wish for an exchange that nobody has agreed to."""
    wished = case.exchange is not None and case.exchange.state is ExchangeState.WISHED
    return case.open_resolution is None or (case.exchange_stands and wished)

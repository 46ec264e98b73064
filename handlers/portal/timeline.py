"""How far a return has come, in the customer's words: where it stands, and the steps before and after."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.i18n import Words
from bot.rules.portal import FollowView
from store.terms import ReturnStatus, Wish

ORDER = (
    ReturnStatus.PENDING,
    ReturnStatus.APPROVED,
    ReturnStatus.IN_TRANSIT,
    ReturnStatus.RECEIVED,
    ReturnStatus.RESOLVED,
)
STATES: Mapping[ReturnStatus, Callable[[Words], str]] = {
    ReturnStatus.PENDING: lambda words: words("We are looking at it. You do not have to do anything now."),
    ReturnStatus.APPROVED: lambda words: words("Agreed. Please send the items back."),
    ReturnStatus.IN_TRANSIT: lambda words: words("On its way to us. You do not have to do anything now."),
    ReturnStatus.RECEIVED: lambda words: words("It is here. We are checking it."),
    ReturnStatus.RESOLVED: lambda words: words("Everything is settled."),
    ReturnStatus.REJECTED: lambda words: words("We could not accept this return."),
    ReturnStatus.CANCELLED: lambda words: words("This return was cancelled. Nothing has to be sent."),
    ReturnStatus.EXPIRED: lambda words: words("This return has expired because nothing was sent."),
}


@dataclass(frozen=True)
class Step:
    """One step: ``state`` is done, now or later; ``at`` is the day it was done, where that is known."""

    text: str
    state: str
    at: date | None = None


def steps(view: FollowView, words: Words) -> tuple[Step, ...]:
    """The steps of a return that goes its way; of one that ended early, those it went through."""
    return tuple(_steps(view, words))


def _steps(view: FollowView, words: Words) -> Iterator[Step]:
    texts = (
        (words("Asked for"), view.opened_at),
        (words("Agreed"), None),
        (words("Sent back"), None),
        (words("Arrived at the shop"), view.received_at),
        (_last(view, words), view.closed_at),
    )
    if view.status not in ORDER:
        yield Step(words("Asked for"), "done", _day(view.opened_at, words))
        yield Step(words.term(view.status), "now", _day(view.closed_at, words))
        return
    reached = ORDER.index(view.status)
    for place, (text, at) in enumerate(texts):
        over = place <= reached
        state = "done" if over else "now" if place == reached + 1 else "later"
        yield Step(text, state, _day(at, words) if over else None)


def _last(view: FollowView, words: Words) -> str:
    return {
        Wish.REFUND: words("Money given back"),
        Wish.STORE_CREDIT: words("Store credit sent"),
        Wish.EXCHANGE: words("Replacement sent"),
    }[view.wish]


def _day(at: datetime | None, words: Words) -> date | None:
    return at.astimezone(words.timezone).date() if at is not None else None

"""Every single trouble of every deed, at every point it can strike: the schedules of the exhaustive part."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from tests.proof.simulation.troubles import (
    INTRUSIONS,
    Accident,
    Death,
    Freeze,
    Intrusion,
    Jump,
    Skew,
    Spoiled,
    Trouble,
)
from tests.proof.simulation.wire import ARRIVES_LATE, NO_CONNECTION

At = Callable[[int], Trouble]

FAULTS: tuple[Fault | str, ...] = (*Fault, NO_CONNECTION, ARRIVES_LATE)
JUMPS = {"an hour ahead": 3600.0, "an hour back": -3600.0, "a day ahead": 86400.0}

# Troubles that strike at a numbered point: deaths, freezes, clocks, other people.
AT_POINTS: Mapping[str, At] = {
    "death": lambda n: Death(point=n),
    "freeze": lambda n: Freeze(point=n),
    "sleep": lambda n: Freeze(point=n, asleep=True),
    **{f"clock {name}": partial(lambda s, n: Jump(point=n, seconds=s), s) for name, s in JUMPS.items()},
    "all clocks an hour ahead": lambda n: Jump(point=n, everywhere=True),
    **{name: partial(lambda what, n: Intrusion(point=n, what=what), name) for name in INTRUSIONS},
}

# Troubles that strike at a numbered request: three in a row, because a read is tried three times.
AT_CALLS: Mapping[str, At] = {
    f"{fault} x3": partial(lambda f, n: Spoiled(call=n, fault=f, times=3), fault) for fault in FAULTS
}

# Troubles that strike at a numbered write, and at the next one as well.
AT_WRITES: Mapping[str, At] = {
    f"{fault} x{times} writes": partial(
        lambda f, t, n: Spoiled(call=n, fault=f, times=t, writes=True), fault, times
    )
    for fault in FAULTS
    for times in (1, 2)
}


def once_each() -> Iterator[Trouble]:
    """Troubles that need no number."""
    for mishap in Mishap:
        yield Accident(mishap=mishap)
        yield Accident(mishap=mishap, times=2)
    for seat in ("worker 1", "worker 2"):
        for seconds in (600.0, -600.0):
            yield Skew(seat=seat, seconds=seconds)

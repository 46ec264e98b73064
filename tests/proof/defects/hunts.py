"""Where the simulation finds each defect: schedules in which a trouble meets the defence that is missing.

They name their troubles and no seeds, so that they mean the same when the simulation learns new troubles.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from tests.proof.simulation.deeds import DEEDS, Deed
from tests.proof.simulation.schedule import Schedule
from tests.proof.simulation.troubles import Accident, Death, Freeze, Spoiled, Trouble
from tests.proof.simulation.wire import ARRIVES_LATE

Hunt = Callable[[], Iterator[Schedule]]
PLAIN, ASKED, DIRECT = DEEDS["refund"], DEEDS["refund with a bank to ask"], DEEDS["refund through Stripe"]
CREDIT, MANUAL, TWO = DEEDS["credit"], DEEDS["manual"], DEEDS["two refunds of one order"]
POINTS = range(5, 40)  # from the claim of the first step to its end


def late() -> Accident:
    """A bank that times out and pays all the same."""
    return Accident(mishap=Mishap.PAID_LATE)


def lost(fault: Fault | str = Fault.LOST_AFTER, times: int = 1) -> Spoiled:
    """A refund request whose answer nobody hears."""
    return Spoiled(call=1, fault=fault, times=times, writes=True)


def once(deed: Deed, make: Callable[[], Sequence[Trouble]]) -> Hunt:
    """One schedule."""
    return lambda: iter([Schedule(deed, make(), seed="0")])


def wherever(deed: Deed, make: Callable[[int], Sequence[Trouble]]) -> Hunt:
    """The same troubles, one of them at each point in turn."""
    return lambda: (Schedule(deed, make(point), seed=str(point)) for point in POINTS)


HUNTS: Mapping[str, Hunt] = {
    "M1": wherever(PLAIN, lambda point: [Death(point=point), late()]),
    "M2": once(PLAIN, lambda: [lost()]),
    "M3": once(DIRECT, lambda: [lost(ARRIVES_LATE)]),
    "M3b": once(CREDIT, list),
    "M5": once(PLAIN, lambda: [late()]),
    "M6": once(ASKED, lambda: [lost(Fault.LOST_BEFORE)]),
    "M9": once(TWO, lambda: [lost()]),
    "M10": once(CREDIT, list),
    "M16": once(MANUAL, list),
    "M20": once(PLAIN, lambda: [late()]),
    "M22": once(ASKED, lambda: [lost(Fault.LOST_BEFORE)]),
    "M31": wherever(PLAIN, lambda point: [Death(point=point), late()]),
    "M32": wherever(PLAIN, lambda point: [Freeze(point=point), late()]),
    "M34": once(PLAIN, lambda: [Accident(mishap=Mishap.DIES_BEFORE_MONEY)]),
}

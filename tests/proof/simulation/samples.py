"""Schedules drawn by a seed: pairs of troubles, and long runs in which everything may go wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from tests.proof.simulation.deeds import DEEDS, Deed
from tests.proof.simulation.schedule import Schedule
from tests.proof.simulation.singles import FAULTS, JUMPS
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

POINTS, CALLS, WRITES = (
    60,
    20,
    4,
)  # where troubles of a pair strike: most of them before anything else went wrong
Draw = Callable[[Random], Trouble]


def _death(random: Random) -> Trouble:
    return Death(point=random.randint(1, POINTS))


def _freeze(random: Random) -> Trouble:
    seconds = random.choice((60.0, 600.0, 1800.0, 7200.0))
    return Freeze(point=random.randint(1, POINTS), seconds=seconds, asleep=random.random() < 0.3)


def _jump(random: Random) -> Trouble:
    seconds = random.choice(tuple(JUMPS.values()))
    return Jump(point=random.randint(1, POINTS), seconds=seconds, everywhere=random.random() < 0.3)


def _skew(random: Random) -> Trouble:
    return Skew(seat=f"worker {random.randint(1, 2)}", seconds=random.choice((-600.0, 600.0)))


def _spoiled_call(random: Random) -> Trouble:
    fault: Fault | str = random.choice(FAULTS)
    seconds = random.choice((2.0, 70.0))
    return Spoiled(call=random.randint(1, CALLS), fault=fault, times=random.randint(1, 3), seconds=seconds)


def _spoiled_write(random: Random) -> Trouble:
    fault: Fault | str = random.choice(FAULTS)
    seconds, times = random.choice((2.0, 70.0)), random.randint(1, 2)
    return Spoiled(call=random.randint(1, WRITES), fault=fault, times=times, seconds=seconds, writes=True)


def _accident(random: Random) -> Trouble:
    return Accident(mishap=random.choice(list(Mishap)), times=random.randint(1, 2))


def _intrusion(random: Random) -> Trouble:
    return Intrusion(point=random.randint(1, POINTS), what=random.choice(list(INTRUSIONS)))


DRAWS: tuple[tuple[Draw, int], ...] = (
    (_death, 5),
    (_freeze, 3),
    (_jump, 2),
    (_skew, 1),
    (_spoiled_call, 3),
    (_spoiled_write, 5),
    (_accident, 4),
    (_intrusion, 3),
)
OFTEN = {"refund through Stripe that waits": 1, "two refunds of one order through Stripe": 1}


@dataclass(frozen=True)
class Pair:
    """A deed and two troubles, all drawn by one seed, in an order of steps that the seed draws too."""

    seed: str

    def schedule(self) -> Schedule:
        """What the seed says."""
        random = Random(self.seed)
        deed = _deed(random)
        troubles = [_trouble(random), _trouble(random)]
        return Schedule(deed, troubles, self.seed, stay=random.choice((1.0, 0.9, 0.5)))


def _deed(random: Random) -> Deed:
    deeds = list(DEEDS.values())
    return random.choices(deeds, [OFTEN.get(deed.name, 3) for deed in deeds])[0]


def _trouble(random: Random) -> Trouble:
    draw = random.choices([draw for draw, _ in DRAWS], [weight for _, weight in DRAWS])[0]
    return draw(random)

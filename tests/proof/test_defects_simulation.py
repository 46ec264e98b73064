"""Does the simulation bite? With a defence taken out, its judge has to name the promise that is broken."""

import re
from collections import Counter

import pytest

from tests.proof.defects.defect import planted
from tests.proof.defects.hunts import HUNTS
from tests.proof.defects.table import BY_NAME
from tests.proof.simulation.labs import open_labs
from tests.proof.simulation.schedule import Broken

pytestmark = pytest.mark.proof
PROMISE = re.compile(r"R\d+: |RMA-\S+ moved money")


def findings(name: str) -> list[str]:
    """What the judge says of the schedules of a hunt, up to the first broken promise."""
    with open_labs(Counter()) as labs:
        said = []
        for schedule in HUNTS[name]():
            try:
                labs.run(schedule)
            except Broken as broken:
                said.append(str(broken).partition("\n")[0])
                if PROMISE.match(said[-1]):
                    break
        return said


@pytest.mark.parametrize("name", HUNTS)
def test_the_simulation_notices(name: str) -> None:
    defect = BY_NAME[name]
    with planted(defect) as calls:
        said = findings(name)
    assert set(calls) == set(defect.seats), "the defect was never called"
    assert said, f"{name}: nothing was noticed. {defect.breaks}"
    assert PROMISE.match(said[-1]), said


@pytest.mark.parametrize("name", HUNTS)
def test_without_the_defect_the_same_schedules_break_nothing(name: str) -> None:
    assert findings(name) == []

"""The goals, and what was reached of them. A row can be void, or wrong however fast it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from tests.bench.rounds import Rounds


class Reached(IntEnum):
    """How far."""

    NOTHING = 0
    BASIC = 1
    STRONG = 2
    MOONSHOT = 3


@dataclass(frozen=True)
class Goal:
    """What is to be reached, in words and as bounds that the number must not exceed; None: no such bound."""

    name: str
    about: str
    basic: float | None = None
    strong: float | None = None
    moonshot: float | None = None

    def reached(self, number: float) -> Reached:
        """The highest bound that ``number`` keeps."""
        bounds = (
            (Reached.MOONSHOT, self.moonshot),
            (Reached.STRONG, self.strong),
            (Reached.BASIC, self.basic),
        )
        kept = (level for level, bound in bounds if bound is not None and number <= bound)
        return next(kept, Reached.NOTHING)


@dataclass(frozen=True)
class Figure:
    """One row of the table. ``oracle`` is what was checked at the end; empty ``wrong``: it was right."""

    goal: str
    about: str
    ours: str
    base: str
    ratio: str
    spread: str
    reached: Reached | None
    is_void: bool = False
    wrong: str = ""

    @property
    def verdict(self) -> str:
        """What was reached, in words."""
        if self.wrong:
            return f"WRONG: {self.wrong}"
        if self.is_void:
            return "void (the machine was too restless)"
        return "" if self.reached is None else self.reached.name.lower()

    @property
    def row(self) -> list[str]:
        return [self.goal, self.about, self.ours, self.base, self.ratio, self.spread, self.verdict]


HEAD = ("goal", "what", "ours", "baseline", "ratio", "best to worst", "reached")


def compared(goal: Goal, rounds: Rounds, *, unit: str = "ms", wrong: str = "") -> Figure:
    """A row for two things measured in turn; less is better."""
    return Figure(
        goal=goal.name,
        about=goal.about,
        ours=f"{rounds.ours:.3g} {unit}",
        base=f"{rounds.base:.3g} {unit}",
        ratio=f"{rounds.ratio:.3g}",
        spread=f"{rounds.best:.3g} to {rounds.worst:.3g}",
        reached=goal.reached(rounds.ratio),
        is_void=rounds.is_void,
        wrong=wrong,
    )


def measured(goal: Goal, number: float, shown: str, *, base: str = "", wrong: str = "") -> Figure:
    """A row for a number that is judged by itself."""
    return Figure(goal.name, goal.about, shown, base, "", "", goal.reached(number), wrong=wrong)


def markdown(figures: Sequence[Figure]) -> str:
    """The table as a document shows it."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|---:|---:|---:|---:|---|"]
    lines += ["| " + " | ".join(figure.row) + " |" for figure in figures]
    return "\n".join(lines) + "\n"

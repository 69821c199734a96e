"""How likely people are to say yes, and where that was learnt."""

from enum import StrEnum
from typing import NamedTuple


class Band(StrEnum):
    """How far somebody is from the place: within 300 m, 800 m, 2 km, or beyond."""

    NEXT_DOOR = "next_door"
    NEAR = "near"
    AROUND = "around"
    FAR = "far"


class Hours(StrEnum):
    """The part of the station's day: 06:00 to 18:00, to 22:00, to 06:00."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


class Cell(NamedTuple):
    """Whom an estimate is about; an empty word stands for any."""

    force: str = ""
    band: str = ""
    hours: str = ""


class Answers(NamedTuple):
    """How many were asked, and how many of them said yes."""

    asked: int = 0
    accepted: int = 0


class Estimate(NamedTuple):
    """The chance of a yes with its 80 % interval, and what it rests on. Nothing asked: the prior alone."""

    mean: float
    low: float
    high: float
    cell: Cell = Cell()
    answers: Answers = Answers()

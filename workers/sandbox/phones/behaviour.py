"""How a member replies to being asked. Pure.

The shares, the delay and the pace are those of the reference simulation the dispatch rules
are held against: 36.2 % accept, 43.9 % refuse, 19.9 % stay silent; a reply takes 15 s plus a
Gamma(1.97, 15.4 s); people go 2.3 m/s in a straight line.
"""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

WALKING_MPS = 2.3


class Answer(StrEnum):
    """What somebody says to an offer."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    SILENT = "silent"


class Behaviour(StrEnum):
    """What kind of person it is."""

    MODEL = "model"
    WILLING = "willing"
    REFUSING = "refusing"
    SILENT = "silent"
    OFF = "off"
    FORGETFUL = "forgetful"
    """Goes, and never says so: only the positions show that they left and arrived."""
    STILL = "still"
    """Says yes and stays where they are."""


@dataclass(frozen=True)
class ReplyModel:
    """Shares of the answers, and the delay of a reply in seconds: floor + Gamma(shape, scale)."""

    accept: float = 0.362
    refuse: float = 0.439
    floor_s: float = 15.0
    shape: float = 1.97
    scale_s: float = 15.4


@dataclass(frozen=True)
class Reaction:
    """What a person does about one offer, and how long after it arrived."""

    answer: Answer
    delay_s: float
    reads: bool
    """Whether they open the message at all; somebody silent may have seen it or not."""


_FIXED = {
    Behaviour.WILLING: Answer.ACCEPT,
    Behaviour.REFUSING: Answer.REFUSE,
    Behaviour.SILENT: Answer.SILENT,
    Behaviour.OFF: Answer.SILENT,
    Behaviour.FORGETFUL: Answer.ACCEPT,
    Behaviour.STILL: Answer.ACCEPT,
}


def draw_reaction(behaviour: Behaviour, random: Random, model: ReplyModel | None = None) -> Reaction:
    """One person's reaction to one offer."""
    model = model or ReplyModel()
    draw = random.random()
    delay = model.floor_s + random.gammavariate(model.shape, model.scale_s)
    answer = _FIXED.get(behaviour) or _pick(model, draw)
    reads = answer is not Answer.SILENT or behaviour is Behaviour.SILENT
    return Reaction(answer, delay, reads)


def person_random(seed: int, phone: str, offer: str) -> Random:
    """The source of draws for one person and one offer: the same whenever it is asked."""
    return Random(f"{seed}:{phone}:{offer}")


def _pick(model: ReplyModel, draw: float) -> Answer:
    if draw < model.accept:
        return Answer.ACCEPT
    if draw < model.accept + model.refuse:
        return Answer.REFUSE
    return Answer.SILENT

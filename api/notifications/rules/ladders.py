"""How a ladder is climbed: which channel comes next, and when."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from api.grids.types import STATION_ZONE
from api.kernel.states import Machine
from api.notifications.types import Channel, LadderStep
from api.notifications.types.reaching import LadderEvent, LadderState

_S, _E = LadderState, LadderEvent
# Huawei and Honor hold notifications in these hours of the phone's clock.
NIGHT_BEGINS, NIGHT_ENDS = time(0), time(6)

# Proof counts whenever it comes: what was given up, or taken back too late, may still have been read.
LADDERS = Machine(
    name="ladder",
    initial=_S.CLIMBING,
    table={
        (_S.CLIMBING, _E.CLIMB): _S.CLIMBING,
        (_S.CLIMBING, _E.EXHAUST): _S.EXHAUSTED,
        (_S.CLIMBING, _E.END): _S.ENDED,
        (_S.EXHAUSTED, _E.END): _S.ENDED,
        (_S.CLIMBING, _E.PROVE): _S.PROVED,
        (_S.EXHAUSTED, _E.PROVE): _S.PROVED,
        (_S.ENDED, _E.PROVE): _S.PROVED,
    },
    final=frozenset({_S.PROVED}),
)


def next_rung(rungs: Sequence[LadderStep], taken: int, possible: Collection[str]) -> int | None:
    """The index of the first rung above `taken` (-1: none yet) whose channel is possible; None at the top."""
    above = range(taken + 1, len(rungs))
    return next((index for index in above if rungs[index].channel in possible), None)


def with_last_resort(rungs: Sequence[LadderStep], taken: int, possible: Collection[str]) -> tuple[LadderStep, ...]:
    """The ladder, with a text at its top where nothing above `taken` is possible and it has none.

    A short ladder says how far to go for a person who does not read, not whom to leave out for having no app.
    """
    stuck = next_rung(rungs, taken, possible) is None
    textless = all(rung.channel != Channel.SMS for rung in rungs)
    return (*rungs, LadderStep(Channel.SMS)) if stuck and textless and Channel.SMS in possible else tuple(rungs)


def climb_at(rungs: Sequence[LadderStep], taken: int, now: datetime, expires_at: datetime) -> datetime | None:
    """When the rung above the one just taken is due; None when there is none, or it would come too late to matter."""
    if taken + 1 >= len(rungs):
        return None
    held = taken >= 0 and rungs[taken].channel == Channel.PUSH and is_night(now)
    due = now + timedelta(seconds=0 if held else rungs[taken + 1].after_s)
    return due if due < expires_at else None


def is_night(now: datetime) -> bool:
    """Whether phones of some makers keep pushes back until the morning, so that nobody may wait for one to be read."""
    return NIGHT_BEGINS <= now.astimezone(STATION_ZONE).time() < NIGHT_ENDS

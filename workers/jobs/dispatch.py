"""Timers of a running dispatch, and the reminders of every step. A stale fence or an ended subject does nothing."""

from api.incidents import service
from api.incidents.types import Rung
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from workers.queues import URGENT
from workers.runtime import on_queue


@on_queue(URGENT)
def offer_silent(ctx: Ctx, timer: Timer) -> None:
    """A wave's window is over: whoever has not answered is replaced. The subject is the dispatch."""
    service.hear_silence(ctx, timer.subject_id, wave=timer.args["wave"], fence=timer.fence)


@on_queue(URGENT)
def ask_again(ctx: Ctx, timer: Timer) -> None:
    """Somebody may have come near or on duty since: look again. The subject is the dispatch."""
    service.ask_more(ctx, timer.subject_id, fence=timer.fence)


@on_queue(URGENT)
def next_rung(ctx: Ctx, timer: Timer) -> None:
    """Nobody has been left to ask for so long that somebody above is told. The subject is the dispatch."""
    service.tell_rung(ctx, timer.subject_id, rung=Rung(timer.args["rung"]), fence=timer.fence)


def learn_acceptance(ctx: Ctx, timer: Timer) -> None:
    """Reckon anew who says yes. Periodic; the subject is nobody."""
    service.learn_acceptance(ctx)


def step_overdue(ctx: Ctx, timer: Timer) -> None:
    """A step of an incident was not taken in time. The subject is the incident."""
    service.report_overdue(ctx, timer.subject_id, fence=timer.fence, nag=timer.args["nag"])


def find_forgotten(ctx: Ctx, timer: Timer) -> None:
    """Take up whatever should have moved and did not. Periodic; the subject is nobody."""
    service.take_up_forgotten(ctx)

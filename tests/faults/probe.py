"""A worker or relay that also knows jobs only tests order: `python -m tests.faults.probe normal` (or `relay`).

They are put where `workers.runtime` looks for jobs, in this process alone; the product has no such module.
"""

import os
import signal
import sys
import types

from sqlalchemy import text

from api.audit.service import record
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from workers import relay, worker

NAME = "workers.jobs.probe"


def work(ctx: Ctx, timer: Timer) -> None:
    """Leave a trace in the transaction, as any job does."""
    record(ctx, "probe", "timer", timer.subject_id)


def fail(ctx: Ctx, timer: Timer) -> None:
    """Raise, having done half of the work."""
    work(ctx, timer)
    raise RuntimeError("poison")


def crash(ctx: Ctx, timer: Timer) -> None:
    """End the process under the job, as a fault of a C library does."""
    work(ctx, timer)
    os.kill(os.getpid(), signal.SIGSEGV)


def starve(ctx: Ctx, timer: Timer) -> None:
    """End the process as the kernel does when there is no memory left."""
    work(ctx, timer)
    os.kill(os.getpid(), signal.SIGKILL)


def linger(ctx: Ctx, timer: Timer) -> None:
    """Do the work, and be a while about the rest of the transaction."""
    work(ctx, timer)
    ctx.session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": timer.args.get("seconds", 2)})


def install() -> None:
    """Make the jobs resolvable by name."""
    module = types.ModuleType(NAME)
    for job in (work, fail, crash, starve, linger):
        setattr(module, job.__name__, job)
    sys.modules[NAME] = module


if __name__ == "__main__":
    install()
    if sys.argv[1] == "relay":
        relay.main()
    else:
        worker.main(sys.argv[1])

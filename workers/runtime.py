"""Running one timer: the RQ side's whole contact with the system.

An RQ job carries a timer's id and nothing else. Whatever happens to the job (lost, doubled, killed halfway), the row
decides: it is locked, looked at, its function called, and marked fired, in one transaction with the effect.
"""

import importlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from uuid import UUID

import structlog
from flask import Flask
from psycopg.errors import LockNotAvailable
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.app import create_app
from api.plumbing.context import SYSTEM, Ctx, open_ctx, transaction
from api.plumbing.db import db
from api.plumbing.metrics import TIMERS
from api.plumbing.timers import Timer
from config import load_settings
from workers.queues import NORMAL

JobFunction = Callable[[Ctx, Timer], None]
PREFIX = "workers.jobs."
MAX_ATTEMPTS = 10
log = structlog.get_logger(__name__)


class TakenElsewhere(Exception):
    """The row stayed locked for as long as anybody waits: another process is running this timer."""


class ProcessDied(Exception):
    """The process that ran the job ended under it: it crashed, was killed, or found no memory."""


def on_queue(name: str) -> Callable[[JobFunction], JobFunction]:
    """Declare which queue a job function runs on; without it a job is `normal`."""

    def mark(function: JobFunction) -> JobFunction:
        function.queue = name  # type: ignore[attr-defined]
        return function

    return mark


def queue_of(job: str) -> str:
    """The queue of a job by its dotted name; an unknown name goes to `normal`, where it fails and is reported."""
    try:
        return str(getattr(resolve(job), "queue", NORMAL))
    except (ImportError, AttributeError, ValueError):
        return NORMAL


@cache
def resolve(job: str) -> JobFunction:
    """The function behind a dotted name below workers.jobs; nothing else can be called from a row."""
    if not job.startswith(PREFIX):
        raise ValueError(f"{job} is not below {PREFIX}")
    module, _, name = job.rpartition(".")
    function: JobFunction = getattr(importlib.import_module(module), name)
    return function


@cache
def worker_app() -> Flask:
    """The app of this process: made once, before RQ forks, so that a job costs no imports."""
    return create_app(load_settings())


def run_timer(timer_id: str) -> str:
    """Run one timer if it still waits; returns what became of it (`fired`, `skipped`, `failed`, `dead`)."""
    with worker_app().app_context():
        return run_in_context(UUID(timer_id))


def run_in_context(timer_id: UUID) -> str:
    """`run_timer` for a caller that has an app context already."""
    try:
        with transaction() as session:
            timer = _take(session, timer_id)
            if timer is None:
                return "skipped"
            ctx = open_ctx(session, SYSTEM, request_id=timer.request_id)
            if timer.due_at > ctx.now:
                # Moved since it was handed to RQ; the relay will come again.
                return "skipped"
            job = timer.job
            resolve(job)(ctx, timer)
            timer.state, timer.fired_at = "fired", ctx.now
    except TakenElsewhere:
        # Somebody else has been running it for seconds: not a failure of the job, and the relay will look again.
        return "skipped"
    except Exception as error:  # whatever a job raises is written on its row, and the row is tried again
        return _note_failure(timer_id, error)
    TIMERS.labels(job, "fired").inc()
    return "fired"


def note_death(timer_id: str) -> str:
    """Count a run that ended its process as a failure; one that had committed before stays fired."""
    with worker_app().app_context():
        try:
            return note_death_in_context(UUID(timer_id))
        finally:
            # The caller forks for its next job, and no two processes may talk over one connection.
            db.engine.dispose()


def note_death_in_context(timer_id: UUID) -> str:
    """`note_death` for a caller that has an app context, and forks only what leaves its connections alone."""
    return _note_failure(timer_id, ProcessDied())


def _take(session: Session, timer_id: UUID) -> Timer | None:
    # Waits for the row rather than skipping a locked one: a relay that lost the race for a row still holds its lock for
    # a moment, and skipping here would leave the timer to the next hint, 15 s later.
    wanted = select(Timer).where(Timer.id == timer_id, Timer.state == "waiting").with_for_update()
    try:
        return session.scalar(wanted)
    except OperationalError as error:
        # Only here: a lock the job itself waits for in vain is a failure of the job, which is counted.
        if isinstance(error.orig, LockNotAvailable):
            raise TakenElsewhere from error
        raise


def _note_failure(timer_id: UUID, error: Exception) -> str:
    with suppress(TakenElsewhere), transaction() as session:
        timer = _take(session, timer_id)
        if timer is None:
            return "skipped"
        ctx = open_ctx(session, SYSTEM, request_id=timer.request_id)
        timer.attempts += 1
        # The type only: the text of an exception may quote a row.
        timer.last_error = type(error).__name__
        timer.state = "dead" if timer.attempts >= MAX_ATTEMPTS else "waiting"
        timer.due_at = ctx.now + timedelta(seconds=min(2**timer.attempts, 300))
        timer.hinted_at = None
        outcome = "dead" if timer.state == "dead" else "failed"
        TIMERS.labels(timer.job, outcome).inc()
        log.error("job_failed", job=timer.job, timer_id=str(timer_id), error=timer.last_error, attempt=timer.attempts,
                  outcome=outcome, exc_info=error)  # fmt: skip
        return outcome
    return "skipped"

"""An RQ worker on one queue: `python -m workers.worker urgent`.

Forks per job, so that one that crashes or eats memory takes nothing else with it; the app is imported before the
fork, so a job costs about 20 ms. The clean-up intervals are short because a killed worker's jobs come back through
the relay within seconds anyway, and RQ's own view should agree.
"""

import sys
import threading

import psycopg
import structlog
from redis import Redis
from rq import Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from config import DATABASE_WAITS
from workers import queues
from workers.relay import RUN
from workers.runtime import note_death, worker_app

BEAT_EVERY_S = 10.0
log = structlog.get_logger(__name__)


class TimerJob(Job):
    """A job that may only call `run_timer`, whatever somebody managed to write into Redis."""

    @property
    def func(self):  # type: ignore[no-untyped-def] # overrides RQ's untyped property
        if self.func_name != RUN:
            raise PermissionError(f"{self.func_name} may not be called from a queue")
        return super().func

    # No job of ours calls anything back: what stands in these fields was written by somebody else, and the library
    # would import and call whatever they name, or send what it knows to whatever address.
    success_callback = failure_callback = stopped_callback = None

    def restore(self, raw_data):  # type: ignore[no-untyped-def] # the library's own
        super().restore(raw_data)
        self.webhooks = []


def keep_beating(name: str, conninfo: str, stop: threading.Event) -> None:
    """Beat for this worker until `stop`; each beat uses a short connection, which no fork can inherit in use."""
    while not stop.is_set():
        try:
            with psycopg.connect(conninfo, autocommit=True, **DATABASE_WAITS) as connection:
                connection.execute(
                    "INSERT INTO heartbeats (name, beat_at) VALUES (%s, clock_timestamp())"
                    " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at",
                    (name,),
                )
        except psycopg.Error as error:
            log.warning("database_unavailable", error=type(error).__name__, process=name)
        stop.wait(BEAT_EVERY_S)


def count_death(job: Job, *_: object) -> None:
    """A job's process ended under it; only this side is left to say so, and a poison job must come to an end."""
    try:
        outcome = note_death(job.id)
    except SQLAlchemyError as error:
        log.warning("database_unavailable", error=type(error).__name__, process="worker")
    else:
        log.error("job_process_died", timer_id=job.id, outcome=outcome)


def main(queue: str) -> None:
    """Work on `queue` until SIGTERM."""
    if queue not in queues.ALL:
        raise SystemExit(f"unknown queue {queue}; one of: {', '.join(queues.ALL)}")
    settings = worker_app().extensions["gridloop.settings"]
    stop = threading.Event()
    conninfo = settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
    threading.Thread(target=keep_beating, args=(f"worker:{queue}", conninfo, stop), daemon=True).start()
    worker = Worker(
        [queue],
        connection=Redis.from_url(settings.redis_url),
        serializer=JSONSerializer,
        job_class=TimerJob,
        worker_ttl=20,
        maintenance_interval=5,
        job_monitoring_interval=5,
        log_job_description=False,
        work_horse_killed_handler=count_death,
    )
    log.info("started", process=f"worker:{queue}")
    worker.work(logging_level="WARNING", with_scheduler=False)
    stop.set()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else queues.NORMAL)

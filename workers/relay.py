"""The relay: hands due timers to RQ, and has them run in a child process of its own while Redis cannot.

`python -m workers.relay`. It wakes on NOTIFY and looks every half second besides. A timer it handed over and that has
not fired after `HINT_LASTS_S` is handed over again, so a flushed Redis or a killed worker only makes it late. Two
relays side by side are safe: each claims rows with SKIP LOCKED, and a timer run twice fires once.
"""

import signal
import time
from dataclasses import dataclass
from uuid import UUID

import psycopg
import structlog
from flask import Flask
from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.plumbing.context import SYSTEM, transaction, unit_of_work
from api.plumbing.heartbeats import beat
from api.plumbing.timers import CHANNEL
from config import DATABASE_WAITS
from workers import queues
from workers.apart import run_apart
from workers.cron import order_due
from workers.runtime import queue_of, worker_app

HINT_LASTS_S = 15
BATCH = 500
POLL_S = 0.5
BEAT_EVERY_S = 5.0
RUN = "workers.runtime.run_timer"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Due:
    """A timer claimed for handing over."""

    id: UUID
    job: str


class Relay:
    """One relay process: its queues, its listening connection, and when it last beat."""

    def __init__(self, app: Flask) -> None:
        settings = app.extensions["gridloop.settings"]
        redis = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
        self._app = app
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in queues.ALL}
        self._listening: psycopg.Connection | None = None
        self._conninfo = settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
        self._next_beat = 0.0
        self.stopping = False

    def run(self) -> None:
        """Work until told to stop."""
        with self._app.app_context():
            while not self.stopping:
                try:
                    self.run_once()
                    self._wait()
                except (SQLAlchemyError, psycopg.Error) as error:
                    # The database is away: everything waits in it, so there is nothing to do but come back.
                    log.warning("database_unavailable", error=type(error).__name__, process="relay")
                    self._listening = None
                    time.sleep(1)

    def run_once(self) -> int:
        """Order periodic jobs, beat, and hand over what is due; returns how many timers were handed over."""
        self._keep_up()
        handed = 0
        while batch := self.claim_due():
            handed += len(batch)
            self._hand_over(batch)
            if len(batch) < BATCH:
                break
        return handed

    def _keep_up(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + BEAT_EVERY_S
            with unit_of_work(SYSTEM) as ctx:
                order_due(ctx)
                beat(ctx.session, "relay")

    def claim_due(self) -> list[Due]:
        """Claim up to BATCH due timers, earliest first, by the database's clock."""
        with transaction() as session:
            rows = session.execute(
                text(
                    "UPDATE timers SET hinted_at = clock_timestamp() WHERE id IN ("
                    " SELECT id FROM timers WHERE state = 'waiting' AND due_at <= clock_timestamp()"
                    " AND (hinted_at IS NULL OR hinted_at < clock_timestamp() - make_interval(secs => :lasts))"
                    " ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED) RETURNING id, job, due_at"
                ),
                {"lasts": HINT_LASTS_S, "batch": BATCH},
            ).all()
        return [Due(row.id, row.job) for row in sorted(rows, key=lambda row: row.due_at)]

    def _hand_over(self, batch: list[Due]) -> None:
        by_queue: dict[str, list[Due]] = {}
        for due in batch:
            by_queue.setdefault(queue_of(due.job), []).append(due)
        try:
            for name in queues.ALL:
                self._queues[name].enqueue_many([_job_data(due) for due in by_queue.get(name, [])])
        except RedisError as error:
            log.warning("redis_unavailable", error=type(error).__name__, count=len(batch), process="relay")
            run_apart([due.id for due in batch], self._go_on)

    def _go_on(self) -> bool:
        """While the child works: a sign of life when one is due; whether there is still to be worked."""
        self._keep_up()
        return not self.stopping

    def _wait(self) -> None:
        if self._listening is None or self._listening.closed:
            self._listening = psycopg.connect(self._conninfo, autocommit=True, **DATABASE_WAITS)
            self._listening.execute(f"LISTEN {CHANNEL}")
        for _ in self._listening.notifies(timeout=POLL_S, stop_after=1):
            pass


def _job_data(due: Due):  # type: ignore[no-untyped-def] # RQ does not export the type
    return Queue.prepare_data(
        RUN, args=(str(due.id),), job_id=str(due.id), timeout=60, result_ttl=0, failure_ttl=3600, ttl=600
    )


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    relay = Relay(worker_app())

    def stop(*_: object) -> None:
        relay.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("started", process="relay")
    relay.run()


if __name__ == "__main__":
    main()

"""F24: a migration meets a session that sits idle in a transaction; it gives up, and nobody queues up behind it."""

import json
import threading
import time

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from tests.faults.migrating import Migrating, migrating_database
from tests.faults.test_f23_migrations import OldRelease
from tests.journey.system import eventually

BEFORE, ALTERS = "0010", "0011"  # the latter changes the table of messages
HOLD = "UPDATE outbox SET state = state WHERE id IN (SELECT id FROM outbox LIMIT 1)"


@pytest.fixture
def migrating(cluster):
    with migrating_database(cluster) as database:
        database.upgrade(BEFORE)
        yield database


def test_f24_a_migration_that_meets_an_idle_session_gives_up_and_comes_again(migrating: Migrating) -> None:
    writers = [OldRelease(migrating.app_url) for _ in range(3)]
    [writer.start() for writer in writers]
    eventually(lambda: all(writer.accepted for writer in writers), what="writers to write")
    idle = psycopg.connect(migrating.app_url.replace("postgresql+psycopg", "postgresql", 1))
    try:
        idle.execute(HOLD)  # and then says nothing more
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            migrating.upgrade(ALTERS, tries=2)
        gave_up = time.monotonic() - began
        stands = migrating.revision()
        during = sum(len(writer.accepted) for writer in writers)
        eventually(lambda: sum(len(writer.accepted) for writer in writers) > during, what="writers to go on")
        # Comes again by itself: whoever sat there leaves while it pauses.
        threading.Timer(1.5, idle.close).start()
        migrating.upgrade(ALTERS)
    finally:
        idle.close()
        [writer.stopping.set() for writer in writers]
        [writer.join(30) for writer in writers]
    refused = sum(sum(writer.refused.values()) for writer in writers)
    print(json.dumps({
        "test": "F24", "gave up after_s": round(gave_up, 1), "A": sum(len(w.accepted) for w in writers),
        "refused": refused, "longest wait_s": round(max(writer.longest for writer in writers), 2),
    }))  # fmt: skip
    assert (stands, migrating.revision()) == (BEFORE, ALTERS)
    assert refused == 0

"""F21: no room left for the database's files; writes are refused, reads go on, and with room again all is well."""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.faults.conftest import LONG
from tests.faults.crashing import DATABASE, Crashing, crashing_cluster
from tests.faults.running import House, open_house, own_redis
from tests.faults.test_f06_postgres import Console
from tests.faults.test_f22_full_disks import fill, small_disk
from tests.journey.system import System, eventually
from tests.pusher.conftest import wait_until

ROUNDS, CONSOLES, SIZE = (3, 6, "192m") if LONG else (1, 3, "96m")
TABLESPACE = "small_disk"
# Every B-tree of ours, against the rules of its own order and against its table.
CHECK = """
    SELECT count(bt_index_check(c.oid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
    WHERE c.relpersistence = 'p' AND i.indisready AND i.indisvalid AND c.relkind = 'i'
"""


@pytest.fixture
def crashing() -> Iterator[Crashing]:
    with crashing_cluster() as cluster:
        yield cluster


@pytest.fixture
def disk(crashing: Crashing) -> Iterator[Path]:
    """A small disk with the cluster's one database on it; its log stays where there is room."""
    account, name = crashing.account, sql.Identifier(TABLESPACE)
    folder = Path(tempfile.mkdtemp(prefix="gridloop-disk-"))
    folder.chmod(0o711)
    conninfo = crashing.cluster.conninfo("postgres", "postgres")
    with small_disk(folder / "small", SIZE) as mounted:
        files = mounted / "files"
        files.mkdir(mode=0o700)
        os.chown(files, account.uid, account.gid)
        crashing.drop_database()
        with psycopg.connect(conninfo, autocommit=True) as superuser:
            # One that a killed run left behind points nowhere.
            superuser.execute(sql.SQL("DROP TABLESPACE IF EXISTS {}").format(name))
            superuser.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(name, sql.Literal(str(files))))
            superuser.execute(sql.SQL("GRANT CREATE ON TABLESPACE {} TO gridloop_owner").format(name))
        crashing.make_database(tablespace=TABLESPACE)
        try:
            yield mounted
        finally:
            crashing.drop_database()
            with psycopg.connect(conninfo, autocommit=True) as superuser:
                superuser.execute(sql.SQL("DROP TABLESPACE {}").format(name))


@pytest.fixture
def house(crashing: Crashing, disk: Path, tmp_path: Path, make_settings, fcm, twilio) -> Iterator[House]:
    with own_redis() as redis:
        system = System(tmp_path, crashing.url, redis.url, fcm, twilio)
        settings = make_settings(crashing.url, redis_url=redis.url)
        with open_house(system, settings, redis, volunteers=12) as house:
            try:
                yield house
            finally:
                system.stop()


@pytest.mark.outage
def test_f21_without_room_writes_are_refused_and_nothing_is_broken(
    house: House, crashing: Crashing, disk: Path
) -> None:
    house.start("api")
    consoles = [Console(house, f"console-{number}") for number in range(CONSOLES)]
    [console.start() for console in consoles]
    reader = house.caller()
    reads: Counter[int] = Counter()
    for _ in range(ROUNDS):
        wait_until(lambda: all(console.answered for console in consoles), 60)
        ballast = fill(disk)
        # Until what had been left in the files' own pages is used up.
        refused = sum(console.statuses["503"] for console in consoles)
        wait_until(lambda refused=refused: sum(c.statuses["503"] for c in consoles) > refused + 3 * CONSOLES, 120)
        reads.update(reader.get("/v1/incidents", params={"limit": 20}).status_code for _ in range(20))
        ballast.unlink()
        freed = time.monotonic()
        eventually(lambda freed=freed: all(c.answered[-1] > freed for c in consoles), within=60, what="writes again")
    [console.stopping.set() for console in consoles]
    [console.join(25) for console in consoles]
    statuses = sum((console.statuses for console in consoles), Counter())
    filed = [incident for console in consoles for incident in console.filed]
    there = {str(row.id) for row in house.rows("SELECT id FROM incidents")}
    with psycopg.connect(crashing.cluster.conninfo("postgres", DATABASE), autocommit=True) as superuser:
        superuser.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        row = superuser.execute(CHECK).fetchone()
    print(json.dumps({
        "test": "F21", "rounds": ROUNDS, **statuses, "reads without room": {str(s): n for s, n in reads.items()},
        "A": len(filed), "lost": len(set(filed) - there), "indexes checked": row[0] if row else 0,
    }))  # fmt: skip
    assert set(statuses) <= {"201", "409", "503"}
    assert set(reads) == {200}
    assert set(filed) <= there
    assert row is not None
    assert row[0] > 50

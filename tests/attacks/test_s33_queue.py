"""S33: somebody can write into Redis: pickles, other functions, callbacks and addresses in a job's fields."""

import json
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from api.plumbing.context import SYSTEM, unit_of_work
from api.plumbing.timers import TimerOrder, set_timer
from tests.attacks.crowd import Crowd
from tests.attacks.ledger import count
from tests.faults.running import own_redis
from workers import queues
from workers.relay import RUN
from workers.runtime import resolve
from workers.worker import TimerJob


class Mine:
    """A pickle that does something when it is opened."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.place),)


@pytest.fixture
def redis() -> Iterator[Redis]:
    with own_redis() as running:
        yield Redis.from_url(running.url)


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that leaves a folder when it is imported, and one when it is called; and where these would be."""
    folder = tmp_path / "sprung"
    folder.mkdir()
    (tmp_path / "s33_trap.py").write_text(
        f"import os, uuid\ndef leave(*_, **__): os.mkdir(os.path.join({str(folder)!r}, uuid.uuid4().hex))\nleave()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    sys.modules.pop("s33_trap", None)


def inject(redis: Redis, **fields: bytes | str) -> str:
    """A job as an attacker writes it: whatever fields, in the queue that is worked on."""
    job = Job.create(RUN, args=(str(uuid4()),), connection=redis, serializer=JSONSerializer)
    job.origin = queues.NORMAL
    job.save()
    if fields:
        redis.hset(f"rq:job:{job.id}", mapping=fields)
    redis.rpush(f"rq:queue:{queues.NORMAL}", job.id)
    return job.id


def called(name: str, *args: object) -> bytes:
    return json.dumps([name, None, list(args), {}]).encode()


def attacks(folder: Path) -> dict[str, dict[str, bytes | str]]:
    inside = str(folder / "called")
    return {
        "a pickle as data": {"data": pickle.dumps(Mine(folder / "data"))},
        "a pickled call": {"data": pickle.dumps(("os.mkdir", None, (inside,), {}))},
        "a pickle as meta": {"meta": pickle.dumps(Mine(folder / "meta"))},
        "a pickle as result": {"result": pickle.dumps(Mine(folder / "result"))},
        "another function": {"data": called("os.mkdir", inside)},
        "a function of ours": {"data": called("workers.runtime.resolve", "os.mkdir")},
        "a job by its own name": {"data": called("workers.jobs.upkeep.drop_old_rows")},
        "a module of theirs": {"data": called("s33_trap.leave")},
        "a method of something": {"data": json.dumps([RUN, {"a": 1}, [inside], {}]).encode()},
        "a success callback": {"success_callback_name": "s33_trap.leave"},
        "a failure callback": {"data": called("os.mkdir", inside), "failure_callback_name": "s33_trap.leave"},
        "a stopped callback": {"stopped_callback_name": "s33_trap.leave"},
        "an address to tell": {"webhooks": json.dumps([{"url": "http://127.0.0.1:9/", "events": ["finished"]}])},
        "no data": {"data": b""},
        "odd data": {"data": b"\xff\xfe"},
        "a call without arguments": {"data": called(RUN)},
        "an odd id": {"data": called(RUN, "../../etc/passwd")},
        "an object as id": {"data": called(RUN, {"$gt": ""})},
    }


def work(redis: Redis) -> None:
    """What `workers.worker` does, without the fork."""
    worker = SimpleWorker([queues.NORMAL], connection=redis, serializer=JSONSerializer, job_class=TimerJob)
    worker.work(burst=True, logging_level="CRITICAL", with_scheduler=False)


def test_nothing_but_a_timer_of_ours_is_run(crowd: Crowd, redis: Redis, trap: Path, monkeypatch) -> None:
    monkeypatch.setattr("workers.runtime.worker_app", lambda: crowd.app)
    tried = attacks(trap)
    for fields in tried.values():
        inject(redis, **fields)
    with crowd.app.app_context(), unit_of_work(SYSTEM) as ctx:
        set_timer(ctx, TimerOrder("workers.jobs.upkeep.seal_audit", ctx.new_id(), ctx.now, step="s33"))
    timer_id = crowd.read("SELECT id FROM timers WHERE step = 's33'")
    queue = Queue(queues.NORMAL, connection=redis, serializer=JSONSerializer)
    for _ in range(len(tried)):
        work(redis)  # a worker may end at a job it cannot even read; it is started again
    queue.enqueue_many([Queue.prepare_data(RUN, args=(str(timer_id),), job_id=str(timer_id))])
    work(redis)
    sprung = sorted(path.name for path in trap.iterdir())
    count("S33", "jobs an attacker wrote into Redis", len(tried), len(tried) - len(sprung))
    assert sprung == []
    assert crowd.read("SELECT state FROM timers WHERE id = :id", id=timer_id) == "fired"


def test_a_job_of_theirs_has_no_address_and_calls_nothing_back(redis: Redis, trap: Path) -> None:
    id_ = inject(redis, success_callback_name="s33_trap.leave", **attacks(trap)["an address to tell"])
    job = TimerJob.fetch(id_, connection=redis, serializer=JSONSerializer)
    count("S33", "fields of a job that would call something", 4)
    assert (job.webhooks, job.success_callback, job.failure_callback, job.stopped_callback) == ([], None, None, None)


@pytest.mark.parametrize(
    "name",
    [
        "os.mkdir", "workers.runtime.worker_app", "api.app.create_app", "workers.jobs", "workers.jobs.", "",
        "workers.jobs.upkeep.", "workers.jobs.upkeep.nothing", "workers.jobs.nothing.seal_audit", "workers.jobsx.a.b",
    ],
)  # fmt: skip
def test_a_row_names_a_job_or_nothing(name: str) -> None:
    with pytest.raises((ValueError, AttributeError, ImportError)):
        resolve(name)


def test_what_is_signed_or_sealed_is_never_a_pickle() -> None:
    """No module of the house opens pickles, marshals or evaluates text."""
    root = Path(__file__).parents[2]
    words = ("import pickle", "import marshal", "import shelve", "yaml.load(", "eval(", "exec(", "__import__(")
    files = [path for folder in ("api", "workers", "migrations") for path in (root / folder).rglob("*.py")]
    found = [
        (str(path.relative_to(root)), word) for path in files for word in words if f" {word}" in f" {path.read_text()}"
    ]
    count("S33", "files looked through for what runs data", len(files), len(files) - len(found))
    assert found == []

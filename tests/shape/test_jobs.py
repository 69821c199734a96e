"""Every job that is ordered exists, and every queue has somebody who drains it."""

import re
from pathlib import Path

import pytest

from workers import queues
from workers.cron import TABLE
from workers.runtime import queue_of, resolve

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]


def ordered_jobs() -> list[str]:
    texts = [path.read_text() for folder in ("api", "workers") for path in (ROOT / folder).rglob("*.py")]
    return sorted({name for text in texts for name in re.findall(r'"(workers\.jobs\.[a-z_]+\.[a-z_]+)"', text)})


@pytest.mark.parametrize("job", ordered_jobs() + [row.job for row in TABLE])
def test_every_ordered_job_resolves(job: str) -> None:
    assert callable(resolve(job))
    assert queue_of(job) in queues.ALL


def test_nothing_outside_the_jobs_can_be_called_from_a_row() -> None:
    with pytest.raises(ValueError, match="not below"):
        resolve("os.system")


@pytest.mark.parametrize("queue", queues.ALL)
@pytest.mark.parametrize("file", ["deploy/local/processes.py", "compose.yaml"])
def test_every_queue_is_drained(queue: str, file: str) -> None:
    text = (ROOT / file).read_text()
    assert re.search(rf'workers\.worker"?,? "?{queue}', text), f"{file} starts no worker for {queue}"

"""F22: the disks for logs and for photos are full; people are sent all the same, and a photo waits for room."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders.files import jpeg
from tests.faults.conftest import LONG
from tests.faults.running import REPORT, House, post_until
from tests.journey.system import eventually

DISPATCHES = 200 if LONG else 3
# A process takes seconds of work to start: the short form does with those that a dispatch needs.
NAMES = ("api", "pusher", "relay", "worker-urgent") if LONG else ("api", "pusher")
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased', 'unknown') AND channel = 'push'"


@contextmanager
def small_disk(folder: Path, size: str, *, owner: tuple[int, int] | None = None) -> Iterator[Path]:
    """A file system of its own of this size; skips where nobody may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        if owner is not None:
            os.chown(folder, *owner)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free; the file to remove when there is to be room again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def send_photo(house: House, key: str) -> int:
    with house.caller() as client:
        files = {"file": ("photo.jpg", jpeg(), "image/jpeg")}
        return client.post("/v1/files", files=files, headers={"Idempotency-Key": key}).status_code


def test_f22_with_disks_full_people_are_sent_all_the_same(house: House, tmp_path: Path) -> None:
    for name in NAMES:
        # Whatever they write to their log fails, as on a disk without room.
        (house.system.folder / f"{name}.log").symlink_to("/dev/full")
    with small_disk(tmp_path / "files", "2m") as files:
        house.system.env["GRIDLOOP_FILES_DIR"] = str(files)
        house.system.env["GRIDLOOP_LOG_LEVEL"] = "DEBUG"
        ballast = fill(files)
        house.start(*NAMES)
        client, sent = house.caller(), 0
        for number in range(DISPATCHES):
            filed, _ = post_until(client, "/v1/incidents", REPORT, f"f22-{number}")
            path = f"/v1/incidents/{filed.json()['id']}/dispatches"
            sent += post_until(client, path, {}, f"f22-send-{number}")[0].status_code == 201
        alerts = house.count("SELECT count(*) FROM outbox WHERE channel = 'push'")
        eventually(lambda: house.count(UNSENT) == 0, within=60, what="alerts to be sent")
        refused = send_photo(house, "photo-full")
        ballast.unlink()
        taken = send_photo(house, "photo-room")
        alive = [house.system.is_alive(name) for name in NAMES]
        house.system.stop()
    states = {row.state for row in house.rows("SELECT DISTINCT state FROM outbox WHERE channel = 'push'")}
    print(json.dumps({
        "test": "F22", "dispatches": DISPATCHES, "failed": DISPATCHES - sent, "alerts": alerts,
        "photo without room": refused, "photo with room again": taken,
    }))  # fmt: skip
    assert (sent, all(alive)) == (DISPATCHES, True)
    assert alerts > 0
    assert states <= {"sent", "delivered", "read", "cancelled"}
    assert (refused, taken) == (503, 201)

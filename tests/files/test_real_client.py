"""tus-js-client, as it comes from npm, over a network that breaks, to a real server process."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from flask import Flask
from PIL import Image

from api.plumbing.context import SYSTEM, unit_of_work
from deploy.local.redis_server import ensure_redis
from tests.builders import files as made
from tests.builders.grids import make_station
from tests.builders.identity import enroll, open_session
from tests.conftest import KEYS, ROOT
from tests.files.phone_client import BreakingNetwork, need_clients, run_client

TYPE = "application/offset+octet-stream"


@dataclass(frozen=True)
class Server:
    """A granian process with a database of its own, and somebody signed in."""

    port: int
    token: str
    process: "subprocess.Popen[bytes]"
    command: list[str]
    env: dict[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of about two megabytes: noise does not compress."""
    image = Image.frombytes("RGB", (1_800, 1_200), os.urandom(1_800 * 1_200 * 3))
    path = tmp_path / "photo.jpg"
    path.write_bytes(made.encoded(image, quality=92))
    assert path.stat().st_size > 1_500_000
    return path


@pytest.fixture
def server(committed_app: Flask, tmp_path: Path) -> Iterator[Server]:
    with committed_app.app_context():
        with unit_of_work(SYSTEM) as ctx:
            token = open_session(ctx, enroll(ctx, station_id=make_station(ctx))).access_token
        database = committed_app.config["SQLALCHEMY_DATABASE_URI"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | KEYS | {
        "GRIDLOOP_DATABASE_URL": database,
        "GRIDLOOP_REDIS_URL": ensure_redis("test").url,
        "GRIDLOOP_FILES_DIR": str(tmp_path / "depot"),
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port), "--no-ws",
               "--blocking-threads", "8", "wsgi:app"]  # fmt: skip
    running = start(port, command, env)
    made_server = Server(port, token, running, command, env)
    yield made_server
    for process in {running, made_server.process}:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def start(port: int, command: list[str], env: dict[str, str]) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz/live").status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.2)
    process.kill()
    raise AssertionError("the server did not start")


def file_of(server: Server, file_id: str) -> dict:
    return httpx.get(f"{server.url}/v1/files/{file_id}", headers=server.headers).json()


@pytest.mark.slow
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize(
    ("chunk", "cuts"), [(0, [700_000, 500_000]), (1_000_000, [1_500_000])], ids=["one request", "in chunks"]
)
def test_it_goes_on_in_the_middle_of_a_chunk(server: Server, photo: Path, reset: bool, chunk: int, cuts) -> None:
    node = need_clients()
    network = BreakingNetwork(server.port, list(cuts), reset=reset)
    try:
        told = run_client(node, f"http://127.0.0.1:{network.port}/v1/uploads", server.token, photo, chunk)
    finally:
        network.close()
    assert network.broken == len(cuts)
    resumed = [int(answer["offset"]) for answer in told["answers"] if answer["method"] == "HEAD"]
    print(f"\nresumed at {resumed} of {photo.stat().st_size}")
    # What had arrived when the connection broke was kept: the client goes on from inside the chunk, not from its start.
    assert len(resumed) == len(cuts)
    assert all(offset > 0 and offset % (chunk or photo.stat().st_size) != 0 for offset in resumed)
    sent_at = [int(request["offset"]) for request in told["started"] if request["method"] == "PATCH"]
    assert set(resumed) <= set(sent_at)
    file = file_of(server, told["answers"][-1]["file"])
    assert file["source_sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


@pytest.mark.slow
def test_bytes_before_a_cut_are_kept_to_the_last(server: Server) -> None:
    data = made.jpeg(1_200, 800) + b"\0" * 300_000
    where = announce(server, len(data))
    with socket.create_connection(("127.0.0.1", server.port)) as phone:
        phone.sendall(raw_patch(server, where, 0, len(data)) + data[:123_457])
        time.sleep(0.3)
    deadline = time.monotonic() + 10
    while (offset := offset_of(server, where)) != 123_457 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert offset == 123_457


@pytest.mark.slow
def test_a_newcomer_takes_over_from_a_connection_that_hangs(server: Server) -> None:
    data = made.jpeg(1_200, 800)
    where = announce(server, len(data))
    with socket.create_connection(("127.0.0.1", server.port)) as hanging:
        hanging.sendall(raw_patch(server, where, 0, len(data)) + data[:1_000])
        time.sleep(0.5)
        half = len(data) // 2
        assert send(server, where, 0, data[:half]).headers["Upload-Offset"] == str(half)
        hanging.sendall(data[1_000:])  # the old one wakes up, and writes nothing
        assert hanging.recv(12) == b"HTTP/1.1 409"
    answer = send(server, where, half, data[half:])
    file = file_of(server, answer.headers["Gridloop-File-Id"])
    assert file["source_sha256"] == hashlib.sha256(data).hexdigest()


@pytest.mark.slow
def test_twenty_at_once_write_every_byte_once(server: Server) -> None:
    data = made.jpeg(1_200, 800)
    where = announce(server, len(data))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: send(server, where, 0, data), range(20)))
    assert {answer.status_code for answer in answers} <= {204, 409, 410, 503}
    assert [answer.status_code for answer in answers].count(204) >= 1
    told = httpx.get(f"{server.url}{where}", headers=server.headers).json()
    assert (told["state"], told["received"]) == ("finished", len(data))
    assert file_of(server, told["file_id"])["source_sha256"] == hashlib.sha256(data).hexdigest()


def announce(server: Server, length: int) -> str:
    answer = httpx.post(f"{server.url}/v1/uploads", headers={**server.headers, "Upload-Length": str(length)})
    assert answer.status_code == 201
    return answer.headers["Location"]


def send(server: Server, where: str, offset: int, data: bytes) -> httpx.Response:
    headers = {**server.headers, "Upload-Offset": str(offset), "Content-Type": TYPE}
    return httpx.patch(f"{server.url}{where}", headers=headers, content=data, timeout=30)


def raw_patch(server: Server, where: str, offset: int, length: int) -> bytes:
    lines = [
        f"PATCH {where} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Content-Length: {length}",
        f"Content-Type: {TYPE}", f"Upload-Offset: {offset}",
        *(f"{name}: {value}" for name, value in server.headers.items()),
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def offset_of(server: Server, where: str) -> int:
    return int(httpx.head(f"{server.url}{where}", headers=server.headers).headers["Upload-Offset"])

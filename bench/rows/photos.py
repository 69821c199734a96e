"""P14: a thousand photos brought in, beside the raw limit: decode, encode, thumbnail, two flushed writes.

The limit does the same work on the same pixels with the same library in as many threads as the program allows itself,
and nothing else: no HTTP, no sign-in, no row, no sealing, no digests.
"""

import http.client
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from PIL import Image
from sqlalchemy import text

from api.identity.service import open_session
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from bench.measuring import Check, Figure, Report
from bench.rows.row import Bench, Row
from bench.running import Api

PHOTOS, KINDS, SENDERS, PEOPLE, DECODERS = 1_000, 10, 8, 64, 2
SIZE = (1_600, 1_200)
TARGET = 0.6
_PEOPLE = text("SELECT id, station_id FROM people WHERE status = 'active' ORDER BY id LIMIT :count")


def measure(bench: Bench) -> Report:
    """Program and limit in turn, a share of the photos in each round."""
    photos, each = make_photos(), PHOTOS // bench.rounds
    tokens = _sign_in(bench)
    depot, raw = bench.folder / "depot", bench.folder / "raw"
    raw.mkdir()
    more = {"GRIDLOOP_FILES_DIR": str(depot), "GRIDLOOP_FILES_PERSON_DAILY": "1000000"}
    rates: dict[str, list[float]] = {"program": [], "limit": []}
    waits: list[float] = []
    with Api(bench.environment(**more, GRIDLOOP_FILES_PERSON_DAILY_MB="1000000"), bench.folder) as api:
        _send_all(api.port, tokens, photos, SENDERS * 2)
        for _ in range(bench.rounds):
            started = time.perf_counter()
            waits += _send_all(api.port, tokens, photos, each)
            rates["program"].append(each / (time.perf_counter() - started))
            rates["limit"].append(_limit(raw, photos, each))
    return _report(rates, waits, photos)


def make_photos() -> list[bytes]:
    """Photos as heavy as real ones: coarse noise has about a photo's detail."""
    made = []
    for _ in range(KINDS):
        image = Image.frombytes("RGB", (400, 300), os.urandom(400 * 300 * 3)).resize(SIZE)
        out = BytesIO()
        image.save(out, "JPEG", quality=88)
        made.append(out.getvalue())
    return made


def _sign_in(bench: Bench) -> list[str]:
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        people = ctx.session.execute(_PEOPLE, {"count": PEOPLE}).all()
    tokens = []
    for person in people:
        with bench.app.app_context(), unit_of_work(Actor("system", station_id=person.station_id)) as ctx:
            tokens.append(open_session(ctx, person_id=person.id, method="code").access_token)
    return tokens


def _send_all(port: int, tokens: list[str], photos: list[bytes], count: int) -> list[float]:
    work = iter(list(islice(cycle(photos), count)))
    lock, waits = threading.Lock(), list[float]()

    # By many people: one alone is held to a pace.
    turns = cycle(tokens)

    def send(_: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                data, token = next(work, None), next(turns)
            if data is None:
                connection.close()
                return
            started = time.perf_counter()
            connection.request("POST", "/v1/files", _form(data), _headers(token))
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 201:
                raise SystemExit(f"a photo was answered {answer.status}: {body[:300]!r}")
            waits.append(time.perf_counter() - started)

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(SENDERS)))
    return waits


def _form(data: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return head + data + b"\r\n--x--\r\n"


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "multipart/form-data; boundary=x",
        "Idempotency-Key": os.urandom(8).hex(),
    }


def _limit(folder: Path, photos: list[bytes], count: int) -> float:
    work = list(enumerate(islice(cycle(photos), count)))

    def develop(item: tuple[int, bytes]) -> None:
        number, data = item
        image = Image.open(BytesIO(data))
        image.load()
        small = image.copy()
        small.thumbnail((320, 320))
        for name, picture, quality in ((f"{number}", image, 85), (f"{number}s", small, 75)):
            with (folder / name).open("wb") as file:
                picture.save(file, "JPEG", quality=quality)
                file.flush()
                os.fsync(file.fileno())

    started = time.perf_counter()
    with ThreadPoolExecutor(DECODERS) as pool:
        list(pool.map(develop, work))
    return count / (time.perf_counter() - started)


def _report(rates: dict[str, list[float]], waits: list[float], photos: list[bytes]) -> Report:
    ratios = tuple(program / limit for program, limit in zip(rates["program"], rates["limit"], strict=True))
    ordered = sorted(waits)
    figures = [
        Figure("photos kept per second", "1/s", tuple(rates["program"])),
        Figure("raw limit, photos per second", "1/s", tuple(rates["limit"])),
        Figure("program / limit", "ratio", ratios),
        Figure("one photo, p50 of all", "ms", (ordered[len(ordered) // 2] * 1_000,)),
        Figure("one photo, p99 of all", "ms", (ordered[int(len(ordered) * 0.99)] * 1_000,)),
    ]
    reached = statistics.median(ratios)
    checks = [Check(f">= {TARGET:g} of the raw limit", f"{reached:.2f}", reached >= TARGET)]
    size = sum(len(photo) for photo in photos) / len(photos) / 1_000
    notes = [
        f"{PHOTOS:,} photos of {SIZE[0]} x {SIZE[1]}, {size:.0f} kB each, {SENDERS} senders at once, one request each.",
        "Senders, server and database share the machine's cores; the limit has them to itself.",
    ]
    return Report(figures, checks, notes)


ROW = Row("P14", "a thousand photos: received, made anew, sealed, recorded", measure)

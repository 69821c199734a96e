"""S21: bodies that are small on the wire and large inside: refused or measured before anything is inflated."""

import bz2
import gc
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from api.identity.types import Role
from tests.attacks.arena import Arena, Route
from tests.attacks.hooks import REPORTS
from tests.attacks.ledger import LONG, count
from tests.builders import files as made
from tests.grids.test_sheets import BOOK, _same, repacked

MB = 1024 * 1024
LARGE = (1024 if LONG else 64) * MB
MOST_MB = 60.0


def zeros_gzipped(size: int) -> bytes:
    """A thousand to one."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b"0" * MB) for _ in range(size // MB)) + packer.flush()


BOMB = zeros_gzipped(LARGE)
ENCODED: dict[str, bytes] = {
    "gzip": BOMB,
    "x-gzip": BOMB,
    "GZIP": BOMB,
    "deflate": zlib.compress(b"[" * MB),
    "br": b"\x1b\xff\xff\xff",
    "zstd": b"\x28\xb5\x2f\xfd",
    "gzip, gzip": gzip.compress(BOMB),
    "identity, gzip": BOMB,
    "compress": b"\x1f\x9d",
}


@pytest.fixture(scope="module")
def headers(arena: Arena) -> dict[str, str]:
    return arena.person(*Role)


def grown_by(what: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and by how many megabytes the process grew meanwhile at most."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before = memory("VmRSS")
    return what(), (memory("VmHWM") - before) / 1024


def memory(name: str) -> int:
    """A line of the kernel's account of this process, in kilobytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def test_no_route_takes_a_compressed_body(arena: Arena, routes: list[Route], headers) -> None:
    """Every writing route, and the doors that need no sign-in: one encoding at each, all of them at one."""
    writing = [route for route in routes if route.method in {"POST", "PUT", "PATCH"}]

    def send_all() -> list[str]:
        taken = []
        for number, route in enumerate(writing):
            name = list(ENCODED)[number % len(ENCODED)]
            how = {"data": ENCODED[name], "content_type": "application/json"}
            status = arena.send_for_good(route, {**headers, "Content-Encoding": name}, **how).status_code
            if status != 415:
                taken.append(f"{route} {name}: {status}")
        for path in (
            "/v1/sign-in/code",
            "/v1/sign-in/password",
            "/v1/sign-in/refresh",
            REPORTS,
            "/webhooks/twilio/text",
        ):
            for name, body in ENCODED.items():
                answer = arena.client.post(
                    path, data=body, headers={"Content-Encoding": name}, content_type="application/json"
                )
                if answer.status_code != 415:
                    taken.append(f"{path} {name}: {answer.status_code}")
        return taken

    taken, grown = grown_by(send_all)
    cells = len(writing) + 5 * len(ENCODED)
    count(
        "S21", f"compressed bodies of up to {LARGE // MB} MB inside", cells, cells - len(taken), grown=f"{grown:.0f} MB"
    )
    assert taken == []
    assert grown < MOST_MB


def test_what_is_sent_as_it_is_may_say_so(arena: Arena, headers) -> None:
    answer = arena.client.get("/v1/me", headers={**headers, "Content-Encoding": "identity"})
    assert answer.status_code == 200


def zipped(names: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in names.items():
            archive.writestr(name, body)
    return out.getvalue()


def nested_zip(depth: int) -> bytes:
    body = b"0" * MB
    for _ in range(depth):
        body = zipped({f"{n}.zip": body for n in range(4)})
    return body


def with_part(body: bytes, name: str = "xl/media/zeros.bin") -> bytes:
    return repacked(BOOK, _same, extra={name: body})


SHEETS = {
    "one part of 64 MB": with_part(b"\0" * 64 * MB),
    "a sheet of 64 MB": repacked(BOOK, lambda name, body: b" " * 64 * MB if "sheet1" in name else body),
    "three hundred parts": repacked(BOOK, _same, extra={f"xl/{n}.xml": b"x" for n in range(300)}),
    "zips in zips": nested_zip(4),
    "entities": repacked(
        BOOK, lambda name, body: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + body
    ),
    "gzip": BOMB[: 9 * MB],
    "bz2": bz2.compress(b"\0" * 64 * MB),
    "xz": lzma.compress(b"\0" * 64 * MB),
}
FILES = {
    "zip": zipped({"a": b"\0" * 64 * MB}),
    "gzip": BOMB[: 9 * MB],
    "png text": made.png_bomb(),
    **{f"{name} as paper": body for name, body in list(SHEETS.items())[3:]},
}


def upload(arena: Arena, headers, path: str, data: bytes, name: str, **form: str):
    part = FileStorage(io.BytesIO(data), name)
    boundary, body = encode_multipart({"file": part, **form})
    return arena.client.post(
        path, data=body, content_type=f"multipart/form-data; boundary={boundary}",
        headers={**headers, "Idempotency-Key": f"s21-{path}-{name}-{len(data)}"},
        environ_base={"REMOTE_ADDR": arena.address},
    )  # fmt: skip


def test_what_inflates_in_an_upload_is_measured_first(arena: Arena, headers) -> None:
    def send_all() -> dict[str, int]:
        statuses = {}
        for name, data in SHEETS.items():
            for path in ("/v1/roster/imports", "/v1/disputes/imports"):
                answer = upload(arena, headers, path, data, "sheet.xlsx", dry_run="true")
                statuses[f"{path} {name}"] = answer.status_code
        for name, data in FILES.items():
            for purpose in ("photo", "paper"):
                statuses[f"{purpose} {name}"] = upload(
                    arena, headers, "/v1/files", data, f"{name}.pdf", purpose=purpose
                ).status_code
        return statuses

    statuses, grown = grown_by(send_all)
    met = sum(status in {413, 422} for status in statuses.values())
    count("S21", "uploads that inflate", len(statuses), met, grown=f"{grown:.0f} MB")
    assert met == len(statuses), statuses
    assert grown < MOST_MB

"""S19, S20: bombs, polyglots, disguises and floods among files; what is kept holds nothing but pixels."""

import resource
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from api.files.gateways.depot import DepotOrder, depot
from api.files.rules.sniffing import MOST_PIXELS
from api.files.types import Limits, Variant
from tests.attacks.arena import Arena
from tests.builders import files as made
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session

ZIP = b"PK\x03\x04" + b"\0" * 26 + b"evil.txt" + b"payload" + b"PK\x05\x06" + b"\0" * 18
SCRIPT = b"<script>alert(document.cookie)</script>"
MOST_MB = 400


@pytest.fixture
def headers(arena: Arena) -> dict[str, str]:
    return bearer(open_session(arena.ctx, enroll(arena.ctx, station_id=make_station(arena.ctx))))


@pytest.fixture
def depot_with(tmp_path) -> Iterator:
    before = depot._order
    yield lambda **limits: depot.load(DepotOrder(tmp_path, Limits(**limits)))
    depot.load(before)


def send(arena: Arena, headers, data: bytes, *, name="photo.jpg", purpose="photo", key="k"):
    # Encoded here: the client would leave a large form's temporary file behind.
    part = FileStorage(BytesIO(data), name, content_type="image/jpeg")
    boundary, body = encode_multipart({"file": part, "purpose": purpose})
    return arena.client.post(
        "/v1/files",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={**headers, "Idempotency-Key": key},
        environ_base={"REMOTE_ADDR": arena.address},
    )


def kept(arena: Arena, headers, answer, variant=Variant.FULL) -> bytes:
    links = arena.client.get(f"/v1/files/{answer.json['id']}", headers=headers).json["links"]
    return arena.client.get(links[variant]).data


def webp_canvas(side: int) -> bytes:
    """A WebP that claims a huge animated canvas: some decoders reserve all of it when they open the file."""
    body = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + (side - 1).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header says otherwise."""
    data = bytearray(made.jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def png_claiming(side: int) -> bytes:
    """Nothing but a header."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + made._chunk(b"IHDR", header)


def heic_claiming(side: int) -> bytes:
    """Nothing but a size."""
    size = b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", side, side)
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + size


def png_text_bomb() -> bytes:
    """A small PNG with a compressed text of 200 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(200)) + packer.flush()
    plain = made.encoded(made.picture(), "PNG")
    return plain[:33] + made._chunk(b"zTXt", b"Comment\0\0" + text) + plain[33:]


def frames(count: int) -> bytes:
    """An animated PNG: only its first picture is anybody's business."""
    pictures = [made.picture(200, 200) for _ in range(count)]
    return made.encoded(pictures[0], "PNG", save_all=True, append_images=pictures[1:])


BOMBS = {
    "png 20k x 20k": made.png_bomb(),
    "png 5001 x 5000": made.png_bomb(5_001, 5_000),
    "png 0 x 0": made.png_bomb(0, 0),
    "png 2^31": png_claiming(2**31 - 1),
    "webp canvas": webp_canvas(16_383),
    "jpeg 65k x 65k": jpeg_claiming(65_500, 65_500),
    "heic 60k x 60k": heic_claiming(60_000),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_unpacked(arena: Arena, headers, name: str) -> None:
    assert len(BOMBS[name]) < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = send(arena, headers, BOMBS[name])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (answer.status_code, answer.json["code"]) in {(422, "image_too_large"), (422, "image_unreadable")}
    assert grown < 50, f"{grown:.0f} MB"


def test_the_largest_image_taken_fits_into_memory_and_time(arena: Arena, headers) -> None:
    """25 megapixels exactly; the dearest thing anybody can send."""
    data = made.png_bomb(5_000, 5_000, deep=True)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    answer = send(arena, headers, data)
    seconds, grown = time.perf_counter() - started, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\nS19: {MOST_PIXELS / 1e6:.0f} Mpx from {len(data) / 1e3:.0f} kB: {seconds:.2f} s, {grown:.0f} MB")
    assert answer.status_code == 201
    assert grown < MOST_MB


@pytest.mark.parametrize("name", ["text", "frames", "trailing gigabyte of nothing"])
def test_what_hides_in_an_honest_image_does_not_go_off(arena: Arena, headers, name: str) -> None:
    data = {
        "text": png_text_bomb(),
        "frames": frames(60),
        "trailing gigabyte of nothing": made.jpeg() + b"\0" * 5_000_000,
    }[name]
    started = time.perf_counter()
    answer = send(arena, headers, data)
    assert answer.status_code in {201, 422}
    assert time.perf_counter() - started < 3.0
    if answer.status_code == 201:
        assert len(kept(arena, headers, answer)) < 200_000


POLYGLOTS = {
    "jpeg and zip": made.jpeg() + ZIP,
    "jpeg and html": made.encoded(made.picture(), comment=SCRIPT),
    "png and html": made.encoded(made.picture(), "PNG") + SCRIPT,
    "png and php": made.annotated_png() + b"<?php system($_GET[0]); ?>",
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_of_a_polyglot_only_the_picture_is_kept(arena: Arena, headers, name: str) -> None:
    answer = send(arena, headers, POLYGLOTS[name], name="photo.php")
    assert answer.status_code == 201
    for variant in Variant:
        copy = kept(arena, headers, answer, variant)
        assert not [mark for mark in (b"PK\x03\x04", b"<script", b"<?php", made.SERIAL.encode()) if mark in copy]
        with Image.open(BytesIO(copy)) as image:
            assert image.size == (64, 48)


@pytest.mark.parametrize(
    ("data", "name", "purpose"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "photo"),
        (b"<?xml version='1.0'?><svg/>", "photo.png", "photo"),
        (b"<!doctype html>" + SCRIPT, "photo.jpg", "photo"),
        (b"\xef\xbb\xbf<svg/>", "photo.jpg", "paper"),
        (b"MZ" + b"\0" * 300, "photo.jpg", "photo"),
        (b"\x7fELF" + b"\0" * 300, "paper.pdf", "paper"),
        (ZIP, "paper.docx", "paper"),
        (b"GIF89a" + b"\0" * 30, "a.gif", "photo"),
        (b"II*\0" + b"\0" * 30, "a.tiff", "photo"),
        (b"%!PS-Adobe-3.0\n(x) show", "a.jpg", "photo"),
        (b"\0" * 100, "a.jpg", "photo"),
        (b" " + made.pdf(), "paper.pdf", "paper"),
        (made.pdf() + ZIP, "paper.pdf", "paper"),
        (made.pdf(b"/OpenAction << /S /JavaScript /JS (1) >>"), "paper.pdf", "paper"),
        (made.pdf(b"/OpenAction << /S /J#61vaScript >>"), "paper.pdf", "paper"),
    ],
)
def test_disguises_are_refused_whatever_they_are_called(arena: Arena, headers, data, name, purpose) -> None:
    answer = send(arena, headers, data, name=name, purpose=purpose)
    assert answer.status_code == 422
    assert answer.json["code"] in {"file_type_refused", "document_refused"}


def test_a_wrong_name_makes_an_image_nothing_else(arena: Arena, headers) -> None:
    answer = send(arena, headers, made.encoded(made.picture(), "PNG"), name="page.html")
    assert answer.json["media_type"] == "image/png"
    link = arena.client.get(f"/v1/files/{answer.json['id']}", headers=headers).json["links"]["full"]
    got = arena.client.get(link)
    assert (got.content_type, got.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert got.headers["Content-Disposition"] == f'inline; filename="{answer.json["id"]}.png"'


def test_a_flood_ends_at_the_quota(arena: Arena, headers, depot_with) -> None:
    """10,000 files are what S19 asks; the quota is a number, and 30 show that it holds."""
    depot_with(person_daily_files=20)
    answers = [send(arena, headers, made.jpeg(16, 16), key=f"k{n}") for n in range(30)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 10
    assert int(answers[-1].headers["Retry-After"]) > 80_000


def test_many_large_ones_at_once_do_not_multiply_the_memory() -> None:
    """Decoding waits for room: eight at once cost about what two do."""
    from api.files.rules.sniffing import examine
    from api.files.service.images import develop
    from api.files.types import Purpose

    data = made.png_bomb(4_000, 4_000, deep=True)
    found = examine(data, Purpose.PHOTO)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    threads = [threading.Thread(target=develop, args=(data, found)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MOST_MB, f"{grown:.0f} MB"


def test_a_photo_keeps_no_trace_of_who_took_it(arena: Arena, headers) -> None:
    answer = send(arena, headers, made.photographed())
    for variant in Variant:
        copy = kept(arena, headers, answer, variant)
        assert not [mark for mark in (made.SERIAL.encode(), b"Phone 12", b"Exif", b"2026:10:05") if mark in copy]

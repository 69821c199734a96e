"""S20: what a photo tells of who took it, where, and with what: none of it is in any copy that is shown."""

import struct
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import text

from api.files.types import Variant
from api.identity.types import Role
from tests.attacks.arena import Arena
from tests.attacks.ledger import count
from tests.attacks.test_s19_images import kept, send
from tests.builders import files as made

THUMB = b"small picture inside " + made.SERIAL.encode()
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>{made.LAT}</exif:GPSLatitude></x:xmpmeta>".encode()
# Each would give something away if it were found in a copy.
TRACES = (
    made.SERIAL.encode(), b"Phone 12", b"Exif\0\0", b"eXIf", b"GPS", b"2026:10:05", b"xmpmeta", b"http://ns.adobe.com",
    b"Photoshop", b"tEXt", b"iTXt", b"zTXt", b"8BIM", THUMB, str(made.LAT).encode(), str(made.LON).encode(),
)  # fmt: skip


def segment(kind: int, body: bytes) -> bytes:
    """One marker segment of a JPEG."""
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def with_segments(*segments: bytes) -> bytes:
    plain = made.jpeg()
    return plain[:2] + b"".join(segments) + plain[2:]


def small_inside() -> bytes:
    """A JPEG whose EXIF holds a small picture of its own, with a comment in that."""
    inner = made.encoded(made.picture(16, 12), comment=THUMB)
    directory = (
        struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 44) + struct.pack("<HHII", 0x0202, 4, 1, len(inner))
    )
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HI", 0, 14) + directory + struct.pack("<I", 0)
    return with_segments(segment(0xE1, b"Exif\0\0" + tiff + inner))


def with_exif(form: str) -> bytes:
    exif = Image.Exif()
    exif[0x0110], exif[0x0131] = "Phone 12", made.SERIAL
    satellite = exif.get_ifd(0x8825)
    satellite[1], satellite[2], satellite[3], satellite[4] = "N", (29.0, 42.0, 11.16), "E", (107.0, 23.0, 22.2)
    return made.encoded(made.picture(), form, exif=exif)


# Made when they are needed: the library that writes HEIC is registered by the code under test.
PHOTOS = {
    "a phone's jpeg": lambda: made.photographed(),
    "a small picture inside": lambda: small_inside(),
    "xmp": lambda: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "iptc": lambda: with_segments(segment(0xED, b"Photoshop 3.0\x008BIM" + made.SERIAL.encode())),
    "comments": lambda: with_segments(segment(0xFE, THUMB), segment(0xEF, THUMB)),
    "after the end": lambda: made.jpeg() + THUMB,
    "texts in a png": lambda: made.annotated_png(),
    "exif in a png": lambda: with_exif("PNG"),
    "exif in a webp": lambda: with_exif("WEBP"),
    "exif in a heic": lambda: with_exif("HEIF"),
}


@pytest.fixture(scope="module")
def headers(arena: Arena) -> dict[str, str]:
    return arena.person(Role.VOLUNTEER)


@pytest.mark.parametrize("name", PHOTOS)
def test_the_photo_tells_something_and_no_copy_does(arena: Arena, headers, name: str) -> None:
    source = PHOTOS[name]()
    assert [trace for trace in TRACES if trace in source], "nothing to strip proves nothing"
    answer = send(arena, headers, source, key=f"s20-{name}")
    assert answer.status_code == 201, answer.json
    told = []
    for variant in Variant:
        copy = kept(arena, headers, answer, variant)
        told += [(variant, trace) for trace in TRACES if trace in copy]
        with Image.open(BytesIO(copy)) as image:
            told += [
                (variant, key) for key in ("exif", "xmp", "comment", "icc_profile", "photoshop") if key in image.info
            ]
            assert dict(image.getexif()) == {}
    count("S20", f"{name}: traces looked for in {len(Variant)} copies", len(Variant) * len(TRACES), found=len(told))
    assert told == []


def test_where_it_was_taken_is_kept_sealed_and_told_to_nobody_else(arena: Arena, headers) -> None:
    answer = send(arena, headers, made.photographed(), key="s20-sealed")
    sealed = arena.ctx.session.scalar(text("SELECT capture FROM files WHERE id = :id"), {"id": answer.json["id"]})
    shown = arena.client.get(f"/v1/files/{answer.json['id']}", headers=arena.person(Role.SUPERVISOR)).status_code
    count("S20", "place and hour of a photo nobody has been given yet", 2)
    assert str(made.LAT).encode() not in bytes(sealed)
    assert b"2026-10" not in bytes(sealed)
    assert shown == 404

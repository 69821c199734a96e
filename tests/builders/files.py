"""Images and papers of every kind, made here: nobody's photo is in the repository."""

import struct
import zlib
from io import BytesIO
from uuid import UUID

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from api.files.service import keep_file
from api.files.types import NewFile, Purpose, StoredFile
from api.plumbing.context import Ctx

SERIAL = "SN-4711-0815"
LAT, LON = 29.7031, 107.3895


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A gradient: no two corners are alike, so that a turned or mirrored copy shows."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 255 // width, y * 255 // height, 90) for y in range(height) for x in range(width)])
    image = image.convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    return image


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The bytes of an image file."""
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpeg(width: int = 64, height: int = 48) -> bytes:
    """A plain photo."""
    return encoded(picture(width, height))


def photographed(orientation: int = 1, *, offset: str | None = "+08:00", taken: str = "2026:10:05 14:30:00") -> bytes:
    """A photo as a phone makes it: with its place, hour, serial number and a comment."""
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "Phone 12", orientation
    camera = exif.get_ifd(0x8769)
    camera[0x9003] = taken
    camera[0xA431] = SERIAL
    if offset:
        camera[0x9011] = offset
    satellite = exif.get_ifd(0x8825)
    satellite[1], satellite[2] = "N", (29.0, 42.0, 11.16)
    satellite[3], satellite[4] = "E", (107.0, 23.0, 22.2)
    return encoded(picture(), exif=exif, comment=SERIAL.encode())


def annotated_png() -> bytes:
    """A PNG with texts in it."""
    info = PngInfo()
    info.add_text("Author", SERIAL)
    info.add_itxt("Location", f"{LAT},{LON} {SERIAL}")
    return encoded(picture(), "PNG", pnginfo=info)


def png_bomb(width: int = 20_000, height: int = 20_000, *, deep: bool = False) -> bytes:
    """One colour without end, in a few hundred kilobytes; `deep` is four bytes for every pixel."""
    row = b"\0" * (1 + (4 * width if deep else (width + 7) // 8))
    packer = zlib.compressobj(9 if not deep else 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8 if deep else 1, 6 if deep else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def pdf(extra: bytes = b"", trailer: bytes = b"") -> bytes:
    """The smallest PDF that has a page; `extra` stands in its catalogue."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + table + b"trailer << /Size 4 /Root 1 0 R " + trailer + b" >>\n"
    return body + b"startxref\n%d\n%%%%EOF\n" % start


def keep(ctx: Ctx, data: bytes | None = None, *, purpose: Purpose = Purpose.PHOTO, **how: object) -> StoredFile:
    """A file that is kept."""
    return keep_file(ctx, NewFile(data or jpeg(), purpose=purpose, **how))  # type: ignore[arg-type]


def upload_owner(person_id: UUID, station_id: UUID) -> dict[str, UUID]:
    """Who brought a file, for a context of the system."""
    return {"uploaded_by": person_id, "station_id": station_id}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

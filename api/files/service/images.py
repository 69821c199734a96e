"""Images made anew: decoded, turned upright, written again with nothing but pixels.

What was hidden in the file (device, place, thumbnails of what was cropped away, another file behind the image) does not
reach the copy, because the copy is written from the pixels alone.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from api.files.errors import ImageUnreadable
from api.files.rules.capture import read_capture
from api.files.rules.sniffing import check_pixels
from api.files.types import Capture, MediaType, Sniffed
from api.kernel.errors import DomainError
from api.kernel.later import import_later

if TYPE_CHECKING:
    from PIL import Image, ImageCms, ImageOps
else:
    Image, ImageCms, ImageOps = map(import_later, ("PIL.Image", "PIL.ImageCms", "PIL.ImageOps"))
pillow_heif = import_later("pillow_heif")

THUMBNAIL_PX = 320
# A photo as PNG takes seconds to write and ten times the room; screenshots and drawings are smaller than this.
MOST_PNG_PIXELS = 4_000_000
# 25 megapixels are 100 MB while they are worked on: a process does not take on more than two at once.
_ROOM = threading.BoundedSemaphore(2)
_FORMAT = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP", MediaType.HEIC: "HEIF"}
_EXIF, _GPS = 0x8769, 0x8825


@dataclass(frozen=True)
class Developed:
    """The copy, its thumbnail (JPEG), and what the camera had written about the moment."""

    data: bytes
    media_type: MediaType
    width: int
    height: int
    thumbnail: bytes
    capture: Capture


def develop(data: bytes, found: Sniffed) -> Developed:
    """Make the copy; raises ImageUnreadable for anything that cannot be decoded to the end."""
    with _ROOM:
        try:
            _learn_heif()
            return _develop(data, found)
        except DomainError:
            raise
        except Exception:
            # Decoders meet hostile bytes with every exception there is; to the sender they all mean the same.
            raise ImageUnreadable from None


def _develop(data: bytes, found: Sniffed) -> Developed:
    # Only the decoder of what the bytes were found to be: others would be attack surface for nothing.
    with Image.open(BytesIO(data), formats=[_FORMAT[found.media_type]]) as opened:
        check_pixels(*opened.size)  # the decoder's own reading of the header, before any pixel
        capture = _capture_of(opened)
        plain = _plain_pixels(_upright(opened))
    is_small = plain.width * plain.height <= MOST_PNG_PIXELS
    keeps_png = is_small and (found.media_type is MediaType.PNG or plain.mode == "RGBA")
    media_type = MediaType.PNG if keeps_png else MediaType.JPEG
    if not keeps_png:
        plain = _on_white(plain)
    small = _on_white(ImageOps.contain(plain, (THUMBNAIL_PX, THUMBNAIL_PX)) if _is_large(plain) else plain)
    return Developed(
        data=_write(plain, media_type, quality=85),
        media_type=media_type,
        width=plain.width,
        height=plain.height,
        thumbnail=_write(small, MediaType.JPEG, quality=75),
        capture=capture,
    )


def _is_large(image: Image.Image) -> bool:
    return max(image.size) > THUMBNAIL_PX


def _capture_of(image: Image.Image) -> Capture:
    try:
        exif = image.getexif()
        camera: Mapping[int, Any] = exif.get_ifd(_EXIF)
        satellite: Mapping[int, Any] = exif.get_ifd(_GPS)
        return read_capture(camera, satellite)
    except Exception:
        # A broken EXIF block makes a photo less of a proof, not less of a photo.
        return Capture()


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    with suppress(Exception):  # an orientation nobody understands leaves the photo as it lies
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _plain_pixels(image: Image.Image) -> Image.Image:
    icc = image.info.get("icc_profile")
    sees_through = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    mode = "RGBA" if sees_through else "L" if image.mode in {"1", "L"} else "RGB"
    plain = image if image.mode == mode else image.convert(mode)
    if icc and mode == "RGB":
        plain = _as_srgb(plain, icc)
    # Some writers copy comments, profiles and texts from here.
    plain.info = {}
    return plain


def _as_srgb(image: Image.Image, icc: bytes) -> Image.Image:
    # Phones photograph in a wider colour space; without its profile the copy would look washed out.
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        return ImageCms.profileToProfile(image, profile, _srgb(), outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


@cache
def _learn_heif() -> None:
    pillow_heif.register_heif_opener(thumbnails=False)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _write(image: Image.Image, media_type: MediaType, *, quality: int) -> bytes:
    out = BytesIO()
    if media_type is MediaType.PNG:
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=quality)
    return out.getvalue()

"""What bytes are, by their own first bytes; names and declared types are not asked.

An image's size is read from its header here, before any library that decodes sees it: some decoders reserve memory for
the whole canvas as soon as they open a file.
"""

from collections.abc import Callable

from api.files.errors import FileEmpty, FileTooLarge, FileTypeRefused, ImageTooLarge, ImageUnreadable
from api.files.types import MediaType, Purpose, Sniffed

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 25_000_000
TAKEN: dict[Purpose, frozenset[MediaType]] = {
    Purpose.PHOTO: frozenset(MediaType) - {MediaType.PDF},
    Purpose.PAPER: frozenset(MediaType),
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
# Start-of-frame markers of JPEG; C4, C8 and CC among them mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def examine(data: bytes, purpose: Purpose) -> Sniffed:
    """What the bytes are, when it is something this purpose takes; raises the refusal otherwise."""
    if not data:
        raise FileEmpty
    check_length(len(data))
    found = sniff(data)
    if found is None or found.media_type not in TAKEN[purpose]:
        raise FileTypeRefused
    if found.media_type is not MediaType.PDF:
        check_pixels(found.width, found.height)
    return found


def check_length(length: int) -> None:
    """Raise FileTooLarge over the limit."""
    if length > MOST_BYTES:
        raise FileTooLarge(most_mb=MOST_BYTES >> 20)


def check_pixels(width: int, height: int) -> None:
    """Raise ImageTooLarge over the limit, ImageUnreadable for an image without area."""
    if width <= 0 or height <= 0:
        raise ImageUnreadable
    if width * height > MOST_PIXELS:
        raise ImageTooLarge(megapixels=round(width * height / 1e6), most=MOST_PIXELS // 1_000_000)


def sniff(data: bytes) -> Sniffed | None:
    """The kind and claimed size of an image, or a PDF; None for everything else, SVG and HTML included."""
    for recognises, read, media_type in _KINDS:
        if recognises(data):
            width, height = read(data)
            return Sniffed(media_type, width, height)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return 0, 0
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _BARE_MARKERS:
            at += 2
        elif marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0


def _png_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return 0, 0


def _heic_size(data: bytes) -> tuple[int, int]:
    # The image, its tiles and its thumbnail each state a size; the largest is what decoding would need.
    sizes = [(0, 0)]
    at = data.find(b"ispe")
    while at >= 0 and len(sizes) < 100:
        sizes.append((int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])))
        at = data.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1])


def _no_size(data: bytes) -> tuple[int, int]:
    return 0, 0


_KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], tuple[int, int]], MediaType], ...] = (
    (lambda data: data.startswith(b"\xff\xd8\xff"), _jpeg_size, MediaType.JPEG),
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), _png_size, MediaType.PNG),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp_size, MediaType.WEBP),
    (lambda data: data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS, _heic_size, MediaType.HEIC),
    # Readers tolerate rubbish before the header; we do not, or the file could be something else as well.
    (lambda data: data.startswith(b"%PDF-"), _no_size, MediaType.PDF),
)

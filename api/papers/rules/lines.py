"""Breaking text into lines as Chinese is set: anywhere between characters, except where punctuation forbids it.

Closing marks never begin a line and opening ones never end it; a Latin word or a number stays whole; dashes and
ellipses of two are not taken apart.
"""

import unicodedata
from collections.abc import Iterator

from api.papers.types import Line, Measure

NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕〗｝］”’…—～·％‰℃,.;:?!)]}%°¢々ー")
NEVER_LAST = frozenset("（《〈「『【〔〖｛［“‘￥＄£¥$([{#№")
_ZERO = {0x200B, 0xFEFF, 0x00AD}


def clean(text: str) -> str:
    """Without what cannot be printed: controls, and marks that only exist for screens."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(
        letter
        for letter in unicodedata.normalize("NFC", text)
        if letter == "\n" or (unicodedata.category(letter) not in {"Cc", "Cf", "Cs"} and ord(letter) not in _ZERO)
    )


def break_lines(text: str, measure: Measure, size: float, width: float, *, indent: float = 0.0) -> list[Line]:
    """The lines of a text in `width` millimetres; each paragraph's first line is `indent` narrower."""
    lines: list[Line] = []
    for paragraph in clean(text).split("\n"):
        lines += _break_paragraph(paragraph, measure, size, width, indent)
    return lines


def _break_paragraph(text: str, measure: Measure, size: float, width: float, indent: float) -> list[Line]:
    lines: list[Line] = []
    line, filled, room = "", 0.0, width - indent
    for piece in _clusters(text):
        for part in _fitting(piece, measure, size, width):
            wide = measure(part, size)
            # A space that falls on the edge hangs over it; it is not seen.
            if line and filled + measure(part.rstrip(" "), size) > room + 1e-6:
                lines.append(_line(line, measure, size, ends=False))
                line, filled, room = "", 0.0, width
                part = part.lstrip(" ")
                wide = measure(part, size)
            line, filled = line + part, filled + wide
    lines.append(_line(line, measure, size, ends=True))
    return lines


def _line(text: str, measure: Measure, size: float, *, ends: bool) -> Line:
    text = text.rstrip(" ")
    return Line(text, measure(text, size), ends)


def _clusters(text: str) -> Iterator[str]:
    """The pieces between which a line may be broken."""
    held = ""
    for piece in _words(text):
        if held and not _may_break(held, piece):
            held += piece
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _may_break(before: str, after: str) -> bool:
    return before[-1] not in NEVER_LAST and after[0] not in NEVER_FIRST and after[0] != " "


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        if is_wide(letter) or letter == " ":
            if word:
                yield word
            word = ""
            yield letter
        else:
            word += letter
    if word:
        yield word


def _fitting(piece: str, measure: Measure, size: float, width: float) -> Iterator[str]:
    """The piece, cut where it must be: an address line of 200 characters without a gap has to go somewhere."""
    if measure(piece, size) <= width:
        yield piece
        return
    part = ""
    for letter in piece:
        if part and measure(part + letter, size) > width:
            yield part
            part = ""
        part += letter
    yield part


def is_wide(letter: str) -> bool:
    """Whether a character is set as Chinese is: full width, a break allowed on either side."""
    return unicodedata.east_asian_width(letter) in {"W", "F"} or letter in "“”‘’…—·"

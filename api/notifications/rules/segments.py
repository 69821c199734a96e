"""How many parts a text message is billed and carried as."""

# GSM 03.38: the default alphabet, and the characters that cost two because they are escaped.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
GSM_SINGLE, GSM_PART = 160, 153
UCS_SINGLE, UCS_PART = 70, 67


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM alphabet; one that is not makes the whole text UCS-2."""
    return all(letter in _BASIC or letter in _ESCAPED for letter in text)


def count_segments(text: str) -> int:
    """Parts of `text`: 160 or 153 septets each in GSM-7, 70 or 67 UTF-16 units each otherwise; an empty text is one."""
    if is_gsm(text):
        return _parts([2 if letter in _ESCAPED else 1 for letter in text], GSM_SINGLE, GSM_PART)
    return _parts([2 if ord(letter) > 0xFFFF else 1 for letter in text], UCS_SINGLE, UCS_PART)


def _parts(widths: list[int], single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        # An escaped character or a surrogate pair is never cut in two: it opens the next part.
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts

"""How many parts an SMS takes. Pure."""

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = "^{}\\[~]|€"


def count_segments(body: str) -> int:
    """Parts of 160/153 septets in GSM-7, or of 70/67 UTF-16 units otherwise."""
    if all(character in _GSM or character in _GSM_ESCAPED for character in body):
        septets = sum(2 if character in _GSM_ESCAPED else 1 for character in body)
        return _parts(septets, 160, 153)
    return _parts(len(body.encode("utf-16-le")) // 2, 70, 67)


def _parts(units: int, single: int, each: int) -> int:
    return 1 if units <= single else -(-units // each)

"""Identifiers: UUIDv7 for rows, short spoken references for people on the radio."""

from uuid import UUID

# Crockford's base 32: no I, L, O, U, so that a reference survives being read aloud and typed.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7(unix_ms: int, random: bytes) -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, then 74 bits taken from 10 random bytes."""
    value = (unix_ms & ((1 << 48) - 1)) << 80 | int.from_bytes(random[:10], "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def public_ref(random: bytes) -> str:
    """Seven characters in two groups (`7K3-9QX2`) from 5 random bytes: 35 bits, unique per station by constraint."""
    number = int.from_bytes(random[:5], "big")
    letters = "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, 35, 5))
    return f"{letters[:3]}-{letters[3:]}"

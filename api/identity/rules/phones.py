"""Telephone numbers: what people type becomes E.164, and says whether it can receive an SMS."""

from collections.abc import Iterable

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from api.identity.errors import PhoneUnusable
from api.identity.types import Phone, PhoneKind

HOME = 86
LONGEST = 32
# Carriers hand numbers out in blocks of this many last digits.
_BLOCK = 4
_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
}


class Countries:
    """The calling codes people may be enrolled with, set once by `create_app`.

    A number outside the list is refused when it is enrolled, so no code can ever be sent there for somebody's profit.
    """

    def __init__(self) -> None:
        self.codes = frozenset({HOME})

    def load(self, codes: Iterable[int]) -> None:
        """Install the list."""
        self.codes = frozenset(codes)


countries = Countries()


def parse_phone(raw: str) -> Phone:
    """The E.164 number and kind of what was typed (`138 1234 5678`, `023-72223333`, `+86...`); raises PhoneUnusable.

    Premium, toll-free and short numbers are refused: nobody lives behind them.
    """
    # Letters would be read as keys of a telephone (`1381234ABCD`), and words around a number be dropped silently.
    if len(raw) > LONGEST or any(sign.isalpha() or not (sign.isprintable() or sign.isspace()) for sign in raw):
        raise PhoneUnusable
    try:
        number = phonenumbers.parse(raw, "CN")
    except NumberParseException:
        raise PhoneUnusable from None
    kind = _KINDS.get(phonenumbers.number_type(number))
    if kind is None or number.country_code not in countries.codes:
        raise PhoneUnusable
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), kind)


def segment_of(e164: str) -> str:
    """The block of ten thousand numbers a number belongs to."""
    return e164[:-_BLOCK]

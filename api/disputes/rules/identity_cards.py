"""The 18 digits of a resident's identity card (GB 11643): a check digit, and the day of birth."""

import re
from datetime import date

IDENTITY_CARD = "111"
_FORM = re.compile(r"\d{17}[\dX]")
_FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FULL_AGE = 18


def is_identity_number(number: str) -> bool:
    """Whether the number could be a card's: its form, its check digit, and a day of birth that exists."""
    if not _FORM.fullmatch(number) or birthday_in(number) is None:
        return False
    total = sum(int(digit) * factor for digit, factor in zip(number, _FACTORS, strict=False))
    return _CHECKS[total % 11] == number[17]


def birthday_in(number: str) -> date | None:
    """The day of birth a card's number holds."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_minor(born_on: date, today: date) -> bool:
    """Whether somebody born then is not of age yet. Born on 29 February, they are on 1 March."""
    return (today.year - born_on.year, today.month, today.day) < (_FULL_AGE, born_on.month, born_on.day)

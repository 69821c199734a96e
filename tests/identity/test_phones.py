"""What counts as a number, and as which kind."""

import time

import pytest

from api.identity.errors import PhoneUnusable
from api.identity.rules import parse_phone
from api.identity.types import Phone, PhoneKind

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("typed", "e164", "kind"),
    [
        ("13812345678", "+8613812345678", PhoneKind.MOBILE),
        ("199 1234 5678", "+8619912345678", PhoneKind.MOBILE),
        ("+86 170-1234-5678", "+8617012345678", PhoneKind.MOBILE),
        ("023-72223333", "+862372223333", PhoneKind.LANDLINE),
        ("１３８１２３４５６７８", "+8613812345678", PhoneKind.MOBILE),
    ],
)
def test_what_people_type_becomes_one_number(typed: str, e164: str, kind: PhoneKind) -> None:
    assert parse_phone(typed) == Phone(e164, kind)


@pytest.mark.parametrize(
    "typed",
    ["", "110", "1381234567", "23812345678", "abc", "+85261234567", "+15005550006", "400-800-1234", "13812345678;ext=5",
     "+8613812345678\x00", "1381234ABCD", "电话13812345678", "1" * 33],
)  # fmt: skip
def test_what_is_no_persons_number_here_is_refused(typed: str) -> None:
    with pytest.raises(PhoneUnusable):
        parse_phone(typed)


@pytest.mark.parametrize("typed", ["1" * 100_000, "+" * 100_000, "(" * 32, "-1" * 16, "１" * 100_000])
def test_a_hostile_number_costs_nothing(typed: str) -> None:
    started = time.perf_counter()
    with pytest.raises(PhoneUnusable):
        parse_phone(typed)
    assert time.perf_counter() - started < 0.05

"""Enough to recognise somebody, too little to know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kernel.masking import mask_name, mask_phone

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613812345678", "138****5678"),
        ("+862372223333", "***********33"),
        ("+436641234567", "***********67"),
        ("", ""),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("王小明", "王**"), ("Ann Lee", "A******"), ("王", "王"), ("", "")])
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_at_most_seven_digits_of_a_number_are_shown(phone: str) -> None:
    assert sum(letter.isdigit() for letter in mask_phone(phone)) <= 7


@given(st.text(min_size=2))
def test_of_a_name_only_the_first_letter_is_shown(name: str) -> None:
    assert mask_name(name)[1:] == "*" * (len(name) - 1)

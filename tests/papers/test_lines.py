"""Lines are broken as Chinese is set."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.papers.rules.lines import NEVER_FIRST, NEVER_LAST, break_lines, clean, is_wide

pytestmark = pytest.mark.unit


def measure(text: str, size: float) -> float:
    """Chinese characters one unit wide, the others half."""
    return sum(1.0 if is_wide(letter) else 0.5 for letter in text)


def broken(text: str, width: float = 10, indent: float = 0) -> list[str]:
    return [line.text for line in break_lines(text, measure, 12, width, indent=indent)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六七八九十甲乙", ["一二三四五六七八九十", "甲乙"]),
        # A full stop does not begin a line: the character before it comes along.
        ("一二三四五六七八九十。甲", ["一二三四五六七八九", "十。甲"]),
        ("一二三四五六七八“十甲”。乙", ["一二三四五六七八“十", "甲”。乙"]),
        # An opening bracket does not end one.
        ("一二三四五六七八九（十）", ["一二三四五六七八九", "（十）"]),
        ("一二三四五六七八九——十", ["一二三四五六七八", "九——十"]),
        ("一二三四五六七八九……", ["一二三四五六七八", "九……"]),
        # A word or a number stays whole.
        ("一二三四五六七 agreement 八", ["一二三四五六七", "agreement 八"]),
        ("一二三四五六七八18,600.50元", ["一二三四五六七八", "18,600.50元"]),
        # One that no line can hold is cut.
        ("a" * 50, ["a" * 20, "a" * 20, "a" * 10]),
        ("一\n\n二", ["一", "", "二"]),
        ("", [""]),
    ],
)
def test_where_a_line_breaks(text: str, lines: list[str]) -> None:
    assert broken(text) == lines


def test_the_first_line_of_each_paragraph_is_narrower() -> None:
    assert broken("一二三四五六七八九十\n甲乙丙丁戊己庚辛壬", indent=2) == [
        "一二三四五六七八", "九十", "甲乙丙丁戊己庚辛", "壬",
    ]  # fmt: skip


def test_only_the_last_line_of_a_paragraph_ends_it() -> None:
    lines = break_lines("一二三四五六七八九十甲\n乙", measure, 12, 10)
    assert [line.ends for line in lines] == [False, True, True]


def test_what_cannot_be_printed_is_gone() -> None:
    assert clean("a\x00b\u200bc\u202ed\te\r\nf") == "abcd    e\nf"


WORDS = st.text(st.sampled_from("一二三甲乙丙，。、（）“”——……《》 abc12,.%￥\n"), max_size=120)


@given(WORDS, st.integers(4, 30))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    lines = break_lines(text, measure, 12, width)
    assert "".join(line.text for line in lines).replace(" ", "") == clean(text).replace(" ", "").replace("\n", "")
    assert all(line.width <= width for line in lines)


@given(WORDS, st.integers(12, 30))
def test_no_line_begins_or_ends_with_what_may_not(text: str, width: int) -> None:
    lines = break_lines(text, measure, 12, width)
    # Six in a row that must stay together are wider than any real text has them; those are cut where they must be.
    for before, after in itertools.pairwise(lines):
        if before.ends or not before.text or not after.text:
            continue
        if width - before.width < 6 and not _is_cluster(before.text[-3:] + after.text[:3]):
            assert after.text[0] not in NEVER_FIRST
            assert before.text[-1] not in NEVER_LAST


def _is_cluster(text: str) -> bool:
    return sum(letter in NEVER_FIRST | NEVER_LAST for letter in text) > 2

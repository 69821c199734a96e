"""Texts that come back, and the codes they carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notifications.rules.replies import CODES, choose_code, how_to_reply, read_reply
from api.notifications.types.reaching import ReadText, Word

pytestmark = pytest.mark.unit

YES = [
    "1",
    "Y",
    "y",
    "Yes",
    " YES ",
    "ok",
    "OK!",
    "去",
    "我去",
    "好",
    "好的",
    "可以",
    "１",
    "Ｙ",
    "去。",
    "好的，谢谢",
    "1 去",
    "　去　",
]
NO = ["2", "N", "n", "No", "no.", "不去", "不行", "去不了", "２", "Ｎ", "不能去", "can't", "can’t", "没空", "2 不去"]
STOP = [
    "STOP",
    "stop",
    " Stop. ",
    "退订",
    "TD",
    "td",
    "Ｔ",
    "取消订阅",
    "我要退订",
    "STOP 27",
    "unsubscribe",
    "ＳＴＯＰ",
]
START = ["START", "start", "恢复", "unstop"]
UNCLEAR = [
    "",
    " ",
    "3",
    "12345",
    "maybe",
    "去不去",
    "1 2",
    "去 不去",
    "Y N",
    "不好意思去不了",
    "在哪里",
    "1 不去",
    "hello",
    "0",
    "👍",
    "\x00",
]


@pytest.mark.parametrize(
    ("body", "word"),
    [(body, word) for word, bodies in [(Word.YES, YES), (Word.NO, NO), (Word.STOP, STOP), (Word.START, START),
                                       (Word.UNCLEAR, UNCLEAR)] for body in bodies],
)  # fmt: skip
def test_the_forms_of_an_answer(body: str, word: Word) -> None:
    assert read_reply(body).word is word


@pytest.mark.parametrize(
    "body", ["27 1", "1 27", "271", "27去", "去27", "２７ １", "27, Y", "y27", "27：去！", "回复27去", "27\n1"]
)
def test_a_code_may_stand_on_either_side_of_a_yes(body: str) -> None:
    assert read_reply(body) == ReadText(Word.YES, 27)


@pytest.mark.parametrize("body", ["27 2", "272", "27不去", "27 N", "不去 27"])
def test_a_code_with_a_no(body: str) -> None:
    assert read_reply(body) == ReadText(Word.NO, 27)


def test_two_codes_are_none_and_a_code_alone_says_nothing() -> None:
    assert read_reply("27 31 1") == ReadText(Word.UNCLEAR, None)
    assert read_reply("27") == ReadText(Word.UNCLEAR, 27)


def test_what_we_ask_people_to_text_is_understood() -> None:
    assert how_to_reply("zh-CN", 27) == " 或回复27去、27不去"
    assert [read_reply(text).word for text in ("27去", "27不去", "27 Y", "27 N")] == [
        Word.YES, Word.NO, Word.YES, Word.NO,
    ]  # fmt: skip


@given(st.text(max_size=300))
def test_no_text_is_an_error(body: str) -> None:
    assert read_reply(body).word in Word


@given(st.sets(st.sampled_from(sorted(CODES)), max_size=4), st.integers(0, 2**32))
def test_a_mistyped_digit_never_names_another_question(taken: set[int], draw: int) -> None:
    given_out: set[int] = set()
    for number in range(len(taken) + 1):
        code = choose_code(given_out, draw + number)
        assert code is not None
        assert code not in given_out
        given_out.add(code)
    for code in given_out:
        a, b = divmod(code, 10)
        wrong = {10 * x + b for x in range(1, 10)} | {10 * a + x for x in range(10)} | {10 * b + a}
        assert wrong & given_out <= {code}


def test_codes_run_out_without_being_given_twice() -> None:
    taken: set[int] = set()
    while (code := choose_code(taken, len(taken) * 7)) is not None:
        assert code not in taken
        taken.add(code)
    assert taken == CODES

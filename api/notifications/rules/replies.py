"""Understanding texts that come back, and the codes that tell which question they answer.

Never a guess: a yes sends somebody somewhere, so what is not plainly one of the known forms is asked again.
"""

import re
import unicodedata
from collections.abc import Collection

from api.notifications.types.reaching import ReadText, Word

_YES = frozenset({
    "y", "yes", "ok", "okay", "yep", "sure", "go", "accept",
    "去", "我去", "能去", "可以去", "好", "好的", "好滴", "可以", "行", "能", "来", "我来",
    "马上去", "马上到", "接受", "同意",
})  # fmt: skip
_NO = frozenset({
    "n", "no", "nope", "cant", "decline",
    "不", "不去", "我不去", "不行", "不能", "不能去", "去不了", "不可以", "不来", "来不了",
    "没空", "没时间", "拒绝", "不同意",
})  # fmt: skip
_STOP = frozenset({
    "stop", "stopall", "unsubscribe", "end", "quit", "cancel", "optout", "revoke",
    "退订", "td", "t", "取消订阅", "拒收", "退定",
})  # fmt: skip
_START = frozenset({"start", "unstop", "恢复", "恢复订阅", "重新订阅", "开通"})
_HELP = frozenset({"help", "info", "帮助", "?"})
_COURTESY = frozenset({"谢谢", "多谢", "收到", "thanks", "thank", "you", "please", "回复"})
_WORDS = ((Word.STOP, _STOP), (Word.START, _START), (Word.HELP, _HELP), (Word.YES, _YES), (Word.NO, _NO))

# Messages whose question a yes or a no by text answers.
ANSWERABLE = frozenset({"offer", "offer_reminder", "drill"})
_LONGEST = 200
_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"[^\W\d_]+|\?")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
# A code that reads like two answers would be taken for them.
CODES = frozenset(range(10, 100)) - {11, 12, 21, 22}


def read_reply(body: str) -> ReadText:
    """What a text says. Full-width forms, capitals, spaces and punctuation make no difference."""
    plain = unicodedata.normalize("NFKC", body[:_LONGEST]).lower().translate(_APOSTROPHES)
    tokens = _TOKEN.findall(plain)
    # A request to stop counts however politely it is dressed, and with whatever code.
    if (tokens and tokens[0] in _STOP) or "退订" in plain or "取消订阅" in plain:
        return ReadText(Word.STOP)
    numbers = [int(digits) for digits in _split(_DIGITS.findall(plain))]
    codes = {number for number in numbers if number > 9}
    answers = {number for number in numbers if number <= 9}
    code = codes.pop() if len(codes) == 1 else None
    words = {_word(token) for token in tokens if token not in _COURTESY}
    words |= {{1: Word.YES, 2: Word.NO}.get(answer, Word.UNCLEAR) for answer in answers}
    word = words.pop() if len(words) == 1 and not codes else Word.UNCLEAR
    return ReadText(word, code)


def _split(groups: list[str]) -> list[str]:
    # "271" is a code with its answer, typed without the space.
    return [part for group in groups for part in ((group[:2], group[2]) if len(group) == 3 else (group,))]


def _word(token: str) -> Word:
    return next((word for word, forms in _WORDS if token in forms), Word.UNCLEAR)


def choose_code(taken: Collection[int], draw: int) -> int | None:
    """A code for one more question to a number; `draw` is any number, `taken` what that number has or had lately.

    Two codes of one number differ in both digits where possible and are never each other's mirror image, so that one
    mistyped digit makes an unknown code and not somebody else's question. None when all are taken.
    """
    free = sorted(CODES - set(taken))
    far = [code for code in free if all(_far(code, other) for other in taken)]
    choices = far or free
    return choices[draw % len(choices)] if choices else None


def _far(code: int, other: int) -> bool:
    (a, b), (c, d) = divmod(code, 10), divmod(other, 10)
    return a != c and b != d and (a, b) != (d, c)


def how_to_reply(language: str, code: int) -> str:
    """The end of a text that may be answered by a text."""
    if language.lower().startswith("en"):
        return f" or reply {code} Y / {code} N"
    return f" 或回复{code}去、{code}不去"

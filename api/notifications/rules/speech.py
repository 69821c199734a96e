"""What a call says. Like every message before acceptance: no name, no place, the same words for every incident."""

from api.notifications.rules.templates import TEMPLATES, Unrenderable
from api.notifications.types.reaching import Speech

# A call that asks may be heard this often before it hangs up.
MOST_TIMES = 3
RING_S = 25

_HELLO = {"zh-CN": "您好，这里是网格联动。", "en": "Hello, this is Gridloop. "}
# Kinds of question a key can answer; any other call asks for a key as a sign that somebody listened.
_ASKING = {
    "zh-CN": "能去请按 1，不能去请按 2，重听请按 9。",
    "en": "If you can go, press 1. If you cannot, press 2. To hear this again, press 9.",
}
_TELLING = {"zh-CN": "听到请按 1，重听请按 9。", "en": "Press 1 to confirm, or 9 to hear this again."}
_SPOKEN = {
    "offer": {"zh-CN": "有事需要您帮忙。", "en": "Somebody needs your help. "},
    "offer_reminder": {"zh-CN": "有一个求助还在等您答复。", "en": "A call for help is still waiting for your answer. "},
    "drill": {"zh-CN": "这是一次演练，需要您答复。", "en": "This is an exercise. Please answer. "},
}
_SAID = {
    Speech.GOING: {"zh-CN": "已登记您前往，地点请看手机短信或应用。谢谢！",
                   "en": "You are going. See the place in your text messages or the app. Thank you!"},
    Speech.DECLINED: {"zh-CN": "已登记您不能前往，谢谢！", "en": "You cannot go: noted. Thank you!"},
    Speech.FULL: {"zh-CN": "人手已够，您不用前往了，谢谢！", "en": "Enough people are on the way. Thank you!"},
    Speech.ENDED: {"zh-CN": "此次求助已经结束，谢谢！", "en": "This call for help is over. Thank you!"},
    Speech.BUSY: {"zh-CN": "您正在处理另一起任务，未能登记，谢谢！",
                  "en": "You are on another task, so this was not noted. Thank you!"},
    Speech.HEARD: {"zh-CN": "谢谢！", "en": "Thank you!"},
    Speech.GOODBYE: {"zh-CN": "没有收到您的按键，再见。", "en": "No key was pressed. Goodbye."},
}  # fmt: skip


def language_of(language: str) -> str:
    """The language a call is held in: English, or zh-CN for everything else."""
    return "en" if language.lower().startswith("en") else "zh-CN"


def call_words(template: str, language: str, *, asks: bool) -> str:
    """What a call about a message says, and which keys it takes; raises Unrenderable for an unknown template."""
    known = TEMPLATES.get(template)
    if known is None:
        raise Unrenderable(f"no template {template}")
    chosen = language_of(language)
    written = known.en.body if chosen == "en" else known.zh.body
    # A body with variables is no text for a voice; its title says what it is about.
    plain = written if "{" not in written else (known.en.title if chosen == "en" else known.zh.title)
    words = _SPOKEN.get(template, {}).get(chosen, plain)
    return _HELLO[chosen] + words + (_ASKING if asks else _TELLING)[chosen]


def said(speech: Speech, language: str) -> str:
    """What is said after a key was pressed, or none."""
    return _SAID[speech][language_of(language)]

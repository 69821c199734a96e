"""What a template is, and how one is written down: two languages, a sender's name, generic words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.notifications.types import Wording

VALUE = re.compile(r"[0-9A-Z-]{1,10}")
# The path of the page to answer on, beside the variables; the sender puts the configured address before it.
LINK = "_link"
# The code by which a text that comes back names this message; there is none where no text can come back.
REPLY = "_reply"
PATH = re.compile(r"/[rt]/[A-Za-z0-9_-]{20,60}")


@dataclass(frozen=True)
class Template:
    """A kind of message. `fields`: the variables its texts take. `listed`: whether it stands in the inbox.

    `linked`: the text message, by language, for a message that carries a link to answer on. `silent`: the push shows
    nothing; the app acknowledges it by itself.
    """

    name: str
    version: int
    zh: Wording
    en: Wording
    fields: frozenset[str] = frozenset()
    android_channel: str = "notices"
    listed: bool = True
    linked: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False


class Unrenderable(ValueError):
    """No such template, or its variables are not the ones it takes."""


ALERTS = "alerts"
_SIGN_ZH, _SIGN_EN = "【网格联动】", "[Gridloop] "


def _wording(sign: str, title: str, body: str) -> Wording:
    return Wording(title, body, sign + body)


def make_template(
    name: str, zh: tuple[str, str], en: tuple[str, str], *, fields: frozenset[str] = frozenset(),
    channel: str = "notices", listed: bool = True, version: int = 1, linked: tuple[str, str] | None = None,
    silent: bool = False,
) -> Template:  # fmt: skip
    """A template of (title, body) in both languages; the text message is the body behind the sender's name."""
    texts = {"zh-CN": _SIGN_ZH + linked[0], "en": _SIGN_EN + linked[1]} if linked else {}
    words = _wording(_SIGN_ZH, *zh), _wording(_SIGN_EN, *en)
    return Template(name, version, *words, fields, channel, listed, texts, silent)


def sign_text(language: str, body: str) -> str:
    """A text message of ours: the name of the sender, then the body."""
    return (_SIGN_EN if language == "en" else _SIGN_ZH) + body

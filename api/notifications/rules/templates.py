"""What messages say, as versioned data.

Before somebody has accepted, a message holds no place and no name: the texts are the same for every incident, and the
only variables are numbers, codes and public references. A wording that changes gets a new version, because operators
register each one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.notifications.types import Wording

_VALUE = re.compile(r"[0-9A-Z-]{1,10}")
# The path of the page to answer on, beside the variables; the sender puts the configured address before it.
LINK = "_link"
_PATH = re.compile(r"/t/[A-Za-z0-9_-]{20,60}")


@dataclass(frozen=True)
class Template:
    """A kind of message. `fields`: the variables its texts take. `listed`: whether it stands in the inbox.

    `linked`: the text message, by language, for a message that carries a link to answer on.
    """

    name: str
    version: int
    zh: Wording
    en: Wording
    fields: frozenset[str] = frozenset()
    android_channel: str = "notices"
    listed: bool = True
    linked: Mapping[str, str] = field(default_factory=dict)


class Unrenderable(ValueError):
    """No such template, or its variables are not the ones it takes."""


_ALERTS = "alerts"
_SIGN_ZH, _SIGN_EN = "【网格联动】", "[Gridloop] "


def _wording(sign: str, title: str, body: str) -> Wording:
    return Wording(title, body, sign + body)


def _template(
    name: str, zh: tuple[str, str], en: tuple[str, str], *, fields: frozenset[str] = frozenset(),
    channel: str = "notices", listed: bool = True, version: int = 1, linked: tuple[str, str] | None = None,
) -> Template:  # fmt: skip
    texts = {"zh-CN": _SIGN_ZH + linked[0], "en": _SIGN_EN + linked[1]} if linked else {}
    return Template(name, version, _wording(_SIGN_ZH, *zh), _wording(_SIGN_EN, *en), fields, channel, listed, texts)


_ALL = (
    _template(
        "offer",
        ("有新的求助", "有事需要您帮忙，请打开应用查看并答复。"),
        ("Your help is asked for", "Somebody needs your help. Open the app to see and answer."),
        channel=_ALERTS,
        version=2,
        linked=("有事需要您帮忙，请打开链接答复：{link}", "Somebody needs your help. Open this link to answer: {link}"),
    ),
    _template(
        "offer_reminder",
        ("求助等待答复", "有一个求助还在等您答复，请打开应用。"),
        ("Please answer", "A call for help is still waiting for your answer. Open the app."),
        channel=_ALERTS,
        version=2,
        linked=("有一个求助还在等您答复：{link}", "A call for help is still waiting for your answer: {link}"),
    ),
    _template(
        "stand_down",
        ("人手已够", "人手已够，您不用前往了，谢谢！"),
        ("Enough people are on the way", "Enough people are on the way, you need not go. Thank you!"),
        channel=_ALERTS,
    ),
    _template(
        "withdrawn",
        ("求助已取消", "此次求助已取消，您不用前往了，谢谢！"),
        ("Called off", "This call for help was called off, you need not go. Thank you!"),
        channel=_ALERTS,
    ),
    _template(
        "feedback_due",
        ("请提交反馈", "任务结束了，请打开应用提交反馈。"),
        ("Please report back", "Your task is over. Open the app and report back."),
    ),
    _template(
        "feedback_returned",
        ("反馈需要补充", "您的反馈需要补充，请打开应用查看。"),
        ("Please complete your report", "Your report needs more detail. Open the app to see."),
    ),
    _template(
        "nobody_found",
        ("派警无人可派", "一起警情附近已无人可派，请打开系统处理。"),
        ("Nobody left to ask", "Everybody near an incident has been asked. Open the desk."),
        channel=_ALERTS,
    ),
    _template(
        "step_overdue",
        ("警情环节超时", "一起警情有环节超时，请打开系统处理。"),
        ("A step is overdue", "A step of an incident is overdue. Open the desk."),
    ),
    _template(
        "drill",
        ("演练", "【演练】这是一次演练，请打开应用查看并答复。"),
        ("Drill", "DRILL: this is an exercise. Open the app to see and answer."),
        channel=_ALERTS,
    ),
    _template(
        "sign_in_code",
        ("登录验证码", "登录验证码 {code}，5 分钟内有效，请勿告诉他人。"),
        ("Sign-in code", "Your sign-in code is {code}. It is good for 5 minutes; tell nobody."),
        fields=frozenset({"code"}),
        listed=False,
    ),
    _template(
        "call_back",
        ("您反映的事项已办结", "您反映的事项（编号 {ref}）已办结，感谢您的支持。"),
        ("Your report is closed", "What you reported (reference {ref}) has been dealt with. Thank you."),
        fields=frozenset({"ref"}),
        listed=False,
    ),
    _template(
        "visit_due",
        ("回访提醒", "您有 {due} 项回访待办（含即将到期），请打开应用查看。"),
        ("Visits to make", "You have {due} visits to make, those due soon included. Open the app to see."),
        fields=frozenset({"due"}),
    ),
    _template(
        "visit_overdue",
        ("回访已逾期", "您有 {overdue} 项回访已逾期，另有 {due} 项待办，请尽快完成。"),
        ("Visits are overdue", "{overdue} of your visits are overdue, and {due} more are due. Please make them."),
        fields=frozenset({"overdue", "due"}),
    ),
    _template(
        "visit_escalated",
        ("回访逾期上报", "有 {count} 项回访无人按时完成，已上报给您，请打开应用处理。"),
        ("Visits need you", "{count} visits were not made in time and have come to you. Open the app to see."),
        fields=frozenset({"count"}),
    ),
    _template(
        "visit_relapsed",
        ("事项出现反复", "您跟进的一项事项出现反复，请尽快打开应用查看。"),
        ("A case has flared up again", "Something you follow up has flared up again. Open the app to see."),
    ),
)
TEMPLATES: dict[str, Template] = {template.name: template for template in _ALL}


def check_variables(name: str, variables: Mapping[str, Any]) -> Template:
    """The template, if it takes exactly these variables and each is a short code; raises Unrenderable.

    Keys that begin with an underscore are the address's, not the text's.
    """
    template = TEMPLATES.get(name)
    if template is None:
        raise Unrenderable(f"no template {name}")
    given = {key for key in variables if not key.startswith("_")}
    if given != template.fields:
        raise Unrenderable(f"{name} takes {sorted(template.fields)}, not {sorted(given)}")
    # Digits, capitals and dashes only: whatever a caller passes, no name and no address gets through.
    if not all(_VALUE.fullmatch(str(variables[key])) for key in given):
        raise Unrenderable(f"{name}: a variable is not a short code")
    return template


def render_all(name: str, variables: Mapping[str, Any]) -> dict[str, Wording]:
    """The texts in every language; of a message older than its template's fields, the titles only."""
    try:
        return {language: render(name, language, variables) for language in ("zh-CN", "en")}
    except Unrenderable:
        template = TEMPLATES[name]
        return {"zh-CN": Wording(template.zh.title, "", ""), "en": Wording(template.en.title, "", "")}


def render(name: str, language: str, variables: Mapping[str, Any]) -> Wording:
    """The texts in a language (anything but English is answered in zh-CN); raises Unrenderable."""
    template = check_variables(name, variables)
    wording = template.en if language.lower().startswith("en") else template.zh
    values = {key: str(variables[key]) for key in template.fields}
    return Wording(wording.title, wording.body.format(**values), wording.sms.format(**values))


def render_sms(name: str, language: str, variables: Mapping[str, Any], public_url: str) -> str:
    """The text message, with the link to answer on where the message carries one; raises Unrenderable."""
    words = render(name, language, variables)
    path, linked = variables.get(LINK), TEMPLATES[name].linked
    if path is None or not linked:
        return words.sms
    if not _PATH.fullmatch(str(path)):
        raise Unrenderable(f"{name}: the link is no path of ours")
    text = linked["en" if language.lower().startswith("en") else "zh-CN"]
    return text.format(link=f"{public_url.rstrip('/')}{path}")

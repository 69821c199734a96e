"""Filling a template's texts: nothing but short codes gets in, and the address of a link is ours."""

from collections.abc import Mapping
from typing import Any

from api.notifications.rules.replies import how_to_reply
from api.notifications.rules.templates.asking import ASKING
from api.notifications.rules.templates.cases import CASES
from api.notifications.rules.templates.making import LINK, PATH, REPLY, VALUE, Template, Unrenderable
from api.notifications.rules.templates.others import OTHERS
from api.notifications.rules.templates.replies import REPLIES
from api.notifications.types import Wording

TEMPLATES: dict[str, Template] = {template.name: template for template in (*ASKING, *REPLIES, *OTHERS, *CASES)}


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
    if not all(VALUE.fullmatch(str(variables[key])) for key in given):
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
    if not PATH.fullmatch(str(path)):
        raise Unrenderable(f"{name}: the link is no path of ours")
    text = linked["en" if language.lower().startswith("en") else "zh-CN"]
    code = variables.get(REPLY)
    ending = how_to_reply(language, int(code)) if code is not None else ""
    return text.format(link=f"{public_url.rstrip('/')}{path}") + ending

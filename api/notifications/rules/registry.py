"""Wordings as providers register them: with whose name before them, which variables, and whether they say what we say.

A registered text is ours without the name in front, since the provider puts the name there, and with variables in
place of what changes. Of a link only the last part varies: providers take no address as a variable.
"""

import re
from collections.abc import Mapping
from typing import Any

from api.kernel.states import Machine
from api.notifications.rules.templates import LINK, TEMPLATES, Template
from api.notifications.types import Provider, RegisteredText, TemplateEvent, TemplateOrder, TemplateState

_S, _E = TemplateState, TemplateEvent
SMS_TEMPLATES = Machine(
    name="sms_template",
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _E.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _E.APPROVE): _S.APPROVED,
        (_S.SUBMITTED, _E.REJECT): _S.REJECTED,
        # A provider may take an approval back.
        (_S.APPROVED, _E.REJECT): _S.REJECTED,
        **{(state, _E.REVISE): _S.DRAFT for state in (_S.SUBMITTED, _S.APPROVED, _S.REJECTED)},
    },
    final=frozenset(),
)
_VARIABLE = re.compile(r"\$\{(\w{1,20})\}")
_SIGNED = re.compile(r"[【\[]([^】\]]{2,12})[】\]]\s?")
# Where a template's link leads; every other one leads to the page of an offer.
LINK_PATHS = {"dispute_rating": "/r/"}
LINK_PATH = "/t/"
TOKEN = "token"  # noqa: S105 - a variable's name
LANGUAGES = ("zh-CN", "en")


def values_of(registered: RegisteredText, variables: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the places of a registered text, by the provider's names."""
    return {theirs: _value(ours, variables) for theirs, ours in registered.mapping.items()}


def plan_texts(provider: Provider, public_url: str) -> list[TemplateOrder]:
    """Every wording of ours as this provider would register it today."""
    return [
        plan_text(provider, (template, language, linked), public_url)
        for template in TEMPLATES.values()
        for language in LANGUAGES
        for linked in ((False, True) if template.linked else (False,))
    ]


def plan_text(provider: Provider, which: tuple[Template, str, bool], public_url: str) -> TemplateOrder:
    """One wording (template, language, with a link or without) as a provider would register it."""
    template, language, linked = which
    signature, body = _unsigned(_words(template, language, linked))
    # The words with a link may leave out what the plain ones say.
    mapping = {name: name for name in sorted(template.fields) if f"{{{name}}}" in body}
    if linked:
        mapping[TOKEN] = LINK
    places = {name: f"${{{name}}}" for name in template.fields}
    link = f"{public_url.rstrip('/')}{LINK_PATHS.get(template.name, LINK_PATH)}${{{TOKEN}}}"
    return TemplateOrder(
        provider, template.name, language, linked, signature, body.format(**places, link=link), mapping
    )


def find_faults(order: TemplateOrder, public_url: str) -> list[str]:
    """Why a registered text is not one of ours, in codes; nothing when it fits."""
    template = TEMPLATES.get(order.template)
    if template is None or order.language not in LANGUAGES or (order.linked and not template.linked):
        return ["no_such_wording"]
    faults = []
    if set(_VARIABLE.findall(order.body)) != set(order.mapping):
        faults.append("variables_differ")
    ours = plan_text(order.provider, (template, order.language, order.linked), public_url)
    if set(order.mapping.values()) != set(ours.mapping.values()):
        faults.append("fields_differ")
    if not faults and _plain(order.body, order.mapping) != _plain(ours.body, ours.mapping):
        faults.append("words_differ")
    return faults


def version_of(template: str) -> int:
    """The version of a template's words today; 0 for a template there is none of any more."""
    known = TEMPLATES.get(template)
    return known.version if known else 0


def _words(template: Template, language: str, linked: bool) -> str:
    if linked:
        return template.linked[language]
    return (template.en if language == "en" else template.zh).sms


def _unsigned(words: str) -> tuple[str, str]:
    found = _SIGNED.match(words)
    return (found[1], words[found.end() :]) if found else ("", words)


def _plain(body: str, mapping: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: f"<{mapping.get(found[1], '')}>", body)


def _value(ours: str, variables: Mapping[str, Any]) -> str:
    value = str(variables.get(ours, ""))
    return value.rpartition("/")[2] if ours == LINK else value

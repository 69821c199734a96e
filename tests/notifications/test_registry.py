"""Registered wordings: they say what we say, and only approved ones are sent."""

from dataclasses import replace

import pytest

from api.kernel.states import IllegalTransition
from api.notifications.errors import TextCodeMissing, TextReasonMissing, TextUnfit
from api.notifications.queries.carrying import approved_texts
from api.notifications.rules.registry import find_faults, plan_text, plan_texts, values_of
from api.notifications.rules.templates import LINK, TEMPLATES, render_sms
from api.notifications.service.registering import approve_drafts, draft_texts, move_text, write_text
from api.notifications.types import Provider, RegisteredText, TemplateEvent, TemplateState
from api.plumbing.context import Ctx

URL = "https://grid.example"
A, E, S = Provider.ALIYUN, TemplateEvent, TemplateState
ORDERS = plan_texts(A, URL)


@pytest.mark.unit
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.template}-{order.language}-{order.linked}")
def test_every_template_fits_its_registered_variables(order) -> None:
    assert find_faults(order, URL) == []
    variables = dict.fromkeys(TEMPLATES[order.template].fields, "7K3")
    if order.linked:
        path = "/r/" if order.template == "dispute_rating" else "/t/"
        variables[LINK] = path + "x" * 24
    values = values_of(RegisteredText("SMS_1", order.signature, order.mapping), variables)
    text = order.body
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    ours = render_sms(order.template, order.language, variables, URL)
    assert ours.startswith(("【网格联动】", "[Gridloop] "))
    assert ours.removeprefix("【网格联动】").removeprefix("[Gridloop] ") == text
    assert not any("http" in value for value in values.values())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"body": "您的号码是 ${code}"}, "words_differ"),
        ({"mapping": {"wrong": "code"}}, "variables_differ"),
        ({"mapping": {"code": "ref"}}, "fields_differ"),
        ({"template": "none"}, "no_such_wording"),
        ({"linked": True}, "no_such_wording"),
        ({"language": "fr"}, "no_such_wording"),
    ],
)
def test_what_says_something_else_is_no_wording_of_ours(changes: dict, fault: str) -> None:
    order = plan_text(A, (TEMPLATES["sign_in_code"], "zh-CN", False), URL)
    assert find_faults(replace(order, **changes), URL) == [fault]


@pytest.mark.unit
def test_other_names_for_the_variables_are_fine() -> None:
    order = plan_text(A, (TEMPLATES["sign_in_code"], "zh-CN", False), URL)
    renamed = replace(order, body=order.body.replace("${code}", "${number}"), mapping={"number": "code"})
    assert find_faults(renamed, URL) == []


def test_a_wording_is_drafted_submitted_approved_and_then_sent(ctx: Ctx) -> None:
    drafts = draft_texts(ctx, provider=A, public_url=URL)
    assert len(drafts) == len(ORDERS)
    assert {text.state for text in drafts} == {S.DRAFT}
    assert draft_texts(ctx, provider=A, public_url=URL) == drafts
    draft = next(text for text in drafts if text.template == "offer" and text.linked and text.language == "zh-CN")
    assert approved_texts(ctx.session, [A], ["offer"]) == {}
    with pytest.raises(IllegalTransition):
        move_text(ctx, text_id=draft.id, event=E.APPROVE, code="SMS_1")
    move_text(ctx, text_id=draft.id, event=E.SUBMIT)
    with pytest.raises(TextCodeMissing):
        move_text(ctx, text_id=draft.id, event=E.APPROVE)
    assert move_text(ctx, text_id=draft.id, event=E.APPROVE, code="SMS_1").code == "SMS_1"
    [(key, words)] = approved_texts(ctx.session, [A], ["offer"]).items()
    assert key == (A, "offer", TEMPLATES["offer"].version, "zh-CN", True)
    assert words == RegisteredText("SMS_1", "网格联动", {"token": LINK})
    with pytest.raises(TextReasonMissing):
        move_text(ctx, text_id=draft.id, event=E.REJECT)
    move_text(ctx, text_id=draft.id, event=E.REJECT, reason="变量类型不符")
    assert approved_texts(ctx.session, [A], ["offer"]) == {}


def test_a_wording_is_written_anew_as_a_draft_and_never_with_other_words(ctx: Ctx) -> None:
    order = plan_text(A, (TEMPLATES["sign_in_code"], "zh-CN", False), URL)
    draft_texts(ctx, provider=A, public_url=URL)
    approve_drafts(ctx, provider=A, prefix="SMS_")
    assert len(approved_texts(ctx.session, [A], list(TEMPLATES))) == len(ORDERS)
    written = write_text(ctx, order=replace(order, signature="平安网格"), public_url=URL)
    assert (written.state, written.signature, written.code) == (S.DRAFT, "平安网格", None)
    with pytest.raises(TextUnfit):
        write_text(ctx, order=replace(order, body="免费领奖 ${code}"), public_url=URL)

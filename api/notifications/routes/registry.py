"""HTTP of the registry: our wordings as providers have registered them."""

from typing import Any

from flask import current_app

from api.http.operation import operation
from api.identity.types import Permission
from api.notifications.queries.registry import texts
from api.notifications.routes.blueprint import blp
from api.notifications.schemas.registry import (
    SmsTemplateDraftsSchema,
    SmsTemplateListSchema,
    SmsTemplateMoveSchema,
    SmsTemplateOrderSchema,
    SmsTemplateQuery,
    SmsTemplateSchema,
)
from api.notifications.service.registering import draft_texts, move_text, write_text
from api.notifications.types import TemplateOrder, TemplateView
from api.plumbing.context import Ctx


@blp.route("/sms-templates", methods=["GET"])
@operation(Permission.TEMPLATE_MANAGE)
@blp.arguments(SmsTemplateQuery, location="query")
@blp.response(200, SmsTemplateListSchema)
def list_sms_templates(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """See the registered wordings

    Every wording, by provider: its code, its signature, and whether it may be sent.
    """
    return {"items": texts(ctx.session, **query)}


@blp.route("/sms-templates/drafts", methods=["POST"])
@operation(Permission.TEMPLATE_MANAGE)
@blp.arguments(SmsTemplateDraftsSchema)
@blp.response(200, SmsTemplateListSchema)
def draft_sms_templates(ctx: Ctx, body: dict[str, Any]) -> dict[str, Any]:
    """Draft what a provider has not registered yet

    Every wording of today that has no registration with this provider becomes a draft, to be copied into the provider's
    console. Sent twice it changes nothing.
    """
    return {"items": draft_texts(ctx, provider=body["provider"], public_url=_public_url())}


@blp.route("/sms-templates", methods=["POST"])
@operation(Permission.TEMPLATE_MANAGE, creates=True)
@blp.arguments(SmsTemplateOrderSchema)
@blp.response(201, SmsTemplateSchema)
def write_sms_template(ctx: Ctx, body: dict[str, Any]) -> TemplateView:
    """Write a wording as the provider wants it

    The same words with the provider's own names for the variables, or another signature. It is a draft again; what
    says something else than the template is refused.
    """
    return write_text(ctx, order=TemplateOrder(**body), public_url=_public_url())


@blp.route("/sms-templates/decisions", methods=["POST"])
@operation(Permission.TEMPLATE_MANAGE)
@blp.arguments(SmsTemplateMoveSchema)
@blp.response(200, SmsTemplateSchema)
def decide_sms_template(ctx: Ctx, body: dict[str, Any]) -> TemplateView:
    """Note what became of a registration

    Submitted, approved under a code, rejected for a reason, or taken up again. Only an approved wording is sent. The
    registry is the installation's, as a provider knows one account, so every station's admin sees the same.
    """
    return move_text(ctx, text_id=body.pop("id"), **body)


def _public_url() -> str:
    url: str = current_app.extensions["gridloop.settings"].public_url
    return url

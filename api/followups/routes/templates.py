"""Plan templates: read, and edited by writing the next version."""

from typing import Any

from api.followups import service
from api.followups.queries import template_versions, templates_for
from api.followups.routes.blueprint import blp
from api.followups.schemas import VersionsQuery, VisitNewTemplateSchema, VisitTemplateListSchema, VisitTemplateSchema
from api.followups.types import NewTemplate, Template
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/visit-plans/templates", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.response(200, VisitTemplateListSchema)
def list_templates(ctx: Ctx) -> dict[str, Any]:
    """The plan templates in force

    The newest version of each: the station's own and the common ones. `*` is any kind or any colour.
    """
    return {"items": templates_for(ctx.session, ctx.actor.station)}


@blp.route("/visit-plans/templates/versions", methods=["GET"])
@operation(Permission.VISIT_READ)
@blp.arguments(VersionsQuery, location="query")
@blp.response(200, VisitTemplateListSchema)
def list_template_versions(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """Every version of one template

    The station's own first, the newest first.
    """
    return {"items": template_versions(ctx.session, ctx.actor.station, **query)}


@blp.route("/visit-plans/templates", methods=["POST"])
@operation(Permission.PLAN_MANAGE, creates=True)
@blp.arguments(VisitNewTemplateSchema)
@blp.response(201, VisitTemplateSchema)
def write_template(ctx: Ctx, body: dict[str, Any]) -> Template:
    """Write a plan template, or its next version

    Running plans keep the version they were made from.
    """
    return service.write_template(ctx, NewTemplate(**{**body, "steps": tuple(body["steps"])}))

"""How long what is kept: reading the rules, writing their next version."""

from typing import Any

from api.http.blueprint import Blueprint
from api.http.operation import operation
from api.identity.types import Permission
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.retention import queries, service
from api.retention.schemas import NewRetentionRuleSchema, RetentionRuleSchema
from api.retention.types import NewRule, Purpose, Rule

blp = Blueprint("retention", __name__, description="How long what is kept, and for what purpose.")


@blp.route("/retention-rules", methods=["GET"])
@operation(Permission.RETENTION_MANAGE)
@blp.response(200, RetentionRuleSchema(many=True))
def list_rules(ctx: Ctx) -> list[Rule]:
    """List retention rules

    The rule in force of every purpose.
    """
    return queries.rules_of(ctx.session, ctx.actor.station)


@blp.route("/retention-rules/<string:purpose>", methods=["GET"])
@operation(Permission.RETENTION_MANAGE)
@blp.response(200, RetentionRuleSchema(many=True))
def show_rule(ctx: Ctx, purpose: str) -> list[Rule]:
    """Show a rule's versions

    Newest first, the station's own before the common ones.
    """
    return queries.history_of(ctx.session, ctx.actor.station, _purpose(purpose))


@blp.route("/retention-rules/<string:purpose>/versions", methods=["POST"])
@operation(Permission.RETENTION_MANAGE, creates=True)
@blp.arguments(NewRetentionRuleSchema)
@blp.response(201, RetentionRuleSchema)
def write_rule(ctx: Ctx, order: dict[str, Any], purpose: str) -> Rule:
    """Write a rule's next version

    `replaces` is the version you saw. A shorter time also holds for what is there already; nothing under 180 days.
    """
    return service.write_rule(ctx, NewRule(_purpose(purpose), **order))


def _purpose(word: str) -> Purpose:
    try:
        return Purpose(word)
    except ValueError:
        raise NotFound from None

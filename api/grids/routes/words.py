"""Forces and skills: the common ones and the station's own."""

from typing import Any

from api.grids import queries, service
from api.grids.routes.blueprint import blp
from api.grids.schemas.members import WordSchema, WordViewSchema
from api.grids.types import Word
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/forces", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.response(200, WordViewSchema(many=True))
def list_forces(ctx: Ctx) -> list[Word]:
    """List forces

    The kinds of volunteers the station may enrol.
    """
    return queries.forces_of(ctx.session, ctx.actor.station)


@blp.route("/forces/<string:code>", methods=["PUT"])
@operation(Permission.UNIT_MANAGE)
@blp.arguments(WordSchema)
@blp.response(200, WordViewSchema)
def put_force(ctx: Ctx, order: dict[str, Any], code: str) -> Word:
    """Add or rename a force

    One of the station's own; the common ones are the same everywhere.
    """
    return service.put_force(ctx, word=Word(code, **order))


@blp.route("/skills", methods=["GET"])
@operation(Permission.UNIT_READ)
@blp.response(200, WordViewSchema(many=True))
def list_skills(ctx: Ctx) -> list[Word]:
    """List skills

    What members of the station may be able to do.
    """
    return queries.skills_of(ctx.session, ctx.actor.station)


@blp.route("/skills/<string:code>", methods=["PUT"])
@operation(Permission.UNIT_MANAGE)
@blp.arguments(WordSchema)
@blp.response(200, WordViewSchema)
def put_skill(ctx: Ctx, order: dict[str, Any], code: str) -> Word:
    """Add or rename a skill

    One of the station's own; the common ones are the same everywhere.
    """
    return service.put_skill(ctx, word=Word(code, **order))

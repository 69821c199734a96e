"""Members: enrolled, listed, edited, activated, suspended, let go, taken back."""

from typing import Any
from uuid import UUID

from api.grids import queries, service
from api.grids.routes.blueprint import blp
from api.grids.schemas.members import (
    MemberCreateSchema,
    MemberEditSchema,
    MemberListQuery,
    MemberPageSchema,
    MemberSchema,
    StandingSchema,
)
from api.grids.types import MemberEdit, MemberQuery, MemberView, NewMember
from api.http.etags import matched_version, set_etag
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx


@blp.route("/members", methods=["GET"])
@operation(Permission.MEMBER_READ)
@blp.arguments(MemberListQuery, location="query")
@blp.response(200, MemberPageSchema)
def list_members(ctx: Ctx, query: dict[str, Any]) -> Page[MemberView]:
    """List members

    In order of enrolment, by force, grid, status or a skill that is valid today. Numbers are masked.
    """
    cursor, limit = read_cursor(query.pop("cursor"), "members"), query.pop("limit")
    after = UUID(cursor[0]) if cursor else None
    members = queries.members_of(ctx.session, ctx.actor.station, MemberQuery(**query), after=after, limit=limit)
    return Page(members, write_cursor([str(members[-1].id)], "members") if len(members) == limit else None)


@blp.route("/members", methods=["POST"])
@operation(Permission.MEMBER_MANAGE, creates=True)
@blp.arguments(MemberCreateSchema)
@blp.response(201, MemberSchema)
def enroll_member(ctx: Ctx, order: NewMember) -> MemberView:
    """Enrol somebody

    A number the station knows already keeps its person, if the name is the same.
    """
    return _tagged(service.enroll_member(ctx, member=order))


@blp.route("/members/<uuid:member_id>", methods=["GET"])
@operation(Permission.MEMBER_READ)
@blp.response(200, MemberSchema)
def show_member(ctx: Ctx, member_id: UUID) -> MemberView:
    """Show a member

    With skills, lapsed ones too. The number is masked.
    """
    return _tagged(queries.member_in(ctx.session, ctx.actor.station, member_id))


@blp.route("/members/<uuid:member_id>", methods=["PATCH"])
@operation(Permission.MEMBER_MANAGE)
@blp.arguments(MemberEditSchema)
@blp.response(200, MemberSchema)
def edit_member(ctx: Ctx, edit: MemberEdit, member_id: UUID) -> MemberView:
    """Edit a member

    Force, grid, skills or the day of joining; needs If-Match.
    """
    return _tagged(service.edit_member(ctx, member_id=member_id, version=matched_version(), edit=edit))


@blp.route("/members/<uuid:member_id>/standing", methods=["POST"])
@operation(Permission.MEMBER_MANAGE)
@blp.arguments(StandingSchema)
@blp.response(200, MemberSchema)
def change_standing(ctx: Ctx, order: dict[str, Any], member_id: UUID) -> MemberView:
    """Change a member's standing

    Activate, suspend, resume, let go or take back; needs If-Match. Only active members are asked to go.
    """
    return _tagged(service.change_standing(ctx, member_id=member_id, version=matched_version(), **order))


def _tagged(view: MemberView) -> MemberView:
    set_etag(view.version)
    return view

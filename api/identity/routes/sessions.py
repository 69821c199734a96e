"""Oneself: profile, password, open sessions."""

from typing import Any
from uuid import UUID

from api.http.errors import answer_or_refusal
from api.http.operation import operation
from api.identity import service
from api.identity.queries import own_profile, sessions_of
from api.identity.routes.blueprint import blp
from api.identity.routes.sign_in import NARROW
from api.identity.schemas import MeSchema, PasswordChangeSchema, SessionListSchema
from api.identity.types import Permission, Profile
from api.plumbing.context import Ctx


@blp.route("/me", methods=["GET"])
@operation(Permission.SELF)
@blp.response(200, MeSchema)
def show_me(ctx: Ctx) -> Profile:
    """Who am I

    The signed-in person, all roles, and what this session may do: one opened by SMS code does not carry the roles of
    the desk.
    """
    return own_profile(ctx.session, ctx.actor)


@blp.route("/me/password", methods=["PUT"])
@NARROW
@operation(Permission.SELF)
@blp.arguments(PasswordChangeSchema)
@blp.response(204)
def change_password(ctx: Ctx, body: dict[str, Any]) -> Any:
    """Change one's own password

    Needs the present one; every other session ends.
    """
    refusal = service.change_password(ctx, current=body["current_password"], new=body["new_password"])
    return answer_or_refusal(refusal)


@blp.route("/sessions", methods=["GET"])
@operation(Permission.SELF)
@blp.response(200, SessionListSchema)
def list_sessions(ctx: Ctx) -> dict[str, Any]:
    """One's open sessions

    The last used first.
    """
    return {"items": sessions_of(ctx.session, ctx.actor.person, current=ctx.actor.session_id)}


@blp.route("/sessions", methods=["DELETE"])
@operation(Permission.SELF)
@blp.response(204)
def end_other_sessions(ctx: Ctx) -> None:
    """End every other session

    For a lost phone: everything but this session ends, and receives nothing more.
    """
    service.end_other_sessions(ctx)


@blp.route("/sessions/<uuid:session_id>", methods=["DELETE"])
@operation(Permission.SELF)
@blp.response(204)
def end_session(ctx: Ctx, session_id: UUID) -> None:
    """End one session

    One of one's own; its phone receives nothing more.
    """
    service.end_session(ctx, session_id=session_id)

"""HTTP of the station's dispatch policies."""

from dataclasses import asdict
from typing import Any

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents.queries.ranking import forecast_of
from api.incidents.routes.blueprint import blp
from api.incidents.rules.policies import freeze_policy
from api.incidents.schemas.policies import (
    AcceptanceListSchema,
    PolicyDraftSchema,
    PolicyListSchema,
    PolicySchema,
    PolicyVersionListSchema,
    PolicyVersionsQuery,
)
from api.incidents.service import policies as service
from api.incidents.types import Policy, PolicyDraft, PolicyVersion
from api.plumbing.context import Ctx

_NAMES = ("version", "kind", "colour", "excluded")


@blp.route("/dispatch-policies", methods=["GET"])
@operation(Permission.POLICY_READ)
@blp.response(200, PolicyListSchema)
def list_policies(ctx: Ctx) -> dict[str, Any]:
    """List the dispatch policies in force

    Every kind, and the colours that differ. Version 0 is built in, any other the station's own.
    """
    return {"items": [_plain(policy) for policy in service.list_policies(ctx)]}


@blp.route("/dispatch-policies/versions", methods=["GET"])
@operation(Permission.POLICY_READ)
@blp.arguments(PolicyVersionsQuery, location="query")
@blp.response(200, PolicyVersionListSchema)
def list_policy_versions(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """List the versions of one policy

    The station's own, newest first, each with what it changed.
    """
    found = service.list_policy_versions(ctx, query["kind"], query["colour"])
    return {"items": [_plain_version(version) for version in found]}


@blp.route("/dispatch-policies", methods=["POST"])
@operation(Permission.POLICY_MANAGE, creates=True)
@blp.arguments(PolicyDraftSchema)
@blp.response(201, PolicySchema)
def write_policy(ctx: Ctx, draft: PolicyDraft) -> dict[str, Any]:
    """Write the next version of a policy

    Dispatches that run keep theirs. 409 `policy_moved` when somebody wrote one meanwhile.
    """
    return _plain(service.write_policy(ctx, draft))


@blp.route("/acceptance-forecast", methods=["GET"])
@operation(Permission.POLICY_READ)
@blp.response(200, AcceptanceListSchema)
def list_acceptance(ctx: Ctx) -> dict[str, Any]:
    """List how often people say yes

    By force, distance and time of day, learnt every night from the station's own offers; waves are sized by it.
    """
    return {"items": forecast_of(ctx.session, ctx.actor.station)}


def _plain(policy: Policy) -> dict[str, Any]:
    rules = {name: value for name, value in freeze_policy(policy).items() if name not in _NAMES}
    return {"kind": policy.kind, "colour": policy.colour, "version": policy.version, "rules": rules}


def _plain_version(version: PolicyVersion) -> dict[str, Any]:
    rules = None if version.policy is None else _plain(version.policy)["rules"]
    return {**asdict(version), "rules": rules, "changes": [change._asdict() for change in version.changes]}

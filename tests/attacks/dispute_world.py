"""A dispute at every point of its way, so that each address of one names something real."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.disputes.service.decisions import accept_case
from api.disputes.service.filing import file_case
from api.disputes.service.handing_over import offer_case
from api.disputes.service.sessions import plan_session, report_session
from api.disputes.service.settling import settle_case
from api.disputes.types.mediation import NewHandOver, Promise, SessionPlan, SessionReport, Settlement
from api.disputes.types.work import AgreementForm, ObligationKind, ReceiverKind, SessionStep
from api.followups.rules.schedule import station_day
from api.identity.rules import permissions_of
from api.identity.types import Role
from api.plumbing.context import Actor, Ctx, open_ctx
from tests.builders.disputes import couple, invented_card, new_case
from tests.builders.identity import Enrolled
from tests.builders.mediation import WAY, party_ids_of

NOBODY = "00000000-0000-4000-8000-000000000000"
# Who quarrels; nobody else is called so or has these numbers.
HUSBAND, WIFE, HIS_PHONE, HER_PHONE = "欧阳寻常", "司徒无恙", "13911112222", "13933334444"
HIS_CARD = invented_card()


def make_disputes(ctx: Ctx, clerk: Enrolled) -> dict[str, UUID]:
    """A settled dispute with one promise, and another that a department was asked to take."""
    names = frozenset(role.value for role in Role)
    actor = Actor("person", clerk.id, clerk.station_id, None, names, permissions_of(names))
    own = replace(open_ctx(ctx.session, actor, request_id="test"), entropy=ctx.entropy)
    quarrel = couple(HUSBAND, WIFE, his_phone=HIS_PHONE, her_phone=HER_PHONE, his_card=HIS_CARD)
    dispute_id = file_case(own, new_case(parties=quarrel))
    other_id = file_case(own, new_case(summary="另一起"))
    offered = offer_case(own, NewHandOver(other_id, ReceiverKind.DEPARTMENT, "移交", department="区人社局"))
    accept_case(own, dispute_id)
    session = plan_session(own, SessionPlan(dispute_id, own.now))
    report_session(own, SessionReport(session.id, SessionStep.HOLD, record="双方同意"))
    party_id = party_ids_of(own, dispute_id)[0]
    promise = Promise(ObligationKind.DO, party_id, "修理水管", station_day(own.now) + timedelta(days=9))
    made = settle_case(own, Settlement(dispute_id, "协议", AgreementForm.WRITTEN, WAY, (promise,)))
    open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
    return {
        "dispute_id": dispute_id,
        "party_id": party_id,
        "meeting_id": session.id,
        "agreement_id": made.agreement.id,
        "obligation_id": made.obligations[0].id,
        "hand_over_id": offered.id,
    }


def other_dispute(ctx: Ctx, dispute_id: UUID) -> UUID:
    """Another dispute of the same station."""
    statement = text("""
        SELECT o.id FROM disputes o JOIN disputes d ON d.station_id = o.station_id AND d.id <> o.id
        WHERE d.id = :id ORDER BY o.id LIMIT 1
    """)
    return ctx.session.scalar(statement, {"id": dispute_id})


def dispute_bodies(ctx: Ctx) -> dict[str, dict[str, Any]]:
    """A body each of the work's routes would take."""
    day = station_day(ctx.now)
    case = "/v1/disputes/<uuid:dispute_id>"
    promise = "/v1/obligations/<uuid:obligation_id>"
    return {
        f"PATCH {case}": {"title": "改过的名称"},
        f"POST {case}/colour": {"colour": "red", "reason": "扬言报复"},
        f"POST {case}/split": {"party_ids": [NOBODY]},
        f"POST {case}/insiders": {"person_id": NOBODY, "named": False},
        f"POST {case}/parties": {"name": "张三"},
        f"PATCH {case}/parties/<uuid:party_id>": {"name": "张三"},
        f"POST {case}/parties/<uuid:party_id>/erasure": {"reason": "requested"},
        f"POST {case}/refusal": {"reason": "criminal"},
        f"POST {case}/withdrawal": {"note": "撤回"},
        f"PUT {case}/team": {"mediators": []},
        f"POST {case}/suspension": {"until": (day + timedelta(days=9)).isoformat(), "note": "住院"},
        f"POST {case}/failure": {"road": "litigation", "note": "分歧"},
        f"POST {case}/reopening": {"note": "再议"},
        f"POST {case}/sessions": {"planned_at": (ctx.now + timedelta(days=1)).isoformat()},
        "POST /v1/dispute-sessions/<uuid:meeting_id>/report": {"step": "cancel", "note": "改期"},
        f"POST {case}/agreements": {"terms": "协议", "form": "oral", "way": WAY},
        "POST /v1/agreements/<uuid:agreement_id>/confirmation": {
            "step": "request", "on": day.isoformat(), "court": "区法院",
        },
        f"POST {promise}/performance": {"performed_on": day.isoformat(), "note": "收条"},
        f"POST {promise}/evidence": {"note": "收条"},
        f"POST {promise}/waiver": {"note": "放弃"},
        f"POST {promise}/breach": {"note": "拒绝"},
        f"POST {case}/hand-overs": {"receiver": "department", "department": "区司法局", "reason": "移交"},
        "POST /v1/hand-overs/<uuid:hand_over_id>/refusal": {"note": "不接"},
        "POST /v1/hand-overs/<uuid:hand_over_id>/withdrawal": {"note": "收回"},
    }  # fmt: skip

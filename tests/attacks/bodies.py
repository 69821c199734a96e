"""A body each writing route would take, so that a refusal is about the id and not about the form."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api.plumbing.context import Ctx

PLACE = {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}


def good_bodies(ctx: Ctx, member_id: UUID) -> dict[str, dict[str, Any]]:
    """By route; what is not listed takes an empty one."""
    now = ctx.now.isoformat()
    hours = {f"{name}s_at": (ctx.now + timedelta(hours=h)).isoformat() for name, h in (("start", 50), ("end", 54))}
    return {
        "PATCH /v1/people/<uuid:person_id>": {"name": "王大明"},
        "PUT /v1/people/<uuid:person_id>/roles": {"roles": ["volunteer"]},
        "PUT /v1/people/<uuid:person_id>/credentials": {"username": "made.up", "password": "correct horse battery 1"},
        "PATCH /v1/members/<uuid:member_id>": {"skills": []},
        "POST /v1/members/<uuid:member_id>/standing": {"event": "suspend"},
        "PATCH /v1/units/<uuid:unit_id>": {"name": "另一个网格"},
        "POST /v1/units/<uuid:unit_id>/owners": {"member_id": str(member_id)},
        "PATCH /v1/shifts/<uuid:shift_id>": hours,
        "PATCH /v1/incidents/<uuid:incident_id>": {"description": "改过的描述"},
        "POST /v1/incidents/<uuid:incident_id>/links": {"kind": "chase_up"},
        "POST /v1/incidents/<uuid:incident_id>/dispatches": {"needs": [{"wanted": 1}]},
        "POST /v1/incidents/<uuid:incident_id>/dispatches/preview": {"needs": [{"wanted": 1}]},
        "POST /v1/incidents/<uuid:incident_id>/reviews": {"decision": "approved"},
        "POST /v1/incidents/<uuid:incident_id>/call-backs": {"outcome": "not_reached"},
        "POST /v1/incidents/<uuid:incident_id>/cancel": {"reason": "false_alarm"},
        "POST /v1/offers/<uuid:offer_id>/feedback": {"outcome": "resolved"},
        "POST /v1/incidents/<uuid:incident_id>/reopen": {"note": "没有解决"},
        "POST /v1/offers/<uuid:offer_id>/welfare": {"all_right": True},
        "POST /v1/offers/<uuid:offer_id>/reinforcements": {"needs": [{"wanted": 1}], "reason": "dangerous"},
        "POST /v1/visits/<uuid:visit_id>/contacts": {
            "captured_at": now, "client_ref": "attack", "mode": "telephone", "outcome": "calm",
        },
        "POST /v1/visits/<uuid:visit_id>/waivers": {"reason": "not_needed"},
        "POST /v1/visits/<uuid:visit_id>/assignments": {"kind": None, "id": None},
        "POST /v1/messages/<uuid:message_id>/acknowledgements": {"kind": "read", "occurred_at": now},
        "POST /v1/units": {
            "code": "500299000000", "kind": "community", "name": "新社区",
            "parent_id": "00000000-0000-4000-8000-000000000000",
        },
        "POST /v1/shifts": {"member_id": "00000000-0000-4000-8000-000000000000", **hours},
        "POST /v1/incidents": {
            "kind": "other", "category": "urgent_help", "colour": "yellow", "source": "call",
            "place": PLACE, "description": "老人跌倒", "duplicate_checked": True,
        },
        "POST /v1/trackers": {"label": "Traccar"},
        "POST /v1/dispatch-policies": {"kind": "other", "changes": {"spare": 2}},
        "PUT /v1/station/notices/<uuid:notice_id>": {
            "category": "flood", "severity": "yellow", "zh": {"title": "通知", "body": "内容"},
            "target": {"whole_station": True}, "expires_at": (ctx.now + timedelta(hours=6)).isoformat(),
        },
        "POST /v1/station/notices/<uuid:notice_id>/decision": {"decision": "approve"},
        "POST /v1/members": {"name": "王小明", "phone": "+8619900099999", "force": "volunteer"},
    }  # fmt: skip


def bodies_on_scene(member_id: UUID, offer_id: UUID) -> dict[str, dict[str, Any]]:
    """The same for routes whose body names somebody of the incident's own station."""
    return {
        "POST /v1/dispatches/<uuid:dispatch_id>/offers": {"member_id": str(member_id)},
        "POST /v1/dispatches/<uuid:dispatch_id>/lead": {"offer_id": str(offer_id)},
        "POST /v1/offers/<uuid:offer_id>/lead": {"offer_id": str(offer_id)},
    }

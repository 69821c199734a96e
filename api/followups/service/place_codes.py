"""The code that hangs at a place: scanned there, it vouches for a visit whose position does not."""

import base64
import hashlib
import hmac
from uuid import UUID

from api.followups.queries import plan_in
from api.followups.service.records import note_plan
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.signing import signer

_PURPOSE = "followups.place"
_BYTES = 15


def place_code(plan_id: UUID) -> str:
    """The text to print as a QR code for the place of a plan: 24 letters that only this server can make."""
    digest = hmac.new(signer.key(_PURPOSE), plan_id.bytes, hashlib.sha256).digest()
    return base64.b32encode(digest[:_BYTES]).decode()


def is_place_code(plan_id: UUID, code: str) -> bool:
    """Whether a scanned text is the code of this plan's place."""
    return hmac.compare_digest(place_code(plan_id).encode(), code.strip().upper().encode())


def print_place_code(ctx: Ctx, plan_id: UUID) -> str:
    """The code of a plan of the actor's station; the trail knows who asked for it."""
    plan = plan_in(ctx.session, ctx.actor.station, plan_id)
    if plan is None:
        raise NotFound
    note_plan(ctx, plan, "visit_plan.place_code_printed")
    return place_code(plan_id)

"""Asking those again who did not answer, when nobody else is left: once each, while their offer is worth answering."""

from sqlalchemy import text

from api.incidents.rules.links import LINK_KEY, link_path
from api.incidents.service.steps import note_event
from api.incidents.types import DispatchHead, EventKind, Policy
from api.notifications.rules.templates import LINK
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.signing import signer

_SILENT = text("""
    SELECT id, person_id, expires_at FROM offers
    WHERE dispatch_id = :dispatch AND state = 'silent' AND expires_at > :now ORDER BY id
""")


def remind_silent(ctx: Ctx, head: DispatchHead, policy: Policy) -> int:
    """Remind everybody whose window passed without an answer; returns how many messages are new.

    The step is the same however often it comes to this, so nobody is reminded of one offer twice.
    """
    silent = ctx.session.execute(_SILENT, {"dispatch": head.id, "now": ctx.now}).all()
    if not silent:
        return 0
    key = signer.key(LINK_KEY)
    queued = queue_notices(
        ctx,
        [
            Notice(
                row.person_id, "offer", row.id, "offer_reminder", Urgency.ALERT, "again", row.expires_at,
                {LINK: link_path(row.id, key)}, head.station_id, policy.ladder,
            )
            for row in silent
        ],
    )  # fmt: skip
    if queued:
        note_event(ctx, head.incident_id, EventKind.REMINDED, dispatch_id=str(head.id), count=len(silent))
    return len(queued)

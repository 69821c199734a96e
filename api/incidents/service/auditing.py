"""The auditor: looks for what should have moved and did not, says so, and sets it going again.

Nothing it looks for can come about by the services' own doing; a timer laid out dead after ten failures, or a row
edited by hand, is what it exists for.
"""

import structlog

from api.incidents.queries.incidents import forgotten_incidents, idle_dispatches, lock_incident
from api.incidents.queries.on_scene import stopped_watches
from api.incidents.service.asking import ask_more
from api.incidents.service.overdue import report_overdue
from api.incidents.service.welfare import check_welfare
from api.plumbing.context import Ctx

log = structlog.get_logger(__name__)


def take_up_forgotten(ctx: Ctx) -> int:
    """Remind of open incidents without a live timer, let idle dispatches ask again, and ask after people on scene whose
    watch has stopped; returns how many there were."""
    incidents, dispatches = forgotten_incidents(ctx.session), idle_dispatches(ctx.session)
    watches = stopped_watches(ctx.session)
    for incident_id in incidents:
        head = lock_incident(ctx.session, incident_id, station_id=None)
        if head is not None:
            # The second of the finding: a reminder's number must not be one that was used before.
            report_overdue(ctx, incident_id, fence=head.step_no, nag=int(ctx.now.timestamp()))
    for dispatch_id in dispatches:
        ask_more(ctx, dispatch_id)
    for offer_id, turn in watches:
        check_welfare(ctx, offer_id, fence=turn)
    found = len(incidents) + len(dispatches) + len(watches)
    if found:
        log.error("forgotten", count=found, process="auditor")
    return found

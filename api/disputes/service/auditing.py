"""The auditor of cases: looks for open ones nothing will remind anybody of, says so, and reminds.

None can come about by the services' own doing; a timer laid out dead after ten failures, a standard without a state's
deadline, or a row edited by hand is what it exists for.
"""

import structlog
from sqlalchemy import text

from api.disputes.queries.cases import forgotten_cases
from api.disputes.service.steps import STEP_OVERDUE
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers

log = structlog.get_logger(__name__)
_DUE_NOW = text("UPDATE disputes SET due_at = :now WHERE id = ANY(:ids) AND due_at IS NULL")


def take_up_forgotten(ctx: Ctx) -> int:
    """Order the reminder of open cases that have none waiting; returns how many there were."""
    found = forgotten_cases(ctx.session)
    if not found:
        return 0
    ctx.session.execute(_DUE_NOW, {"now": ctx.now, "ids": [case.id for case in found]})
    # The second of the finding: a reminder's name must not be one that was used before.
    again = int(ctx.now.timestamp())
    set_timers(
        ctx,
        [
            TimerOrder(
                STEP_OVERDUE, case.id, ctx.now, step=f"{case.step_no}.{case.level}.{again}", fence=case.step_no,
                args={"nag": case.level},
            )
            for case in found
        ],
    )  # fmt: skip
    log.error("forgotten", count=len(found), process="auditor", kind="dispute")
    return len(found)

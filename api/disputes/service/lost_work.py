"""The auditor of the work: promises, pauses and hand-overs whose clock was lost get another one.

Nothing here comes about by the services' own doing; a timer laid out dead after ten failures, or a row edited by hand,
is what it exists for.
"""

from typing import Any

import structlog
from sqlalchemy import text

from api.disputes.service import handing_over, obligations, suspending
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers

log = structlog.get_logger(__name__)
_MOST = 200

_LOST = text("""
    SELECT :promise AS job, o.id, o.overdue_at AS due_at, 0 AS fence, o.level AS nag
    FROM dispute_obligations o
    WHERE o.state IN ('due', 'overdue', 'broken')
      AND NOT EXISTS (SELECT FROM timers t WHERE t.job = :promise AND t.subject_id = o.id AND t.state = 'waiting')
    UNION ALL
    SELECT :pause, d.id, d.resumes_at, d.step_no, 0
    FROM disputes d
    WHERE d.state = 'suspended' AND d.resumes_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM timers t WHERE t.job = :pause AND t.subject_id = d.id AND t.state = 'waiting')
    UNION ALL
    SELECT :answer, h.id, h.due_at, 0, 1
    FROM dispute_hand_overs h
    WHERE h.state = 'offered' AND h.to_station_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM timers t WHERE t.job = :answer AND t.subject_id = h.id AND t.state = 'waiting')
    LIMIT :most
""")


def take_up_lost_work(ctx: Ctx) -> int:
    """Order a clock for whatever waits without one; returns how many."""
    jobs = {"promise": obligations.OVERDUE, "pause": suspending.OVER, "answer": handing_over.UNANSWERED}
    rows = ctx.session.execute(_LOST, {**jobs, "most": _MOST}).all()
    set_timers(ctx, [_order(ctx, row) for row in rows])
    if rows:
        log.error("forgotten", count=len(rows), process="auditor", kind="dispute_work")
    return len(rows)


def _order(ctx: Ctx, row: Any) -> TimerOrder:
    # The second of the finding: a timer's step must not be one that was used before.
    step = f"found.{int(ctx.now.timestamp())}"
    return TimerOrder(row.job, row.id, max(row.due_at, ctx.now), step=step, fence=row.fence, args={"nag": row.nag})

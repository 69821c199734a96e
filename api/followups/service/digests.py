"""Telling people what a run found: at most one summary of their own visits and one of what climbed to them."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from api.followups.queries import open_counts
from api.followups.rules.digests import Digest
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx

# A summary that could not be delivered by the evening is replaced by the next morning's.
SUMMARY_LIVES = timedelta(hours=14)
MOST_SHOWN = 9_999


def send_digests(ctx: Ctx, digest: Digest, *, label: str) -> int:
    """Queue the summaries of a run; returns to how many people. `label` names the run: told twice, it is told once."""
    own = _own_counts(ctx, digest)
    notices = [
        *(_own(ctx, person, digest.stations[person], own[person], label) for person in sorted(digest.owners)),
        *(
            _notice(ctx, person, digest.stations[person], "visit_escalated", {"count": count}, label)
            for person, count in sorted(digest.escalated.items())
        ),
    ]
    queue_notices(ctx, notices)
    return len({notice.person_id for notice in notices})


def _own_counts(ctx: Ctx, digest: Digest) -> Mapping[UUID, tuple[int, int]]:
    # What the lists that moved hold in all, not only what was added: "2 due" must not hide 5 overdue ones.
    counts = {person: (digest.soon[person], 0) for person in digest.owners}
    for owner_id, due, overdue in open_counts(ctx.session, digest.lists):
        for person in digest.lists[owner_id]:
            counts[person] = (counts[person][0] + due, counts[person][1] + overdue)
    return counts


def _own(ctx: Ctx, person: UUID, station_id: UUID, counts: tuple[int, int], label: str) -> Notice:
    due, overdue = counts
    if overdue:
        return _notice(ctx, person, station_id, "visit_overdue", {"overdue": overdue, "due": due}, label)
    return _notice(ctx, person, station_id, "visit_due", {"due": due}, label)


def _notice(
    ctx: Ctx, person: UUID, station_id: UUID, template: str, counts: Mapping[str, int], label: str
) -> Notice:  # fmt: skip
    return Notice(
        person_id=person,
        subject_kind="visit_digest",
        subject_id=person,
        template=template,
        urgency=Urgency.NORMAL,
        step=f"{template}.{label}",
        expires_at=ctx.now + SUMMARY_LIVES,
        variables={name: str(min(count, MOST_SHOWN)) for name, count in counts.items()},
        station_id=station_id,
    )

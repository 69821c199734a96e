"""Keeping messages back: for the morning of somebody who sleeps, or to be summed up with others of their sort.

Alerts and codes are never kept back, whatever anybody has set. What is kept back is released by `releasing`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from api.kernel.ids import uuid7
from api.notifications.queries.reach import own_quiet_hours, reach_policies
from api.notifications.rules.bundling import BUNDLED, bundle_until
from api.notifications.rules.quiet import quiet_until
from api.notifications.rules.templates import TEMPLATES
from api.notifications.types import QuietHours, ReachPolicy, Urgency
from api.plumbing.context import Ctx
from api.plumbing.outbox import NewMessage

Sort = tuple[UUID, str]
"""A person and a template."""

SUMMARY = "digest"
# Only a person's newest messages are looked at: ids begin with their time.
_LAST = text("""
    SELECT asked.person_id, asked.template, max(o.next_at) AS last
    FROM unnest(CAST(:people AS uuid[]), CAST(:templates AS text[])) AS asked(person_id, template)
    JOIN outbox o ON o.person_id = asked.person_id AND o.id >= :since AND o.held_until IS NULL
        AND o.template IN (asked.template, :summary) AND o.next_at <= :now
    GROUP BY asked.person_id, asked.template
""")


def hold_back(ctx: Ctx, messages: Sequence[NewMessage]) -> list[NewMessage]:
    """The messages, those that have to wait with the moment until which they do."""
    until = held_until(ctx, messages)
    return [
        replace(message, held_until=until[message.person_id, message.template])
        if message.person_id and is_patient(message) and (message.person_id, message.template) in until
        else message
        for message in messages
    ]


def held_until(ctx: Ctx, messages: Collection[NewMessage]) -> Mapping[Sort, datetime]:
    """Until when the messages of each sort have to wait; sorts that go out at once are left out."""
    stations = {message.person_id: message.station_id for message in messages if is_patient(message)}
    people = [person_id for person_id in stations if person_id]
    if not people:
        return {}
    policies = reach_policies(ctx.session, set(stations.values()))
    chosen = own_quiet_hours(ctx.session, people)
    counts = _count_decisions(messages)
    asleep = {
        person_id: until
        for person_id in people
        if (until := _asleep(chosen.get(person_id, policies[stations[person_id]].quiet), ctx.now))
    }
    repeated = _repeated(ctx, counts, {person_id: policies[stations[person_id]] for person_id in people})
    return {sort: asleep.get(sort[0]) or repeated[sort] for sort in counts if sort[0] in asleep or sort in repeated}


def is_patient(message: NewMessage) -> bool:
    """Whether a message may be kept back at all."""
    template = TEMPLATES.get(message.template)
    return message.urgency == Urgency.NORMAL and message.template != SUMMARY and not (template and template.silent)


def _asleep(hours: QuietHours | None, now: datetime) -> datetime | None:
    return quiet_until(hours, now) if hours else None


def _count_decisions(messages: Collection[NewMessage]) -> Counter[Sort]:
    # A message to each of somebody's phones is one decision.
    decisions = {(m.person_id, m.template, m.subject_kind, m.subject_id, m.step) for m in messages if is_patient(m)}
    return Counter((person_id, template) for person_id, template, *_ in decisions if person_id)


def _repeated(ctx: Ctx, counts: Counter[Sort], policies: Mapping[UUID, ReachPolicy]) -> dict[Sort, datetime]:
    sorts = [sort for sort in counts if sort[1] in BUNDLED and policies[sort[0]].bundle_gap_s]
    if not sorts:
        return {}
    longest = timedelta(seconds=max(policies[person_id].bundle_gap_s for person_id, _ in sorts))
    # Twice as far back as the gap: a summary is sent later than the messages it sums up were written.
    since = uuid7(int((ctx.now - 2 * longest).timestamp() * 1000), bytes(10))
    facts = {
        "people": [person_id for person_id, _ in sorts],
        "templates": [template for _, template in sorts],
        "since": since,
        "summary": SUMMARY,
        "now": ctx.now,
    }
    last = {(row.person_id, row.template): row.last for row in ctx.session.execute(_LAST, facts)}
    waits = {
        sort: bundle_until(last.get(sort), counts[sort], policies[sort[0]].bundle_gap_s, ctx.now) for sort in sorts
    }
    return {sort: until for sort, until in waits.items() if until}

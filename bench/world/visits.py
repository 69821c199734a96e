"""Cases that are followed, and their visits, in a copy of the world. Set-based, and the same for the same numbers.

A case has ten visits three days apart. What lies behind `morning` is done but for one visit in twenty, which is overdue
and climbs; what lies ahead is planned. So some two visits in a hundred strike on the morning.
"""

from datetime import datetime

import psycopg

VISITS_EACH = 10
MEDIATORS = 2_000

_MEDIATORS = """
    CREATE TEMP TABLE mediators AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, station_id
    FROM (SELECT id, station_id FROM people ORDER BY id LIMIT %(mediators)s) AS first;
"""
_ROLES = "UPDATE people SET roles = '{mediator}' WHERE id IN (SELECT id FROM mediators)"
_PLANS = """
    INSERT INTO visit_plans (id, station_id, subject_kind, subject_id, label, state, colour, round, template_id,
                             settled_at, owner_kind, owner_id, opened_at)
    SELECT gen_random_uuid(), m.station_id, 'dispute', gen_random_uuid(), 'B' || number, 'running', 'yellow', 1,
           (SELECT id FROM visit_templates WHERE subject_kind = 'dispute' AND colour = '*' LIMIT 1),
           CAST(%(morning)s AS timestamptz) - interval '40 days', 'person', m.id, now()
    FROM generate_series(1, %(cases)s) AS number JOIN mediators AS m ON m.n = number %% %(mediators)s
"""
_VISITS = """
    INSERT INTO visits (id, station_id, plan_id, round, number, template_id, step_no, anchored_at, mode, role, state,
                        target_on, due_at, overdue_at, climbs, next_step_at, level, provisional, owner_kind, owner_id,
                        done_at, outcome, planned_at)
    SELECT gen_random_uuid(), station_id, plan_id, 1, number, template_id, number, settled_at, 'telephone', 'mediator',
           CASE WHEN days >= 0 THEN 'planned' WHEN late THEN 'overdue' ELSE 'done' END,
           CAST(due_at AS date), due_at, due_at + interval '1 day', climbs,
           CASE WHEN days >= 0 THEN due_at WHEN late THEN (
               SELECT min(moment) FROM unnest(climbs) AS moment WHERE moment > %(evening)s) END,
           CASE WHEN late AND days < 0 THEN (
               SELECT count(*) FROM unnest(climbs) AS moment WHERE moment <= %(evening)s) ELSE 0 END,
           false, 'person', owner_id,
           CASE WHEN days < 0 AND NOT late THEN due_at END, CASE WHEN days < 0 AND NOT late THEN 'calm' END, now()
    FROM (
        SELECT *, ARRAY[due_at + interval '2 days', due_at + interval '3 days', due_at + interval '5 days'] AS climbs
        FROM (
            SELECT p.id AS plan_id, p.station_id, p.template_id, p.settled_at, p.owner_id, number, days,
                   CAST(%(day)s AS timestamptz) + make_interval(days => days) AS due_at,
                   hashint4extended(number + hashtext(p.label), 7) %% 20 = 0 AS late
            FROM visit_plans AS p
            CROSS JOIN generate_series(1, %(each)s) AS number
            CROSS JOIN LATERAL (SELECT abs(hashtext(p.label)) %% 15 - 15 + (number - 5) * 3 AS days) AS at
        ) AS dated
    ) AS planned
"""


def follow_cases(connection: psycopg.Connection, *, cases: int, morning: datetime, day: datetime) -> None:
    """Add `cases` plans with their visits; `day` is the midnight before `morning`."""
    given = {
        "cases": cases,
        "mediators": MEDIATORS,
        "each": VISITS_EACH,
        "morning": morning,
        "day": day,
        "evening": day.replace(hour=0),
    }
    # The owner's session: the runtime role may not write templates, and foreign keys hold by construction.
    connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for statement in (_MEDIATORS, _ROLES, _PLANS, _VISITS):
        connection.execute(statement, {name: given[name] for name in given if f"%({name})s" in statement} or None)
    connection.execute("VACUUM ANALYZE visits")
    connection.execute("VACUUM ANALYZE visit_plans")

"""Disputes in numbers. The lines and their total come from one statement, so that they cannot disagree."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from api.identity.queries import contacts_of
from api.reporting.types import CaseLine, DisputeReport, Grouping, Mediator, Period, Spread, VisitLine

# Group -> (its key, its label) for a case `d`.
_KEYS: dict[Grouping, tuple[str, str]] = {
    Grouping.CATEGORY: ("left(d.category, 2)", "max(c.zh)"),
    Grouping.COLOUR: ("d.colour", "NULL"),
    Grouping.GRID: ("CAST(d.unit_id AS text)", "max(d.unit_name)"),
    Grouping.MONTH: ("to_char(d.reported_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')", "NULL"),
}
_LABELS = """
    LEFT JOIN dispute_codes AS c ON c.list = 'category' AND c.code = left(d.category, 2)
         AND c.version = (SELECT max(version) FROM dispute_codes WHERE list = 'category' AND code = left(d.category, 2))
"""
_CASES = """
    SELECT {key} AS key, {label} AS label, grouping({key}) AS is_total, count(*) AS reported,
        count(*) FILTER (WHERE d.state IN ('reported', 'accepted', 'mediating', 'suspended', 'handing_over')) AS open,
        count(*) FILTER (WHERE d.state = 'settled') AS settled,
        count(*) FILTER (WHERE d.state = 'closed') AS closed,
        count(*) FILTER (WHERE d.state = 'failed') AS failed,
        count(*) FILTER (WHERE d.state = 'handed_over') AS elsewhere,
        count(*) FILTER (WHERE d.state IN ('refused', 'merged', 'withdrawn')) AS dropped,
        count(*) FILTER (WHERE d.round > 1) AS relapsed,
        count(*) FILTER (WHERE d.due_at < :now) AS overdue,
        count(*) FILTER (WHERE d.repeat) AS repeat,
        {accepting}, {settling}, {closing}
    FROM (
        SELECT disputes.*, EXISTS (
            SELECT FROM dispute_parties AS p JOIN dispute_parties AS q ON q.dispute_id <> p.dispute_id
                AND (q.phone_index = p.phone_index OR q.document_index = p.document_index)
            JOIN disputes AS e ON e.id = q.dispute_id
            WHERE p.dispute_id = disputes.id AND p.agent_of IS NULL AND q.agent_of IS NULL
              AND e.station_id = disputes.station_id
              AND e.reported_at < disputes.reported_at AND e.reported_at > disputes.reported_at - interval '1 year'
        ) AS repeat FROM disputes
        WHERE station_id = :station AND reported_at >= :since AND reported_at < :until
    ) AS d {join}
    GROUP BY GROUPING SETS (({key}), ()) ORDER BY is_total, reported DESC, key
"""
_SPREADS = {"accepting": "accepted_at", "settling": "settled_at", "closing": "closed_at"}
_SPREAD = (
    "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM d.{end} - d.reported_at))"
    " AS {name}, count(d.{end}) AS {name}_count"
)
_VISITS = """
    SELECT {key} AS key, {label} AS label, grouping({key}) AS is_total, count(*) AS visits,
        count(*) FILTER (WHERE v.state = 'done') AS done,
        count(*) FILTER (WHERE v.state IN ('planned', 'due')) AS open,
        count(*) FILTER (WHERE v.state = 'overdue') AS overdue,
        count(*) FILTER (WHERE v.state = 'missed') AS missed,
        count(*) FILTER (WHERE v.state = 'waived') AS waived,
        count(*) FILTER (WHERE v.state = 'done' AND EXISTS (
            SELECT FROM visit_contacts AS t
            WHERE t.visit_id = v.id AND t.counted AND t.verdict = 'doubtful')) AS doubtful
    FROM visits AS v JOIN visit_plans AS p ON p.id = v.plan_id AND p.subject_kind = 'dispute'
    JOIN disputes AS d ON d.id = p.subject_id {join}
    WHERE v.station_id = :station AND v.due_at >= :since AND v.due_at < :until
    GROUP BY GROUPING SETS (({key}), ()) ORDER BY is_total, visits DESC, key
"""
_MEDIATORS = text("""
    WITH work AS (
        SELECT lead_id AS person_id, 'leading' AS what FROM disputes
        WHERE station_id = :station AND lead_id IS NOT NULL AND ended_at IS NULL
        UNION ALL SELECT i.person_id, 'in_teams' FROM dispute_insiders AS i JOIN disputes AS d ON d.id = i.dispute_id
        WHERE d.station_id = :station AND d.ended_at IS NULL AND i.why = 'team'
          AND i.person_id IS DISTINCT FROM d.lead_id
        UNION ALL SELECT lead_id, 'settled' FROM disputes
        WHERE station_id = :station AND lead_id IS NOT NULL AND settled_at >= :since AND settled_at < :until
        UNION ALL SELECT lead_id, 'closed' FROM disputes
        WHERE station_id = :station AND lead_id IS NOT NULL AND closed_at >= :since AND closed_at < :until
        UNION ALL SELECT v.owner_id, CASE WHEN v.state = 'overdue' THEN 'visits_overdue' ELSE 'visits_open' END
        FROM visits AS v JOIN visit_plans AS p ON p.id = v.plan_id AND p.subject_kind = 'dispute'
        WHERE v.station_id = :station AND v.owner_kind = 'person' AND v.state IN ('planned', 'due', 'overdue')
    )
    SELECT person_id,
        count(*) FILTER (WHERE what = 'leading') AS "leading", count(*) FILTER (WHERE what = 'in_teams') AS in_teams,
        count(*) FILTER (WHERE what = 'settled') AS settled, count(*) FILTER (WHERE what = 'closed') AS closed,
        count(*) FILTER (WHERE what IN ('visits_open', 'visits_overdue')) AS visits_open,
        count(*) FILTER (WHERE what = 'visits_overdue') AS visits_overdue
    FROM work GROUP BY person_id ORDER BY "leading" DESC, visits_open DESC, person_id
""")


def dispute_report(session: Session, station_id: UUID, *, period: Period, by: Grouping, now: Any) -> DisputeReport:
    """The cases reported and the visits due in the period, by group, and who has what in hand."""
    given = {"station": station_id, "since": period.since, "until": period.until, "now": now}
    cases = [(_case_line(row), bool(row.is_total)) for row in session.execute(_statement(_CASES, by), given)]
    visits = [(_visit_line(row), bool(row.is_total)) for row in session.execute(_statement(_VISITS, by), given)]
    return DisputeReport(
        period=period,
        by=by,
        cases=tuple(line for line, total in cases if not total),
        all_cases=next(line for line, total in cases if total),
        visits=tuple(line for line, total in visits if not total),
        all_visits=next(line for line, total in visits if total),
        mediators=_mediators(session, given),
    )


def _statement(pattern: str, by: Grouping) -> TextClause:
    key, label = _KEYS[by]
    spreads = {name: _SPREAD.format(name=name, end=end) for name, end in _SPREADS.items()}
    join = _LABELS if by is Grouping.CATEGORY else ""
    return text(pattern.format(key=key, label=label, join=join, **spreads))


def _case_line(row: Row[Any]) -> CaseLine:
    values: dict[str, Any] = {
        name: _spread(row, name) if name in _SPREADS else getattr(row, name) for name in CaseLine.__dataclass_fields__
    }
    return CaseLine(**values)


def _spread(row: Row[Any], name: str) -> Spread:
    median, p90 = getattr(row, name) or (None, None)
    return Spread(getattr(row, f"{name}_count"), median, p90)


def _visit_line(row: Row[Any]) -> VisitLine:
    called_for = row.done + row.missed + row.overdue
    counts = {name: getattr(row, name) for name in VisitLine.__dataclass_fields__ if name != "completion"}
    return VisitLine(**counts, completion=row.done / called_for if called_for else None)


def _mediators(session: Session, given: dict[str, Any]) -> tuple[Mediator, ...]:
    rows = session.execute(_MEDIATORS, given).all()
    names = contacts_of(session, [row.person_id for row in rows])
    return tuple(
        Mediator(name=names[row.person_id].name if row.person_id in names else "", **row._mapping) for row in rows
    )

"""Which rules hold."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.retention.models import RetentionRule
from api.retention.types import Purpose, Rule


def rules_of(session: Session, station_id: UUID) -> list[Rule]:
    """The rule in force of every purpose, the station's own before the common one."""
    rows = session.scalars(
        select(RetentionRule)
        .where(or_(RetentionRule.station_id == station_id, RetentionRule.station_id.is_(None)))
        .ext(distinct_on(RetentionRule.purpose))
        .order_by(RetentionRule.purpose, RetentionRule.station_id.asc().nulls_last(), RetentionRule.version.desc())
    )
    return [_rule(row) for row in rows]


def history_of(session: Session, station_id: UUID, purpose: Purpose) -> list[Rule]:
    """Every version of one rule, the newest first; the common ones after the station's own."""
    rows = session.scalars(
        select(RetentionRule)
        .where(
            RetentionRule.purpose == purpose,
            or_(RetentionRule.station_id == station_id, RetentionRule.station_id.is_(None)),
        )
        .order_by(RetentionRule.station_id.asc().nulls_last(), RetentionRule.version.desc())
    )
    return [_rule(row) for row in rows]


def _rule(row: RetentionRule) -> Rule:
    return Rule(Purpose(row.purpose), row.version, row.keep_days, row.station_id, row.made_by, row.made_at)

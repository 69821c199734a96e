"""Templates and scales: versioned data, the newest of each line."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from api.followups.models import ScaleRow, TemplateRow
from api.followups.rules.scales import thaw_rules
from api.followups.rules.steps import thaw_steps
from api.followups.types import ANY, Scale, Template


def templates_for(session: Session, station_id: UUID) -> list[Template]:
    """The newest version of every line a station may use: its own and the common ones."""
    line = (TemplateRow.station_id, TemplateRow.subject_kind, TemplateRow.colour)
    rows = session.scalars(
        select(TemplateRow)
        .where(_visible(station_id))
        .ext(distinct_on(*line))
        .order_by(*line, TemplateRow.version.desc())
    )
    return [_template(row) for row in rows]


def template_versions(session: Session, station_id: UUID, *, subject_kind: str, colour: str) -> list[Template]:
    """Every version of the station's own and the common line of this kind and colour, newest first."""
    rows = session.scalars(
        select(TemplateRow)
        .where(_visible(station_id), TemplateRow.subject_kind == subject_kind, TemplateRow.colour == colour)
        .order_by(TemplateRow.station_id.nulls_last(), TemplateRow.version.desc())
    )
    return [_template(row) for row in rows]


def template_by_id(session: Session, template_id: UUID) -> Template | None:
    """One version."""
    row = session.get(TemplateRow, template_id)
    return None if row is None else _template(row)


def scale_for(session: Session, station_id: UUID, subject_kind: str) -> Scale:
    """The scale in force: the station's before the common one, the kind's before the general one, then the newest."""
    row = session.scalars(
        select(ScaleRow)
        .where(
            ScaleRow.subject_kind.in_((subject_kind, ANY)),
            (ScaleRow.station_id == station_id) | ScaleRow.station_id.is_(None),
        )
        .order_by(ScaleRow.station_id.is_(None), ScaleRow.subject_kind == ANY, ScaleRow.version.desc())
        .limit(1)
    ).one()
    return _scale(row)


def scales_for(session: Session, station_id: UUID) -> list[Scale]:
    """The newest version of every scale a station may use: its own and the common ones."""
    line = (ScaleRow.station_id, ScaleRow.subject_kind)
    rows = session.scalars(
        select(ScaleRow)
        .where((ScaleRow.station_id == station_id) | ScaleRow.station_id.is_(None))
        .ext(distinct_on(*line))
        .order_by(*line, ScaleRow.version.desc())
    )
    return [_scale(row) for row in rows]


def scale_versions(session: Session, station_id: UUID, subject_kind: str) -> list[Scale]:
    """Every version of the station's own and the common scale of exactly this kind, its own and the newest first."""
    rows = session.scalars(
        select(ScaleRow)
        .where((ScaleRow.station_id == station_id) | ScaleRow.station_id.is_(None))
        .where(ScaleRow.subject_kind == subject_kind)
        .order_by(ScaleRow.station_id.nulls_last(), ScaleRow.version.desc())
    )
    return [_scale(row) for row in rows]


def _scale(row: ScaleRow) -> Scale:
    return Scale(row.subject_kind, row.version, tuple(row.colours), thaw_rules(row.rules), row.station_id)


def _visible(station_id: UUID):  # type: ignore[no-untyped-def] # an SQL expression
    return (TemplateRow.station_id == station_id) | TemplateRow.station_id.is_(None)


def _template(row: TemplateRow) -> Template:
    return Template(
        row.id, row.station_id, row.subject_kind, row.colour, row.version, row.zh, row.en, thaw_steps(row.steps)
    )

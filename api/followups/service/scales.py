"""Editing scales: each edit is a new version of the station's own; a plan keeps its colour until something moves it."""

from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.followups.errors import BadScale, ScaleMoved
from api.followups.models import ScaleRow
from api.followups.queries import scale_versions
from api.followups.rules.scales import freeze_rules, scale_faults
from api.followups.types import NewScale, Scale
from api.plumbing.context import Ctx


def write_scale(ctx: Ctx, draft: NewScale) -> Scale:
    """Write the station's next version of a kind's colours and rules; outcomes reported from now on follow it.

    Raises BadScale, and ScaleMoved when `replaces` is not the newest version.
    """
    faults = scale_faults(draft)
    if faults:
        raise BadScale(issues=faults)
    newest = _newest_own(ctx, draft.subject_kind)
    if draft.replaces != newest:
        raise ScaleMoved(version=newest)
    row = ScaleRow(
        id=ctx.new_id(),
        station_id=ctx.actor.station,
        subject_kind=draft.subject_kind,
        version=newest + 1,
        colours=list(draft.colours),
        rules=freeze_rules(draft.rules),
        made_at=ctx.now,
    )
    _insert(ctx, row)
    record(ctx, "visit_scale.written", "visit_scale", row.id, kind=row.subject_kind, version=row.version,
           colours=row.colours)  # fmt: skip
    return Scale(row.subject_kind, row.version, draft.colours, draft.rules, row.station_id)


def _newest_own(ctx: Ctx, subject_kind: str) -> int:
    versions = scale_versions(ctx.session, ctx.actor.station, subject_kind)
    return max((scale.version for scale in versions if scale.station_id is not None), default=0)


def _insert(ctx: Ctx, row: ScaleRow) -> None:
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:  # two people edited the same version at this moment
        raise ScaleMoved(version=row.version) from None

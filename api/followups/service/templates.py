"""Editing plan templates: every edit is a new version of the station's own line; running plans keep theirs."""

from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.followups.errors import BadSteps, TemplateMoved, UnknownColour
from api.followups.models import TemplateRow
from api.followups.queries import scale_for, template_versions
from api.followups.rules.steps import faults_in, freeze_steps
from api.followups.types import ANY, NewTemplate, Template
from api.plumbing.context import Ctx


def write_template(ctx: Ctx, draft: NewTemplate) -> Template:
    """Write the station's next version for a kind and colour; plans opened or re-graded from now on use it.

    Raises BadSteps, UnknownColour, and TemplateMoved when `replaces` is not the newest version.
    """
    faults = faults_in(draft.steps)
    if faults:
        raise BadSteps(issues=faults)
    station = ctx.actor.station
    if draft.colour != ANY and draft.colour not in scale_for(ctx.session, station, draft.subject_kind).colours:
        raise UnknownColour(colour=draft.colour)
    newest = _newest_own(ctx, draft)
    if draft.replaces != newest:
        raise TemplateMoved(version=newest)
    row = TemplateRow(
        id=ctx.new_id(),
        station_id=station,
        subject_kind=draft.subject_kind,
        colour=draft.colour,
        version=newest + 1,
        zh=draft.zh,
        en=draft.en,
        steps=freeze_steps(draft.steps),
        made_by=ctx.actor.person_id,
        made_at=ctx.now,
    )
    _insert(ctx, row)
    record(ctx, "visit_template.written", "visit_template", row.id, kind=row.subject_kind, colour=row.colour,
           version=row.version)  # fmt: skip
    return Template(row.id, station, row.subject_kind, row.colour, row.version, row.zh, row.en, draft.steps)


def _newest_own(ctx: Ctx, draft: NewTemplate) -> int:
    versions = template_versions(ctx.session, ctx.actor.station, subject_kind=draft.subject_kind, colour=draft.colour)
    return max((template.version for template in versions if template.station_id is not None), default=0)


def _insert(ctx: Ctx, row: TemplateRow) -> None:
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:  # two people edited the same version at this moment
        raise TemplateMoved(version=row.version) from None

"""A roster out: as a workbook or comma-separated text, numbers masked unless the reader may see them."""

from dataclasses import replace

from api.audit.service import record
from api.grids.queries.rosters import lines_of
from api.grids.queries.words import forces_of, skills_of
from api.grids.rules.roster import (
    COLUMNS,
    EXPORTED,
    WIDTHS,
    guide_lines,
    header_line,
    label_words,
    roster_line,
)
from api.grids.rules.sheets import write_csv, write_xlsx
from api.identity.types import Permission
from api.kernel.errors import Forbidden
from api.kernel.masking import mask_phone
from api.plumbing.context import Ctx


def export_roster(ctx: Ctx, *, file_format: str, full_numbers: bool, include_left: bool) -> bytes:
    """The station's members as .xlsx or .csv; raises Forbidden for full numbers without the right to read them."""
    if full_numbers and Permission.PEOPLE_CONTACT not in ctx.actor.permissions:
        raise Forbidden
    lines = lines_of(ctx.session, ctx.actor.station, include_left=include_left)
    forces = label_words(forces_of(ctx.session, ctx.actor.station))
    skills = label_words(skills_of(ctx.session, ctx.actor.station))
    rows = [header_line(EXPORTED)]
    for line in lines:
        shown = line if full_numbers else replace(line, phone=mask_phone(line.phone))
        rows.append(roster_line(shown, forces, skills))
    facts = {"format": file_format, "members": len(lines), "full_numbers": full_numbers}
    record(ctx, "roster.exported", "station", ctx.actor.station, **facts)
    if file_format == "csv":
        return write_csv(rows)
    return write_xlsx({"花名册": rows}, now=ctx.now, widths=WIDTHS)


def roster_template(ctx: Ctx) -> bytes:
    """An empty workbook with the columns, and a second sheet that says what may stand in them."""
    station = ctx.actor.station
    guide = guide_lines(forces_of(ctx.session, station), skills_of(ctx.session, station))
    return write_xlsx({"花名册": [header_line(COLUMNS)], "填写说明": guide}, now=ctx.now, widths=WIDTHS)

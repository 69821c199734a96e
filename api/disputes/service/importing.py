"""A file of old cases in: read, checked against the day's lists, and written in a few statements however long it is."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import insert

from api.audit.service import record
from api.disputes.models import DisputeImport
from api.disputes.queries.codes import book_of, code_rows
from api.disputes.queries.imports import plan_facts, registered
from api.disputes.rules.codes import CodeBook
from api.disputes.rules.sheet import bound_faults, guide_lines, header_line, read_header, read_rows
from api.disputes.rules.sheet.rows import Surroundings
from api.disputes.service.filing import write_cases
from api.disputes.service.steps import SUBJECT
from api.disputes.types import CaseFile, CaseImport, CaseLine, CodeList, Draft
from api.followups.rules.schedule import station_day
from api.followups.service import open_plans
from api.followups.types import PlanOrder, SubjectRef
from api.grids.queries import grids_by_code, units_at
from api.grids.rules.sheets import read_sheet, write_xlsx
from api.grids.types import STATION_ZONE
from api.plumbing.context import Ctx
from api.plumbing.locks import take_locks

_TRACED = (
    "id", "at", "imported_by", "file_format", "dry_run", "keep_good", "applied", "rows", "created", "known", "bad",
)  # fmt: skip


def import_cases(ctx: Ctx, file: CaseFile) -> CaseImport:
    """Import a file into the actor's station; raises RosterUnreadable, CaseHeaderUnfit for what is no file of cases.

    Bad rows are no error: they are in the report, and unless `keep_good` is set nothing is filed while there are any.
    A row whose register number is filed already changes nothing. Settled cases get their visits, past ones left out.
    """
    sheet = read_sheet(file.name, file.data)
    header = read_header(sheet.rows[0][1] if sheet.rows else ())
    # One import of a station at a time: two of the same file would both find its numbers free.
    take_locks(ctx.session, [f"disputes.import.{ctx.actor.station}"])
    around = _surroundings(ctx)
    lines, faults, count = read_rows(sheet.rows[1:], header, around)
    known = registered(ctx.session, ctx.actor.station, [line.register_no for line in lines if line.register_no])
    new = [line for line in lines if line.register_no not in known]
    applied = not file.dry_run and (file.keep_good or not faults)
    if applied:
        _file(ctx, new, around.book)
    kept, left_out = bound_faults(faults)
    report = CaseImport(
        id=ctx.new_id(),
        at=ctx.now,
        imported_by=ctx.actor.person_id,
        file_format=sheet.file_format,
        dry_run=file.dry_run,
        keep_good=file.keep_good,
        applied=applied,
        rows=count,
        created=len(new),
        known=len(lines) - len(new),
        bad=len({fault.row for fault in faults}),
        ignored_columns=header.ignored,
        faults=kept,
        faults_left_out=left_out,
    )
    _keep_trace(ctx, report, hashlib.sha256(file.data).digest())
    return report


def _surroundings(ctx: Ctx) -> Surroundings:
    today = station_day(ctx.now)
    grids = grids_by_code(ctx.session, ctx.actor.station)
    return Surroundings(book_of(ctx.session, today), grids, today)


def _file(ctx: Ctx, lines: Sequence[CaseLine], book: CodeBook) -> None:
    placed = [line.new.spot.point for line in lines if line.new.spot]
    found = iter(units_at(ctx.session, ctx.actor.station, placed) if placed else ())
    units = [next(found) if line.new.spot else None for line in lines]
    drafts = [
        Draft(
            new=line.new,
            category_version=book.version(CodeList.CATEGORY, line.new.category),
            unit=line.unit or unit,
            reported_at=_at(ctx, line.reported_on, time(9)),
            state=line.state,
            settled_at=_at(ctx, line.settled_on, time(12)) if line.settled_on else None,
            register_no=line.register_no,
            colour=line.colour,
        )
        for line, unit in zip(lines, units, strict=True)
    ]
    if drafts:
        _follow(ctx, write_cases(ctx, drafts))


def _at(ctx: Ctx, day: date, hour: time) -> datetime:
    # The file knows days only; what is from today has already been.
    return min(datetime.combine(day, hour, STATION_ZONE), ctx.now)


def _follow(ctx: Ctx, ids: Sequence[UUID]) -> None:
    open_plans(
        ctx,
        [
            PlanOrder(
                SubjectRef(SUBJECT, row.id, row.station_id, label=row.ref, unit_id=row.unit_id, place=place),
                settled_at=row.settled_at,
                colour=row.colour,
                skip_past=True,
            )
            for row, place in plan_facts(ctx.session, ids)
        ],
    )


def _keep_trace(ctx: Ctx, report: CaseImport, sha256: bytes) -> None:
    faults = [fault._asdict() for fault in report.faults]
    values = {name: getattr(report, name) for name in _TRACED}
    row = {**values, "station_id": ctx.actor.station, "file_sha256": sha256, "faults": faults}
    ctx.session.execute(insert(DisputeImport), [row])
    action = "checked" if report.dry_run else "imported" if report.applied else "refused"
    counts = {"row_count": report.rows, "created": report.created, "known": report.known, "bad": report.bad}
    record(ctx, f"dispute_import.{action}", "dispute_import", report.id, **counts)


def case_template(ctx: Ctx) -> bytes:
    """An empty workbook with the columns, and a second sheet that says what may stand in them."""
    codes = code_rows(ctx.session, station_day(ctx.now))
    return write_xlsx({"矛盾纠纷": [header_line()], "填写说明": guide_lines(codes)}, now=ctx.now, widths=[16] * 25)

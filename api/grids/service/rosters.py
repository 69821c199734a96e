"""A roster in: read, compared with the station, and applied in a few statements however long it is.

A dry run takes the same road and then rolls its savepoint back, so what it says is what an import would do.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from api.audit.service import record, record_many
from api.grids.models import Member, MemberSkill, RosterImport
from api.grids.queries.rosters import enrolled_of
from api.grids.queries.units import grid_ids_by_code
from api.grids.queries.words import forces_of, skills_of
from api.grids.rules import station_day
from api.grids.rules.roster import DEFAULT_STATUS, bound_faults, index_words, plan_changes, read_header, read_rows
from api.grids.rules.sheets import read_sheet
from api.grids.service.units import lock_station
from api.grids.types import (
    Keep,
    RosterChange,
    RosterFile,
    RosterPlan,
    RosterReport,
    RosterRow,
    Vocabulary,
)
from api.identity.service import enroll_people
from api.identity.types import Language, NewPerson, Role
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers

# One job row holds this many ids: large enough to be few, small enough to be one short transaction.
REFRESH_BATCH = 500


def import_roster(ctx: Ctx, *, file: RosterFile) -> RosterReport:
    """Import a file into the actor's station; raises RosterUnreadable or RosterHeaderUnfit for what is no roster.

    Bad rows are no error: they are in the report, and unless `keep_good` is set nothing is applied while there are any.
    """
    sheet = read_sheet(file.name, file.data)
    header = read_header(sheet.rows[0][1] if sheet.rows else ())
    lock_station(ctx)
    rows, faults, count = read_rows(sheet.rows[1:], header, _vocabulary(ctx))
    import_id = ctx.new_id()
    with ctx.session.begin_nested() as savepoint:
        plan = plan_changes(rows, enrolled_of(ctx.session, _enroll(ctx, rows)))
        faults += plan.faults
        applied = not file.dry_run and (file.keep_good or not faults)
        if applied:
            _apply(ctx, import_id, plan)
        else:
            savepoint.rollback()
    kept, left_out = bound_faults(faults)
    report = RosterReport(
        id=import_id,
        at=ctx.now,
        file_format=sheet.file_format,
        dry_run=file.dry_run,
        keep_good=file.keep_good,
        applied=applied,
        rows=count,
        created=len(plan.created),
        updated=len(plan.updated),
        unchanged=plan.unchanged,
        bad=len({fault.row for fault in faults}),
        ignored_columns=header.ignored,
        faults=kept,
        faults_left_out=left_out,
    )
    _keep_trace(ctx, report, hashlib.sha256(file.data).digest())
    return report


def _vocabulary(ctx: Ctx) -> Vocabulary:
    station = ctx.actor.station
    return Vocabulary(
        forces=index_words(forces_of(ctx.session, station)),
        skills=index_words(skills_of(ctx.session, station)),
        grids=grid_ids_by_code(ctx.session, station),
    )


def _enroll(ctx: Ctx, rows: Sequence[RosterRow]) -> dict[str, UUID]:
    people = [
        NewPerson(row.name, row.phone, row.roles or (Role.VOLUNTEER,), row.language or Language.ZH) for row in rows
    ]
    return enroll_people(ctx, people) if people else {}


def _apply(ctx: Ctx, import_id: UUID, plan: RosterPlan) -> None:
    created = _insert_members(ctx, plan.created)
    updated = _update_members(ctx, plan.updated)
    _drop_skills(ctx, plan.updated)
    _put_skills(ctx, [*created, *updated])
    source = {"import_id": str(import_id)}
    record_many(ctx, "member.enrolled", "member", [(member_id, source) for member_id, _ in created])
    record_many(ctx, "member.edited", "member", [(member_id, source) for member_id, _ in updated])
    _order_refresh(ctx, import_id, [member_id for member_id, _ in [*created, *updated]])


def _insert_members(ctx: Ctx, changes: Sequence[RosterChange]) -> list[tuple[UUID, RosterRow]]:
    made = [(ctx.new_id(), row, before.person_id) for row, before in changes]
    rows = [
        {
            "id": member_id,
            "person_id": person_id,
            "station_id": ctx.actor.station,
            "grid_id": None if isinstance(row.grid_id, Keep) else row.grid_id,
            "force": row.force,
            "status": row.status or DEFAULT_STATUS,
            "joined_on": row.joined_on or station_day(ctx.now),
            "created_at": ctx.now,
        }
        for member_id, row, person_id in made
    ]
    if rows:
        ctx.session.execute(insert(Member), rows)
    return [(member_id, row) for member_id, row, _ in made]


def _update_members(ctx: Ctx, changes: Sequence[RosterChange]) -> list[tuple[UUID, RosterRow]]:
    rows: list[dict[str, Any]] = [
        {
            "id": before.member_id,
            "force": row.force,
            "grid_id": before.grid_id if isinstance(row.grid_id, Keep) else row.grid_id,
            "joined_on": row.joined_on or before.joined_on,
            "version": before.version + 1,  # read under the station's lock
        }
        for row, before in changes
    ]
    if rows:
        ctx.session.execute(update(Member), rows)
    return [(before.member_id, row) for row, before in changes if before.member_id is not None]


# Arrays instead of a list of pairs: a long roster has more pairs than a statement may have parameters.
_DROP_SKILLS = text("""
    DELETE FROM member_skills m
    USING unnest(cast(:members AS uuid[]), cast(:skills AS text[])) AS gone (member_id, skill)
    WHERE m.member_id = gone.member_id AND m.skill = gone.skill
""")


def _drop_skills(ctx: Ctx, changes: Sequence[RosterChange]) -> None:
    gone = [
        (before.member_id, skill)
        for row, before in changes
        if row.skills is not None
        for skill in before.skills.keys() - {held.skill for held in row.skills}
    ]
    if gone:
        members, skills = map(list, zip(*gone, strict=True))
        ctx.session.execute(_DROP_SKILLS, {"members": members, "skills": skills})


def _put_skills(ctx: Ctx, members: Sequence[tuple[UUID, RosterRow]]) -> None:
    """Add skills and set their dates; the certificate number of a skill that was there stays."""
    rows = [
        {"member_id": member_id, "skill": held.skill, "expires_on": held.expires_on}
        for member_id, row in members
        for held in row.skills or ()
    ]
    if rows:
        statement = upsert(MemberSkill)
        statement = statement.on_conflict_do_update(
            index_elements=["member_id", "skill"], set_={"expires_on": statement.excluded.expires_on}
        )
        ctx.session.execute(statement, rows)


def _order_refresh(ctx: Ctx, import_id: UUID, member_ids: Sequence[UUID]) -> None:
    batches = [member_ids[start : start + REFRESH_BATCH] for start in range(0, len(member_ids), REFRESH_BATCH)]
    set_timers(
        ctx,
        [
            TimerOrder(
                "workers.jobs.grids.refresh_members", import_id, ctx.now, step=f"batch-{number}",
                args={"member_ids": [str(member_id) for member_id in batch]},
            )
            for number, batch in enumerate(batches)
        ],
    )  # fmt: skip


def _keep_trace(ctx: Ctx, report: RosterReport, sha256: bytes) -> None:
    counts = {
        "row_count": report.rows, "created_count": report.created, "updated_count": report.updated,
        "unchanged_count": report.unchanged, "bad_count": report.bad,
    }  # fmt: skip
    row = RosterImport(
        id=report.id,
        station_id=ctx.actor.station,
        imported_by=ctx.actor.person_id,
        at=ctx.now,
        sha256=sha256,
        file_format=report.file_format,
        dry_run=report.dry_run,
        keep_good=report.keep_good,
        applied=report.applied,
        **counts,
    )
    ctx.session.add(row)
    ctx.session.flush()
    action = "roster.checked" if report.dry_run else "roster.imported" if report.applied else "roster.refused"
    record(ctx, action, "roster_import", report.id, **counts)

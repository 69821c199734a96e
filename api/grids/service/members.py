"""Members one by one: enrolled, edited, activated, suspended, let go, taken back."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.grids.errors import AlreadyEnrolled, ForceUnknown, GridUnknown, NumberOfAnother, PeriodUnfit, SkillUnknown
from api.grids.models import Member, MemberSkill, Unit
from api.grids.queries.members import member_in
from api.grids.queries.units import VALID
from api.grids.queries.words import forces_of, skills_of
from api.grids.rules import MEMBER, station_day
from api.grids.types import Keep, MemberEdit, MemberEvent, MemberStatus, MemberView, NewMember, SkillHeld
from api.identity.queries import contacts_of, person_in
from api.identity.rules import FIELD_ROLES
from api.identity.service import change_status, enroll_people
from api.identity.types import NewPerson, PersonEvent, PersonStatus
from api.kernel.errors import NotFound, StaleVersion
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer


def enroll_member(ctx: Ctx, *, member: NewMember) -> MemberView:
    """Enrol somebody at the actor's station; a number the station knows under this name keeps its person."""
    _require_force(ctx, member.force)
    _require_grid(ctx, member.grid_id)
    _require_skills(ctx, member.skills)
    person_id = _enroll_person(ctx, member)
    row = {
        "id": ctx.new_id(),
        "person_id": person_id,
        "station_id": ctx.actor.station,
        "grid_id": member.grid_id,
        "force": member.force,
        "status": member.status,
        "joined_on": member.joined_on or station_day(ctx.now),
        "created_at": ctx.now,
    }
    created = insert(Member).values(**row).on_conflict_do_nothing(index_elements=["person_id"]).returning(Member.id)
    member_id = ctx.session.scalar(created)
    if member_id is None:
        raise AlreadyEnrolled
    _put_skills(ctx, member_id, member.skills)
    record(ctx, "member.enrolled", "member", member_id, person_id=str(person_id), status=member.status)
    return _changed(ctx, member_id)


def edit_member(ctx: Ctx, *, member_id: UUID, version: int, edit: MemberEdit) -> MemberView:
    """Change force, grid, skills or date of joining of a member of the station, seen at `version`."""
    values: dict[str, Any] = {}
    if edit.force is not None:
        _require_force(ctx, edit.force)
        values["force"] = edit.force
    if not isinstance(edit.grid_id, Keep):
        _require_grid(ctx, edit.grid_id)
        values["grid_id"] = edit.grid_id
    if edit.joined_on is not None:
        values["joined_on"] = edit.joined_on
    _update(ctx, member_id, values, version=version)
    if edit.skills is not None:
        _require_skills(ctx, edit.skills)
        _put_skills(ctx, member_id, edit.skills)
        values["skills"] = True
    record(ctx, "member.edited", "member", member_id, fields=sorted(values))
    return _changed(ctx, member_id)


def change_standing(
    ctx: Ctx, *, member_id: UUID, version: int, event: MemberEvent, on: date | None = None
) -> MemberView:
    """Activate, suspend, resume, let go (on a day, default today) or take back a member of the station."""
    row = ctx.session.execute(
        select(Member.status, Member.joined_on, Member.person_id).where(_own(ctx, member_id)).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    after = MEMBER.next(MemberStatus(row.status), event)
    left_on = (on or station_day(ctx.now)) if after is MemberStatus.LEFT else None
    if left_on is not None and left_on < row.joined_on:
        raise PeriodUnfit
    _update(ctx, member_id, {"status": after, "left_on": left_on}, version=version)
    record(ctx, f"member.{event}", "member", member_id, status=after)
    _let_access_follow(ctx, row.person_id, after)
    return _changed(ctx, member_id)


def _let_access_follow(ctx: Ctx, person_id: UUID, after: MemberStatus) -> None:
    """Who leaves loses the sign-in with the membership, and gets it back on return; the desk's staff keep theirs."""
    person = person_in(ctx.session, ctx.actor.station, person_id)
    if person is None or not FIELD_ROLES.issuperset(person.roles):
        return
    if after is MemberStatus.LEFT and person.status != PersonStatus.LEFT:
        change_status(ctx, person_id=person_id, event=PersonEvent.LEAVE)
    elif after is MemberStatus.ACTIVE and person.status == PersonStatus.LEFT:
        change_status(ctx, person_id=person_id, event=PersonEvent.REACTIVATE)


def order_refresh(ctx: Ctx, *, member_id: UUID, version: int) -> None:
    """Order the job that copies a changed profile to duty; the version makes each change a job of its own."""
    set_timer(ctx, TimerOrder("workers.jobs.duty.refresh_member", member_id, ctx.now, step=f"v{version}"))


def _enroll_person(ctx: Ctx, member: NewMember) -> UUID:
    person = NewPerson(member.name, member.phone, member.roles, member.language)
    person_id = enroll_people(ctx, [person])[member.phone]
    # Known under another name, the number is mistyped or has changed hands: whose phone rings must not be guessed.
    if contacts_of(ctx.session, [person_id])[person_id].name != member.name:
        raise NumberOfAnother
    return person_id


def _changed(ctx: Ctx, member_id: UUID) -> MemberView:
    view = member_in(ctx.session, ctx.actor.station, member_id)
    order_refresh(ctx, member_id=member_id, version=view.version)
    return view


def _put_skills(ctx: Ctx, member_id: UUID, skills: Sequence[SkillHeld]) -> None:
    kept = [held.skill for held in skills]
    ctx.session.execute(delete(MemberSkill).where(MemberSkill.member_id == member_id, MemberSkill.skill.not_in(kept)))
    rows = [
        {
            "member_id": member_id,
            "skill": held.skill,
            "expires_on": held.expires_on,
            "certificate_no": held.certificate_no,
        }
        for held in skills
    ]
    if rows:
        statement = insert(MemberSkill)
        new = statement.excluded
        number = func.coalesce(new.certificate_no, MemberSkill.certificate_no)
        statement = statement.on_conflict_do_update(
            index_elements=["member_id", "skill"], set_={"expires_on": new.expires_on, "certificate_no": number}
        )
        ctx.session.execute(statement, rows)


def _update(ctx: Ctx, member_id: UUID, values: dict[str, Any], *, version: int) -> None:
    statement = (
        update(Member)
        .where(_own(ctx, member_id), Member.version == version)
        .values(**values, version=Member.version + 1)
        .returning(Member.id)
    )
    if ctx.session.scalar(statement) is None:
        if ctx.session.scalar(select(Member.id).where(_own(ctx, member_id))) is None:
            raise NotFound
        raise StaleVersion


def _own(ctx: Ctx, member_id: UUID) -> ColumnElement[bool]:
    return (Member.id == member_id) & (Member.station_id == ctx.actor.station)


def _require_force(ctx: Ctx, force: str) -> None:
    if force not in {word.code for word in forces_of(ctx.session, ctx.actor.station)}:
        raise ForceUnknown


def _require_skills(ctx: Ctx, skills: Sequence[SkillHeld]) -> None:
    named = [held.skill for held in skills]
    known = {word.code for word in skills_of(ctx.session, ctx.actor.station)}
    if len(named) != len(set(named)) or not known.issuperset(named):
        raise SkillUnknown


def _require_grid(ctx: Ctx, grid_id: UUID | None) -> None:
    mine = (Unit.id == grid_id, Unit.station_id == ctx.actor.station, Unit.kind == "grid", VALID)
    if grid_id is not None and ctx.session.scalar(select(Unit.id).where(*mine)) is None:
        raise GridUnknown

"""What a roster changed reaches duty's copy of the profiles."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from api.duty.models import DutyLive
from api.grids.service import import_roster
from api.grids.types import RosterFile
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from workers.runtime import resolve


def test_imported_members_get_their_live_row(admin: Ctx, station: UUID) -> None:
    soon = (admin.now + timedelta(days=90)).date().isoformat()
    text = f"姓名,手机号,力量,技能,证书到期\n李梅,13800000001,medic,急救,{soon}\n王强,13800000002,patrol,,\n"
    report = import_roster(admin, file=RosterFile("r.csv", text.encode(), dry_run=False))
    timer = admin.session.scalars(select(Timer).where(Timer.subject_id == report.id)).one()
    for _ in range(2):  # a job may run twice
        resolve(timer.job)(admin, timer)
    rows = admin.session.scalars(select(DutyLive).where(DutyLive.station_id == station)).all()
    assert sorted((row.force, tuple(row.skills), row.active) for row in rows) == [
        ("medic", ("first_aid",), True),
        ("patrol", (), True),
    ]

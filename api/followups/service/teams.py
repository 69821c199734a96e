"""Teams, as their own areas keep them up to date here."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, insert

from api.followups.models import TeamMember
from api.plumbing.context import Ctx


def set_team(ctx: Ctx, team_id: UUID, *, station_id: UUID, people: Collection[UUID], leads: Collection[UUID]) -> None:
    """Replace the people of a team; `leads` are the first rung of its ladder. Nobody at all dissolves it.

    Visits of a team without people climb like any that nobody owns.
    """
    ctx.session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
    rows = [
        {"team_id": team_id, "person_id": person, "station_id": station_id, "leads": person in leads}
        for person in sorted({*people, *leads})
    ]
    if rows:
        ctx.session.execute(insert(TeamMember), rows)

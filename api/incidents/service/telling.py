"""Words to the desk and to people on a task; urgent, since somebody is out there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api.identity.queries import people_with_role
from api.identity.types import Role
from api.incidents.rules.links import LINK_KEY, link_path
from api.notifications.rules.templates import LINK
from api.notifications.service import queue_notices
from api.notifications.types import LadderStep, Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.signing import signer

# Somebody out there may have put the phone away.
LADDER = (LadderStep("push"), LadderStep("sms", 30))
DESK = (Role.DISPATCHER, Role.SUPERVISOR)
# News of people on scene older than this are better read on the board.
_NEWS_LIVES = timedelta(hours=1)


@dataclass(frozen=True)
class Word:
    """A message to be: its template, and the step that tells it from others about the same thing."""

    station_id: UUID
    template: str
    step: str


def call_desk(ctx: Ctx, word: Word, incident_id: UUID, roles: Collection[Role] = DESK) -> None:
    """Tell the station's people with these roles about an incident."""
    people = people_with_role(ctx.session, word.station_id, roles)
    call_people(ctx, word, incident_id, people)


def call_people(ctx: Ctx, word: Word, incident_id: UUID, people: Collection[UUID]) -> None:
    """Tell these people about an incident."""
    queue_notices(
        ctx,
        [
            Notice(
                person, "incident", incident_id, word.template, Urgency.ALERT, word.step, ctx.now + _NEWS_LIVES,
                station_id=word.station_id,
            )
            for person in people
        ],
    )  # fmt: skip


def call_member(ctx: Ctx, word: Word, offer_id: UUID, person_id: UUID, ladder: tuple[LadderStep, ...] = LADDER) -> None:
    """Tell somebody about their own task, over the next channel if they do not read it; a text carries their link."""
    queue_notices(
        ctx,
        [
            Notice(
                person_id, "offer", offer_id, word.template, Urgency.ALERT, word.step, ctx.now + _NEWS_LIVES,
                {LINK: link_path(offer_id, signer.key(LINK_KEY))}, word.station_id, ladder,
            )
        ],
    )  # fmt: skip

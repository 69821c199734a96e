"""What the desk and the person themselves see of the way there, the scene and the report."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.files.queries import files_of
from api.files.service import sign_file_link
from api.files.types import StoredFile, Variant
from api.identity.queries import contacts_of
from api.incidents.models import Feedback, Offer, Reinforcement
from api.incidents.queries.offers import note_of_return
from api.incidents.queries.on_scene import approaches_of, companions_of, reinforcements_of
from api.incidents.rules.states import GOING
from api.incidents.service.feedback import PHOTO_OWNER
from api.incidents.types import FeedbackState, OfferState
from api.kernel.masking import mask_name
from api.plumbing.context import Ctx

_FEEDBACK = ("id", "offer_id", "person_id", "revision", "state", "outcome", "text", "occurred_at", "received_at")
_REINFORCEMENT = (
    "id", "incident_id", "offer_id", "person_id", "needs", "reason", "note", "state", "asked_at", "decided_by",
    "decided_at", "dispatch_id",
)  # fmt: skip
_NO_APPROACH: dict[str, Any] = dict.fromkeys(
    ("eta_at", "fix_at", "left_m", "moved_at", "gone_at", "asked_at", "confirmed_at", "welfare", "welfare_asked_at",
     "welfare_missed")
)  # fmt: skip


def with_approaches(ctx: Ctx, offers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A dispatch's offers, each with how far its holder has come; the ETA only of those who are still on their way."""
    found = approaches_of(ctx.session, [row["id"] for row in offers])
    return [_with_approach(row, found.get(row["id"], _NO_APPROACH)) for row in offers]


def _with_approach(row: dict[str, Any], approach: dict[str, Any]) -> dict[str, Any]:
    coming = row["state"] in (OfferState.ACCEPTED, OfferState.ON_THE_WAY)
    shown = {**approach, "eta_at": approach["eta_at"] if coming else None}
    return {**row, **shown}


def scene_of(ctx: Ctx, offer: Offer, *, lead_offer_id: UUID | None) -> dict[str, Any]:
    """What the holder of an offer sees of their own way: the ETA with its fix, and what they are asked."""
    approach = approaches_of(ctx.session, [offer.id]).get(offer.id, _NO_APPROACH)
    asked, confirmed = approach["asked_at"], approach["confirmed_at"]
    coming = offer.state in (OfferState.ACCEPTED, OfferState.ON_THE_WAY)
    return {
        "eta_at": approach["eta_at"] if coming else None,
        "fix_at": approach["fix_at"],
        "still_asked": coming and asked is not None and (confirmed is None or confirmed < asked),
        "welfare": approach["welfare"] if offer.state == OfferState.ARRIVED else None,
        "leads": offer.id == lead_offer_id,
    }


def companions_view(ctx: Ctx, offer: Offer) -> list[dict[str, Any]]:
    """The others of the dispatch, recognisable to somebody who is going: whom to look for, to whom to hand the lead."""
    if OfferState(offer.state) not in GOING:
        return []
    others = [row for row in companions_of(ctx.session, offer.dispatch_id) if row["id"] != offer.id]
    names = contacts_of(ctx.session, [row["person_id"] for row in others]) if others else {}
    return [
        {
            "offer_id": row["id"],
            "name": mask_name(names[row["person_id"]].name) if row["person_id"] in names else None,
            "state": row["state"],
            "leads": row["leads"],
        }
        for row in others
    ]


def feedback_views(ctx: Ctx, feedbacks: Sequence[Feedback]) -> list[dict[str, Any]]:
    """Reports as they are shown, with their photos; why one was returned stands with it."""
    photos = files_of(ctx.session, PHOTO_OWNER, {row.offer_id for row in feedbacks}) if feedbacks else {}
    links = {offer_id: [_photo(ctx, file) for file in files] for offer_id, files in photos.items()}
    return [
        {
            **{name: getattr(row, name) for name in _FEEDBACK},
            "photos": links.get(row.offer_id, []),
            "review_note": note_of_return(ctx.session, row) if row.state == FeedbackState.RETURNED else None,
        }
        for row in feedbacks
    ]


def _photo(ctx: Ctx, file: StoredFile) -> dict[str, Any]:
    thumbnail = sign_file_link(ctx, file.id, variant=Variant.THUMBNAIL) if file.has_thumbnail else None
    return {
        "id": file.id,
        "media_type": file.media_type,
        "width": file.width,
        "height": file.height,
        "link": sign_file_link(ctx, file.id),
        "thumbnail_link": thumbnail,
        "taken_at": file.taken_at,
    }


def reinforcement_views(ctx: Ctx, incident_id: UUID) -> list[dict[str, Any]]:
    """Every request for more people of an incident."""
    return [reinforcement_view(row) for row in reinforcements_of(ctx.session, incident_id)]


def reinforcement_view(row: Reinforcement) -> dict[str, Any]:
    """A request for more people as it is shown."""
    return {name: getattr(row, name) for name in _REINFORCEMENT}

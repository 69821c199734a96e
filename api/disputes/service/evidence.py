"""Files that show a promise was kept."""

from collections.abc import Sequence
from uuid import UUID

from api.disputes.models.agreements import Obligation
from api.disputes.service.steps import note_act, seen_dispute
from api.disputes.types import Sight
from api.files.service import claim_files, sign_file_link
from api.files.types import Claim
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx

OWNER = "obligation"


def claim_evidence(ctx: Ctx, obligation_id: UUID, files: Sequence[UUID]) -> None:
    """Give one's own uploads to a promise; raises NotFound for any other file."""
    claim_files(ctx, Claim(OWNER, obligation_id, tuple(files)))


def link_evidence(ctx: Ctx, obligation_id: UUID) -> list[dict[str, object]]:
    """A short-lived link to each file of a promise, for the people of its case; each reading is in the trail."""
    row = ctx.session.get(Obligation, obligation_id)
    if row is None:
        raise NotFound
    head = seen_dispute(ctx, row.dispute_id, least=Sight.FULL)
    note_act(
        ctx, head, "dispute.evidence_read", obligation=str(row.id), files=[str(file) for file in row.evidence_files]
    )
    return [{"file_id": file, "link": sign_file_link(ctx, file)} for file in row.evidence_files]

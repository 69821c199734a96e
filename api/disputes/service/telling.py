"""Texting the parties of a case: a public reference and a sentence, nothing else."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from api.disputes.models import DisputeParty
from api.disputes.queries.mediation import parties_of_case
from api.disputes.rules.telling import why_untold
from api.disputes.service.steps import SUBJECT, note_act, note_event
from api.disputes.types import CaseHead
from api.disputes.types.mediation import Told
from api.disputes.types.work import Untold, WorkEvent
from api.identity.rules import parse_phone
from api.identity.types import PhoneKind
from api.kernel.errors import DomainError
from api.notifications.service import queue_sms_to_number
from api.notifications.types import NumberNotice, Urgency
from api.plumbing.context import Ctx

_LIVES = timedelta(days=3)


def tell_parties(
    ctx: Ctx, head: CaseHead, *, template: str, step: str, extra: Mapping[UUID, Mapping[str, str]] | None = None
) -> Told:
    """Text every party that can be texted, one text per number; `extra`: variables of single parties.

    With `extra` only the parties named in it are told. The timeline says who was and who has to be told in person.
    """
    parties = [party for party in parties_of_case(ctx.session, head.id) if extra is None or party.id in extra]
    untold = {party.id: why for party in parties if (why := _why_untold(head, party)) is not None}
    reached: set[str] = set()
    for party in parties:
        # A number two parties share gets one text, unless each has a page of its own to open.
        if party.id in untold or (extra is None and party.phone in reached):
            continue
        reached.add(str(party.phone))
        variables = {"ref": head.ref, **(extra or {}).get(party.id, {})}
        queue_sms_to_number(
            ctx,
            NumberNotice(
                str(party.phone), SUBJECT, head.id, template, Urgency.NORMAL, f"{step}.{party.id}", ctx.now + _LIVES,
                variables=variables, station_id=head.station_id,
            ),
        )  # fmt: skip
    _note(ctx, head, template, [party for party in parties if party.id not in untold], untold)
    return Told(len(parties) - len(untold), untold)


def _note(
    ctx: Ctx, head: CaseHead, template: str, texted: Sequence[DisputeParty], untold: Mapping[UUID, Untold]
) -> None:
    details = {
        "template": template,
        "texted": sorted(str(party.id) for party in texted),
        "untold": {str(party_id): str(why) for party_id, why in untold.items()},
    }
    note_event(ctx, head.id, WorkEvent.TOLD, **details)
    note_act(ctx, head, "dispute.parties_told", **details)


def _why_untold(head: CaseHead, party: DisputeParty) -> Untold | None:
    return why_untold(strict=head.strict, minor=party.minor, phone=party.phone, is_mobile=_is_mobile(party.phone))


def _is_mobile(phone: str | None) -> bool:
    try:
        return phone is not None and parse_phone(phone).kind is PhoneKind.MOBILE
    except DomainError:
        return False  # typed wrongly long ago, or imported as it stood

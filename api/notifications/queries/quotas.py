"""Reading what numbers have been sent: whom a text would not reach any more today."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.identity.queries import contacts_of
from api.identity.types import Contact
from api.notifications.models import SmsQuota
from api.notifications.rules.quotas import UNCOUNTED, WINDOW, country_prefix, quota_for, refused_by_quota
from api.notifications.rules.templates import TEMPLATES
from api.notifications.types import Channel, Destination, Quota, Usage
from api.plumbing.crypto import blind_index

# Sent ones are found by number, since a number may belong to several people and to nobody enrolled; waiting ones by
# person, since a waiting message has no address yet. Both through an index, for all people at once.
_USAGE = text("""
    SELECT sent.identical, sent.different + waiting.times AS different, sent.alike + waiting.alike AS of_template
    FROM unnest(CAST(:people AS uuid[]), CAST(:messages AS uuid[]), CAST(:indexes AS bytea[]),
                CAST(:digests AS bytea[]), CAST(:templates AS text[]))
        WITH ORDINALITY AS asked(person_id, message_id, to_index, digest, template, place)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE c.text_digest = asked.digest) AS identical,
            count(DISTINCT c.text_digest) AS different,
            count(*) FILTER (WHERE c.template = asked.template) AS alike
        FROM message_charges c
        WHERE c.to_index = asked.to_index AND c.charged_at > :since AND c.urgency <> ALL(:uncounted)
          AND c.message_id <> asked.message_id) AS sent
    CROSS JOIN LATERAL (
        SELECT count(*) AS times, count(*) FILTER (WHERE o.template = asked.template) AS alike
        FROM outbox o
        WHERE o.person_id = asked.person_id AND o.id > :oldest AND o.channel = :sms
          AND o.state IN ('queued', 'leased') AND o.urgency <> ALL(:uncounted)) AS waiting
    ORDER BY asked.place
""")
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class TextToCome:
    """A text to be sent: `person_id` where what waits for the person counts too, `message_id` where it is known."""

    to_index: bytes
    digest: bytes
    template: str
    person_id: UUID | None = None
    message_id: UUID | None = None


def number_index(number: str) -> bytes:
    """The blind index under which the texts of a number are counted."""
    return blind_index(number, "message_charges.to")


def text_digest(template: str, language: str, variables: Mapping[str, Any]) -> bytes:
    """Equal for equal texts: what a text says follows from these. The address beside the variables does not count."""
    words = {key: str(value) for key, value in variables.items() if key not in ("_to", "_language")}
    version = TEMPLATES[template].version if template in TEMPLATES else 0
    return blind_index(json.dumps([template, version, language, words], sort_keys=True), "message_charges.text")


def destination(number: str, template: str, language: str, variables: Mapping[str, Any]) -> Destination:
    """A text's number and words as they are written down."""
    return Destination(country_prefix(number), number_index(number), text_digest(template, language, variables))


def quotas(session: Session) -> dict[str, Quota]:
    """The quotas by country prefix; a handful of rows."""
    rows = session.execute(select(SmsQuota.prefix, SmsQuota.identical, SmsQuota.different, SmsQuota.per_template))
    return {row.prefix: Quota(row.identical, row.different, row.per_template) for row in rows}


def over_quota(session: Session, person_ids: Collection[UUID], template: str) -> set[UUID]:
    """Those of these people whom a text of this kind would not reach now, because their number has had enough.

    What waits for them counts as sent. One statement for all of them, beside their contacts and the quotas.
    """
    limits = quotas(session)
    contacts = list(contacts_of(session, person_ids).values()) if person_ids and limits else []
    limited = [contact for contact in contacts if quota_for(country_prefix(contact.phone), limits)]
    if not limited:
        return set()
    asked = [_to_come(contact, template) for contact in limited]
    used = usage_of(session, asked, now=session.execute(text("SELECT now()")).scalar_one())
    return {
        contact.person_id
        for contact, usage in zip(limited, used, strict=True)
        if refused_by_quota(usage, quota_for(country_prefix(contact.phone), limits))
    }


def usage_of(session: Session, asked: Sequence[TextToCome], *, now: datetime) -> list[Usage]:
    """What each of these numbers has been sent in the last 24 hours, in their order."""
    since = now - WINDOW
    rows = session.execute(
        _USAGE,
        {
            "people": [one.person_id or _NOBODY for one in asked],
            "messages": [one.message_id or _NOBODY for one in asked],
            "indexes": [one.to_index for one in asked],
            "digests": [one.digest for one in asked],
            "templates": [one.template for one in asked],
            "since": since,
            # Ids of messages begin with the time they were made.
            "oldest": UUID(int=int(since.timestamp() * 1000) << 80),
            "sms": Channel.SMS,
            "uncounted": sorted(UNCOUNTED),
        },
    )
    return [Usage(*row) for row in rows]


def _to_come(contact: Contact, template: str) -> TextToCome:
    # A text with a link or a variable is a new one each time.
    known = TEMPLATES.get(template)
    varies = known is None or known.fields or known.linked
    digest = b"" if varies else text_digest(template, contact.language, {})
    return TextToCome(number_index(contact.phone), digest, template, person_id=contact.person_id)

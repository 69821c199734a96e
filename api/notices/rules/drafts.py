"""Whether a draft may be kept, who may decide about it, and how its messages travel."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from api.notices.errors import ExpiryUnfit, SamePerson, TargetEmpty, TextNotPublic, TextTooLong
from api.notices.types import Category, Draft, NoticePolicy, Severity
from api.notifications.types import Urgency

# A text that describes a person is read after unlocking, by those it was meant for, and nowhere else.
PERSONAL = frozenset({Category.MISSING_PERSON})
# With the signature four parts of a Chinese text message, and well within a push.
OPEN_MOST = 240
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=30)
ALONE_WINDOW = timedelta(hours=1)
GRAVE = frozenset({Severity.RED, Severity.ORANGE})
# The urgent lane is for calls for help. A notice to more people than this goes through the wide lane, however grave:
# it gets there within seconds as well, and nobody's call for help waits behind it.
ALERT_MOST = 1_000


def check_draft(draft: Draft, now: datetime) -> None:
    """Raise TargetEmpty, ExpiryUnfit, TextNotPublic or TextTooLong."""
    target = draft.target
    if not (target.whole_station or target.unit_ids or target.area):
        raise TargetEmpty
    if not SHORTEST <= draft.expires_at - now <= LONGEST:
        raise ExpiryUnfit
    if not draft.open_text:
        return
    if draft.category in PERSONAL:
        raise TextNotPublic
    if any(len(words.body) > OPEN_MOST for words in (draft.zh, draft.en) if words):
        raise TextTooLong(most=OPEN_MOST)


def needs_approval(policy: NoticePolicy, recipients: int, *, alone: int = 0, own_limit: bool = False) -> bool:
    """Whether somebody else has to agree.

    `alone`: how many the same person has told within ALONE_WINDOW on their word only; many small notices are a large
    one. `own_limit`: they set the limit themselves, which cannot make it wider for them than it was to begin with.
    """
    most = min(policy.approve_above, NoticePolicy().approve_above) if own_limit else policy.approve_above
    return recipients + alone > most


def check_second_person(deciding: UUID, involved: Collection[UUID | None]) -> None:
    """Raise SamePerson when the one who decides had a hand in it."""
    if deciding in involved:
        raise SamePerson


def bypasses_quiet(severity: Severity) -> bool:
    """Whether it reaches people at night; nobody can silence these."""
    return severity in GRAVE


def choose_urgency(severity: Severity, recipients: int) -> Urgency:
    """The class of its messages."""
    return Urgency.ALERT if severity in GRAVE and recipients <= ALERT_MOST else Urgency.NORMAL

"""The names of decisions: two messages with one key are one message."""

from uuid import UUID

from api.notifications.types import Channel

FALLBACK = "fallback"


def dedupe_key(subject: tuple[str, UUID], whom: str, channel: Channel, step: str, device_id: UUID | None = None) -> str:
    """The key of one message: what it is about, to whom, over which channel, which step, to which device."""
    kind, subject_id = subject
    return f"{kind}:{subject_id}:{whom}:{channel}:{step}:{device_id or ''}"


def fallback_step(step: str) -> str:
    """The step of the message that takes over from `step`; two dead phones of one person make one text message."""
    return step if step.endswith(FALLBACK) else f"{step}.{FALLBACK}".lstrip(".")

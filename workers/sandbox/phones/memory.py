"""What a phone keeps when it is switched off: its sign-in and its push registration."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workers.sandbox.serving import write_whole


@dataclass
class PhoneMemory:
    """One phone's storage."""

    install_id: str
    push_token: str
    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0
    registered: bool = False
    subscription: str = ""
    """Of a phone that is reached over Web Push: endpoint and keys, as JSON."""
    seen: list[str] = field(default_factory=list)
    """Ids of the last messages shown: a message sent twice is shown once."""


class MemoryFile:
    """The storage of all phones in one file, so that a restart needs no new codes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._phones = {phone: PhoneMemory(**content) for phone, content in kept.items()}

    def of(self, phone: str) -> PhoneMemory:
        """The storage of one phone; an empty one if it is new."""
        return self._phones.setdefault(phone, _factory_new())

    def save(self) -> None:
        """Write everything; a refresh token that is not on disk is lost with the process."""
        content = {phone: asdict(memory) for phone, memory in self._phones.items()}
        write_whole(self._path, json.dumps(content, indent=1) + "\n", 0o600)


def _factory_new() -> PhoneMemory:
    # Both look like the real ones: an installation id, and a registration token that begins with one.
    return PhoneMemory(
        install_id=secrets.token_urlsafe(16),
        push_token=f"{secrets.token_urlsafe(16)}:APA91b{secrets.token_urlsafe(100)}",
    )

"""The secrets of this checkout: made once into `var/env` (0600), never changed; the environment overrides them."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping

from deploy.local.locking import hold_lock
from deploy.local.places import ENV_FILE


def random_key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


# Losing these loses what was sealed with them: a name added later is added to the file, the others stay.
MAKERS: dict[str, Callable[[], str]] = {
    "GRIDLOOP_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "GRIDLOOP_SEALING_KEYS": lambda: f"k1:{random_key()}",
    "GRIDLOOP_INDEX_KEY": random_key,
    # An account of the stand-in, in the form of Twilio's.
    "GRIDLOOP_TWILIO_ACCOUNT_SID": lambda: f"AC{secrets.token_hex(16)}",
    "GRIDLOOP_TWILIO_AUTH_TOKEN": lambda: secrets.token_hex(16),
    # Twilio's documented test sender, which no real message can come from.
    "GRIDLOOP_TWILIO_FROM": lambda: "+15005550006",
    # A key of the stand-in, in the form of Alibaba Cloud's.
    "GRIDLOOP_ALIYUN_ACCESS_KEY_ID": lambda: f"LTAI{secrets.token_hex(10)}",
    "GRIDLOOP_ALIYUN_ACCESS_KEY_SECRET": lambda: secrets.token_urlsafe(22),
    # A real key, though only stand-ins know it: a P-256 private key is any 32 bytes, but for a few in 2^32.
    "GRIDLOOP_WEBPUSH_VAPID_KEY": lambda: secrets.token_urlsafe(32),
    "GRIDLOOP_WEBPUSH_CONTACT": lambda: "mailto:desk@gridloop.example",
}


def ensure_keys() -> dict[str, str]:
    """Every generated setting, read from `var/env`; what is missing there is made and added."""
    with hold_lock("env"):
        known = read_env(ENV_FILE.read_text()) if ENV_FILE.exists() else {}
        added = {name: make() for name, make in MAKERS.items() if name not in known}
        if added:
            write_env(known | added)
    return known | added


def read_env(text: str) -> dict[str, str]:
    """NAME=value lines; blank lines and comments are skipped."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def write_env(settings: Mapping[str, str]) -> None:
    """Replace the file in one step; it is never readable for others, not even for a moment."""
    draft = ENV_FILE.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("# Made once by the set-up. Keep it with the database: what is sealed opens only with these keys.\n")
        file.writelines(f"{name}={value}\n" for name, value in settings.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(ENV_FILE)

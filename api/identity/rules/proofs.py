"""One-time proofs: the code in an SMS, the staff's second factor, and what a password must be."""

import base64
from datetime import datetime, timedelta

import pyotp

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
STEP_S = 30
PASSWORD_MIN, PASSWORD_MAX = 12, 128
_FEWEST_LETTERS = 5


def draw_code(random: bytes) -> str:
    """Six digits from eight random bytes; the bias of the remainder is below 1e-13."""
    return f"{int.from_bytes(random, 'big') % 1_000_000:06d}"


def matching_step(secret: str, offered: str, now: datetime) -> int | None:
    """The time step a second-factor code belongs to, one step of drift allowed either way; None when it fits none."""
    factor = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP_S
    found = None
    for step in (current - 1, current, current + 1):
        if pyotp.utils.strings_equal(offered, factor.generate_otp(step)):
            found = step
    return found


def new_factor_secret(random: bytes) -> str:
    """A base32 second-factor secret from 20 random bytes, 160 bits as RFC 4226 recommends."""
    return base64.b32encode(random[:20]).decode()


def factor_uri(secret: str, account: str) -> str:
    """The `otpauth://` address an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="Gridloop")


def password_fault(password: str, username: str) -> str | None:
    """Why a password is not acceptable (`too_short`, `too_long`, `contains_username`, `too_simple`), or None."""
    if len(password) < PASSWORD_MIN:
        return "too_short"
    if len(password) > PASSWORD_MAX:
        return "too_long"
    if username.lower() in password.lower():
        return "contains_username"
    return "too_simple" if len(set(password)) < _FEWEST_LETTERS else None

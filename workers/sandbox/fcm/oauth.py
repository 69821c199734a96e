"""The token endpoint: a signed assertion in, an access token out (RFC 7523)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt

from workers.sandbox.fcm.account import ServiceAccount

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth puts into `aud` whatever the account's token_uri says."""
MAX_LIFETIME = 3600
CLOCK_SKEW = 60


class GrantRefusal(Exception):
    """The grant is refused; the arguments are OAuth's error code and its description."""


class TokenOffice:
    """Grants and checks access tokens for one service account.

    Tokens carry their own expiry and a keyed hash, so they need no memory and a restarted
    stand-in still knows those it gave out.
    """

    def __init__(self, account: ServiceAccount) -> None:
        self._account = account
        self._audiences = [GOOGLE_AUDIENCE, account.token_uri]

    def grant(self, form: Mapping[str, Any], lifetime: int) -> dict[str, Any]:
        """The token answer for one request to the endpoint; raises GrantRefusal."""
        if form.get("grant_type") != GRANT:
            raise GrantRefusal("unsupported_grant_type", f"Invalid grant_type: {GRANT} is wanted")
        claims = self._verified(str(form.get("assertion", "")))
        if claims["exp"] - claims["iat"] > MAX_LIFETIME:
            raise GrantRefusal("invalid_grant", "Invalid JWT: it must be a short-lived token.")
        if not claims.get("scope"):
            raise GrantRefusal("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        token = self._seal({"exp": time.time() + lifetime, "scope": claims["scope"]})
        return {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}

    def scopes(self, token: str) -> list[str] | None:
        """What a bearer token is good for; None if it is forged or has run out."""
        body, _, mark = token.removeprefix("ya29.").partition(".")
        if not hmac.compare_digest(mark, self._mark(body)):
            return None
        claims = json.loads(base64.urlsafe_b64decode(body))
        return None if claims["exp"] <= time.time() else claims["scope"].split()

    def _verified(self, assertion: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion,
                self._account.public_key,
                algorithms=["RS256"],
                audience=self._audiences,
                issuer=self._account.email,
                leeway=CLOCK_SKEW,
                options={"require": ["exp", "iat", "aud", "iss"]},
            )
        except jwt.InvalidSignatureError:
            raise GrantRefusal("invalid_grant", "Invalid JWT Signature.") from None
        except jwt.PyJWTError as error:
            raise GrantRefusal("invalid_grant", f"Invalid JWT: {error}") from None
        return claims

    def _seal(self, claims: dict[str, Any]) -> str:
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"ya29.{body}.{self._mark(body)}"

    def _mark(self, body: str) -> str:
        return hmac.new(self._account.secret, body.encode(), hashlib.sha256).hexdigest()

"""Twilio's signature on its callbacks."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


def is_genuine(auth_token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether Twilio signed this form for this URL.

    The URL must be the configured public one with the query of the request: a caller chooses the headers, and through
    them any host and scheme.
    """
    if not auth_token or not signature or not signature.isascii():
        return False
    return bool(RequestValidator(auth_token).validate(url, form, signature))

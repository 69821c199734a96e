"""Refusals of webhooks."""

from api.kernel.errors import DomainError, Kind


class NotSigned(DomainError):
    """The callback does not carry the provider's signature."""

    code, kind = "callback_not_signed", Kind.FORBIDDEN
    zh = "回调签名无效。"
    en = "The callback's signature is not valid."

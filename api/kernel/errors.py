"""Domain errors: a stable code, a kind, and a sentence in Chinese and English.

Codes are part of the mobile contract: they are never renamed, and phones show `zh`/`en` as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of refusal it is; `api.http.errors` maps each to one HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    GONE = "gone"
    CONFLICT = "conflict"
    STALE = "stale"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    MISMATCH = "mismatch"
    MISDIRECTED = "misdirected"
    TOO_MANY = "too_many"
    MALFORMED = "malformed"
    OUTDATED = "outdated"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Issue:
    """One fault in one place of the input.

    `pointer` is a JSON pointer (`/needs/0/count`), a query parameter's name, or a sheet position (`row 12, 手机号`).
    """

    pointer: str
    code: str
    zh: str
    en: str


class DomainError(Exception):
    """Base of every refusal the domain gives. Subclasses set code, kind, zh and en.

    `zh` and `en` are `str.format` templates over the keyword facts given at raise time, which also appear in the
    problem document, so they must never hold personal data.
    """

    code: ClassVar[str] = "error"
    kind: ClassVar[Kind] = Kind.INVALID
    zh: ClassVar[str] = "请求无法处理。"
    en: ClassVar[str] = "The request cannot be processed."

    def __init__(self, *, issues: Sequence[Issue] = (), retry_after: int | None = None, **facts: Any) -> None:
        self.issues = tuple(issues)
        self.retry_after = retry_after
        self.facts = facts
        super().__init__(f"{self.code}: {self.text_en}")

    @property
    def text_zh(self) -> str:
        """The sentence for the user, zh-CN."""
        return self.zh.format(**self.facts)

    @property
    def text_en(self) -> str:
        """The sentence for the user, English."""
        return self.en.format(**self.facts)


class Invalid(DomainError):
    """The body was understood but its values are not acceptable."""

    code, kind = "invalid", Kind.INVALID
    zh = "提交的内容有误，请按提示修改。"
    en = "Some values are not acceptable; see the list."


class Malformed(DomainError):
    """The body is not the format it claims to be."""

    code, kind = "malformed", Kind.MALFORMED
    zh = "请求格式不正确：{reason}"
    en = "The request is malformed: {reason}"


class Unauthenticated(DomainError):
    """No valid access token came with the request."""

    code, kind = "unauthenticated", Kind.UNAUTHENTICATED
    zh = "请先登录。"
    en = "Please sign in first."


class Forbidden(DomainError):
    """The person is known and may not do this."""

    code, kind = "forbidden", Kind.FORBIDDEN
    zh = "您没有此项权限。"
    en = "You are not allowed to do this."


class NotFound(DomainError):
    """Nothing with this id that the caller may see; the same answer for foreign and for random ids."""

    code, kind = "not_found", Kind.NOT_FOUND
    zh = "没有找到。"
    en = "Not found."


class Conflict(DomainError):
    """The request contradicts the present state."""

    code, kind = "conflict", Kind.CONFLICT
    zh = "与当前状态冲突。"
    en = "This conflicts with the present state."


class StaleVersion(DomainError):
    """If-Match names a version that is no longer the current one."""

    code, kind = "stale_version", Kind.STALE
    zh = "内容已被他人修改，请刷新后重试。"
    en = "It was changed meanwhile; reload and try again."


class VersionRequired(DomainError):
    """An edit came without If-Match."""

    code, kind = "version_required", Kind.PRECONDITION_REQUIRED
    zh = "修改时必须带 If-Match 版本号。"
    en = "Edits need an If-Match header with the version you saw."


class TooLarge(DomainError):
    """The body is over the limit."""

    code, kind = "too_large", Kind.TOO_LARGE
    zh = "内容过大。"
    en = "The body is too large."


class TooMany(DomainError):
    """A rate limit was hit; `retry_after` says when to come back."""

    code, kind = "too_many_requests", Kind.TOO_MANY
    zh = "操作过于频繁，请稍后再试。"
    en = "Too many requests; try again later."


class Unavailable(DomainError):
    """Something the server stands on is down; the same request may succeed soon."""

    code, kind = "unavailable", Kind.UNAVAILABLE
    zh = "服务暂时不可用，请稍后重试。"
    en = "The service is briefly unavailable; try again soon."


class IllegalTransition(DomainError):
    """The thing is not in a state that allows this."""

    code, kind = "illegal_transition", Kind.CONFLICT
    zh = "当前状态（{state}）不允许此操作（{event}）。"
    en = "State {state} does not allow {event}."

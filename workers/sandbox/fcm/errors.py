"""Google's error bodies, as FCM HTTP v1 answers them."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from aiohttp import web

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure"
_JSON = "application/json; charset=UTF-8"


class Violation(NamedTuple):
    """A field the request may not have like that, and why."""

    field: str
    description: str


@dataclass(eq=False)
class FcmRefusal(Exception):
    """A request FCM refuses."""

    status: int
    canonical: str
    message: str
    details: tuple[dict[str, Any], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self) -> web.Response:
        """The HTTP answer."""
        error: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "status": self.canonical,
        }
        if self.details:
            error["details"] = list(self.details)
        return web.Response(status=self.status, body=pretty({"error": error}), headers=self.headers | _TYPE)


_TYPE = {"Content-Type": _JSON}


def pretty(body: dict[str, Any]) -> bytes:
    """Indented like Google's answers."""
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def malformed(violations: list[Violation]) -> FcmRefusal:
    """The body does not fit the schema. Google names every field that does not."""
    text = "\n".join(violation.description for violation in violations)
    return FcmRefusal(400, "INVALID_ARGUMENT", text, (_bad_request(violations),))


def forbidden_content(violations: list[Violation]) -> FcmRefusal:
    """The body fits the schema and breaks a written rule of FCM."""
    details = (_bad_request(violations), _fcm_error("INVALID_ARGUMENT"))
    return FcmRefusal(400, "INVALID_ARGUMENT", violations[0].description, details)


def not_json(reason: str) -> FcmRefusal:
    """The body is not JSON."""
    return FcmRefusal(400, "INVALID_ARGUMENT", f"Invalid JSON payload received. {reason}")


def invalid_token() -> FcmRefusal:
    """The token is no registration token of anybody."""
    text = "The registration token is not a valid FCM registration token"
    return FcmRefusal(400, "INVALID_ARGUMENT", text, (_fcm_error("INVALID_ARGUMENT"),))


def unregistered() -> FcmRefusal:
    """The app behind the token is gone."""
    details = (_fcm_error("UNREGISTERED"),)
    return FcmRefusal(404, "NOT_FOUND", "Requested entity was not found.", details)


def sender_mismatch() -> FcmRefusal:
    """The token belongs to another project."""
    details = (_fcm_error("SENDER_ID_MISMATCH"),)
    return FcmRefusal(403, "PERMISSION_DENIED", "SenderId mismatch", details)


def quota_exceeded(subject: str, retry_after: float | None) -> FcmRefusal:
    """Too many messages, to one device or from the project."""
    violation = {"subject": subject, "description": "Sending limit exceeded"}
    details = (
        _fcm_error("QUOTA_EXCEEDED"),
        {"@type": _QUOTA_FAILURE, "violations": [violation]},
    )
    text = "Resource has been exhausted (e.g. check quota)."
    return FcmRefusal(429, "RESOURCE_EXHAUSTED", text, details, _wait(retry_after))


def unauthenticated(reason: str) -> FcmRefusal:
    """No access token, or one that is not valid (any more)."""
    text = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential."
    )
    return FcmRefusal(401, "UNAUTHENTICATED", text, (_error_info(reason),))


def scope_missing() -> FcmRefusal:
    """The access token is good for something else."""
    text = "Request had insufficient authentication scopes."
    return FcmRefusal(403, "PERMISSION_DENIED", text, (_error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),))


def project_denied(project: str) -> FcmRefusal:
    """The service account may not send for that project."""
    text = (
        "Permission 'cloudmessaging.messages.create' denied on resource "
        f"'//cloudresourcemanager.googleapis.com/projects/{project}' (or it may not exist)."
    )
    return FcmRefusal(403, "PERMISSION_DENIED", text, (_error_info("IAM_PERMISSION_DENIED"),))


def trouble(status: int, retry_after: float | None) -> web.Response:
    """The answer of an FCM that is unwell, by HTTP status."""
    if status == 429:
        return quota_exceeded("project", retry_after).answer()
    if status == 401:
        return unauthenticated("ACCESS_TOKEN_EXPIRED").answer()
    if status in _UNWELL:
        canonical, text = _UNWELL[status]
        details = (_fcm_error(canonical),)
        return FcmRefusal(status, canonical, text, details, _wait(retry_after)).answer()
    # Everything else comes from the machines in front of FCM, and those speak HTML.
    page = f"<!DOCTYPE html>\n<title>Error {status}</title>\n<p>That's an error.\n"
    return web.Response(status=status, text=page, content_type="text/html")


_UNWELL = {
    500: ("INTERNAL", "Internal error encountered."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
}


def _wait(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": f"{seconds:g}"}


def _fcm_error(code: str) -> dict[str, Any]:
    return {"@type": _FCM_ERROR, "errorCode": code}


def _error_info(reason: str) -> dict[str, Any]:
    return {
        "@type": _ERROR_INFO,
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {
            "method": "google.firebase.fcm.v1.FcmService.SendMessage",
            "service": "fcm.googleapis.com",
        },
    }


def _bad_request(violations: list[Violation]) -> dict[str, Any]:
    return {
        "@type": _BAD_REQUEST,
        "fieldViolations": [violation._asdict() for violation in violations],
    }

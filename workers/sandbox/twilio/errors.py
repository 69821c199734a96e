"""Twilio's error bodies and codes."""

from dataclasses import dataclass, field

from aiohttp import web

TEXTS = {
    20001: "Unknown parameters",
    20003: "Authenticate",
    20004: "Method not allowed",
    20005: "Account not active",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "Service unavailable",
    21201: "No 'To' number specified",
    21205: "Invalid URL",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number is not a valid, SMS-capable number of your account",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21624: "Invalid validity period value",
    21626: "Invalid status callback event",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
}
_STATUSES = {20003: 401, 20004: 405, 20005: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503}
_BY_STATUS = {status: code for code, status in _STATUSES.items()} | {401: 20003}


@dataclass(eq=False)
class TwilioRefusal(Exception):
    """A request Twilio refuses, by its error code."""

    code: int
    detail: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self) -> web.Response:
        """The HTTP answer."""
        status = _STATUSES.get(self.code, 400)
        message = TEXTS[self.code] + (f": {self.detail}" if self.detail else "")
        body = {
            "code": self.code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": status,
        }
        return web.json_response(body, status=status, headers=self.headers)


def trouble(status: int, retry_after: float | None) -> web.Response:
    """The answer of a Twilio that is unwell, by HTTP status."""
    code = _BY_STATUS.get(status)
    if code is None:
        page = f"<html><head><title>{status}</title></head><body>{status}</body></html>\n"
        return web.Response(status=status, text=page, content_type="text/html")
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return TwilioRefusal(code, headers=headers).answer()

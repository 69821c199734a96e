"""Alibaba Cloud's two kinds of refusal: of a request (4xx, 5xx) and of a message (200 with a code)."""

import secrets
import uuid

from aiohttp import web

_TEXTS = {500: "InternalError", 502: "InternalError", 503: "ServiceUnavailable", 504: "GatewayTimeout"}


class AliyunRefusal(Exception):
    """A refusal with its code; status 200 when the message is refused and not the request."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.status = status

    def answer(self) -> web.Response:
        """The refusal as it goes out."""
        content = {"Code": self.code, "Message": self.code, "RequestId": request_id()}
        if self.status >= 400:
            content["HostId"] = "dysmsapi.aliyuncs.com"
        return web.json_response(content, status=self.status)


def request_id() -> str:
    """An id as every answer carries one."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16))).upper()


def trouble(status: int, retry_after: float | None) -> web.Response:
    """The answer of a provider that is throttling or ill."""
    code = "Throttling.User" if status == 429 else _TEXTS.get(status, "InternalError")
    answer = AliyunRefusal(code, status).answer()
    if retry_after is not None:
        answer.headers["Retry-After"] = f"{retry_after:g}"
    return answer

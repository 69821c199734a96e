"""What a push service answers when it will not have a message."""

from aiohttp import web


class PushRefusal(Exception):
    """A refusal: its status, and a word for whoever reads the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    def answer(self) -> web.Response:
        """The refusal as it goes out."""
        return web.json_response({"code": self.status, "error": self.reason}, status=self.status)


def trouble(status: int, retry_after: float | None) -> web.Response:
    """The answer of a service that is throttling or ill."""
    answer = PushRefusal(status, "trouble").answer()
    if retry_after is not None:
        answer.headers["Retry-After"] = f"{retry_after:g}"
    return answer

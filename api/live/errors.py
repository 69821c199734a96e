"""What live refuses."""

from api.kernel.errors import DomainError, Kind, Unavailable


class ElsewhereServed(DomainError):
    """The address belongs to the stream's own process; the request has reached the API instead."""

    code, kind = "served_elsewhere", Kind.MISDIRECTED
    zh = "事件流由另一个服务提供，请使用 {stream_url}。"
    en = "The event stream is served by another process; ask {stream_url}."


class StreamsFull(Unavailable):
    """So many are connected that one more would harm the others."""

    code = "streams_full"
    zh = "连接数已满，请稍后重试。"
    en = "Too many are connected; try again shortly."

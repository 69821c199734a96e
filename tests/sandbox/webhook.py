"""A small HTTP server that takes status callbacks and remembers them exactly as they came."""

import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self


class Callback(NamedTuple):
    path: str
    form: dict[str, str]
    signature: str
    body: str = ""


class Webhook:
    def __init__(self) -> None:
        received: list[Callback] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
                received.append(Callback(self.path, form, self.headers["X-Twilio-Signature"], body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.received = received
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def statuses(self) -> list[str]:
        return [callback.form["MessageStatus"] for callback in self.received]

    def wait(self, count: int, seconds: float = 30.0) -> list[Callback]:
        """The callbacks, once there are `count` of them."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"only {len(self.received)} of {count} callbacks came"
            time.sleep(0.01)
        return self.received

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

"""python -m workers.sandbox.webpush: see --help."""

import asyncio

from aiohttp import web

from workers.sandbox.ledger import Ledger
from workers.sandbox.serving import serve
from workers.sandbox.settings import common_settings, make_parser
from workers.sandbox.webpush.app import build_app


def main() -> None:
    """Serve until told to stop."""
    parser = make_parser("webpush", "SANDBOX_WEBPUSH_PORT", 8094, "webpush.jsonl")
    parser.add_argument("--base-url", default="", help="the address endpoints begin with")
    options = parser.parse_args()
    settings = common_settings(options)

    def build(base_url: str) -> web.Application:
        return build_app(Ledger(settings.ledger), options.base_url or base_url, settings.faults, settings.control_key)

    asyncio.run(serve(build, settings))


if __name__ == "__main__":
    main()

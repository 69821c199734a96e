"""python -m workers.sandbox.aliyun: see --help."""

import asyncio
from pathlib import Path

from aiohttp import web

from workers.sandbox.aliyun.app import build_app
from workers.sandbox.ledger import Ledger
from workers.sandbox.serving import serve
from workers.sandbox.settings import common_settings, environment, make_parser

DEMO_KEY_ID = "LTAI0000000000000000"
DEMO_SECRET = "stand-in-access-key-secret"  # noqa: S105
"""Not a secret: it opens nothing but this stand-in."""


def main() -> None:
    """Serve until told to stop."""
    parser = make_parser("aliyun", "SANDBOX_ALIYUN_PORT", 8093, "aliyun.jsonl")
    parser.add_argument("--key-id", default=environment("ALIYUN_ACCESS_KEY_ID", DEMO_KEY_ID))
    parser.add_argument("--key-secret", default=environment("ALIYUN_ACCESS_KEY_SECRET", DEMO_SECRET))
    parser.add_argument("--templates", type=Path, default=Path("var/demo-sms-templates.json"))
    parser.add_argument("--report-url", default="", help="where delivery reports go")
    options = parser.parse_args()
    settings = common_settings(options)
    key = (options.key_id, options.key_secret)

    def build(_: str) -> web.Application:
        return build_app(
            Ledger(settings.ledger), key, options.templates, settings.faults, settings.control_key, options.report_url
        )

    asyncio.run(serve(build, settings))


if __name__ == "__main__":
    main()

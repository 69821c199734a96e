"""python -m workers.sandbox.fcm: see --help."""

import asyncio
from pathlib import Path

from aiohttp import web

from workers.sandbox.fcm.account import prepare_account
from workers.sandbox.fcm.app import build_app
from workers.sandbox.ledger import Ledger
from workers.sandbox.serving import serve
from workers.sandbox.settings import common_settings, environment, make_parser, sandbox_folder


def main() -> None:
    """Serve until told to stop."""
    parser = make_parser("fcm", "SANDBOX_FCM_PORT", 8091, "fcm.jsonl")
    default = environment("FCM_CREDENTIALS", str(sandbox_folder() / "fcm-service-account.json"))
    parser.add_argument(
        "--service-account",
        type=Path,
        default=Path(default),
        help="made if missing; if made here, its token_uri follows the port",
    )
    parser.add_argument("--base-url", help="as clients reach it, if not http://host:port")
    options = parser.parse_args()
    settings = common_settings(options)

    def build(bound_url: str) -> web.Application:
        base_url = options.base_url or bound_url
        account = prepare_account(options.service_account, base_url)
        return build_app(Ledger(settings.ledger), account, settings.faults, settings.control_key)

    asyncio.run(serve(build, settings))


if __name__ == "__main__":
    main()

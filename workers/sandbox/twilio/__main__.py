"""python -m workers.sandbox.twilio: see --help."""

import asyncio

from aiohttp import web

from workers.sandbox.ledger import Ledger
from workers.sandbox.serving import serve
from workers.sandbox.settings import common_settings, environment, make_parser
from workers.sandbox.twilio.app import Account, build_app

DEMO_SID = "AC" + "0" * 32
DEMO_TOKEN = "stand-in-auth-token"  # noqa: S105
"""Not a secret: it opens nothing but this stand-in."""


def main() -> None:
    """Serve until told to stop."""
    parser = make_parser("twilio", "SANDBOX_TWILIO_PORT", 8092, "twilio.jsonl")
    parser.add_argument("--account-sid", default=environment("TWILIO_ACCOUNT_SID", DEMO_SID))
    parser.add_argument("--auth-token", default=environment("TWILIO_AUTH_TOKEN", DEMO_TOKEN))
    parser.add_argument("--sender", default=environment("TWILIO_FROM"), help="the only From")
    public = environment("PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/")
    parser.add_argument("--inbound-url", default=f"{public}/webhooks/twilio/text", help="where texts to us go")
    options = parser.parse_args()
    settings = common_settings(options)
    account = Account(options.account_sid, options.auth_token, options.sender, options.inbound_url)

    def build(_: str) -> web.Application:
        return build_app(Ledger(settings.ledger), account, settings.faults, settings.control_key)

    asyncio.run(serve(build, settings))


if __name__ == "__main__":
    main()

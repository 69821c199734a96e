"""python -m workers.sandbox.phones: see --help."""

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

from workers.sandbox.phones.memory import MemoryFile
from workers.sandbox.phones.roster import read_roster
from workers.sandbox.phones.town import Addresses, simulate, wait_for_file
from workers.sandbox.phones.world import World
from workers.sandbox.settings import environment, sandbox_folder


def main() -> None:
    """Simulate the phones of the roster until told to stop."""
    options = _parser().parse_args()
    # What aiohttp and the phones still have open is closed by the cancellation.
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    this = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: this.cancel() if this else None)
    await wait_for_file(options.roster)
    addresses = Addresses(options.api, options.fcm, options.twilio, options.aliyun, options.webpush)
    world = World(seed=options.seed, speed=options.speed)
    await simulate(read_roster(options.roster), addresses, MemoryFile(options.state), world)


def _parser() -> argparse.ArgumentParser:
    fcm = f"http://127.0.0.1:{environment('SANDBOX_FCM_PORT', '8091')}"
    twilio = f"http://127.0.0.1:{environment('SANDBOX_TWILIO_PORT', '8092')}"
    parser = argparse.ArgumentParser(prog="python -m workers.sandbox.phones")
    parser.add_argument("--roster", type=Path, default=Path("var/demo-phones.json"))
    parser.add_argument("--api", default=environment("PUBLIC_URL", "http://127.0.0.1:8080"))
    parser.add_argument("--fcm", default=environment("FCM_BASE_URL", fcm))
    parser.add_argument("--twilio", default=environment("TWILIO_BASE_URL", twilio))
    parser.add_argument("--aliyun", default=environment("ALIYUN_BASE_URL"), help="empty: there is none")
    parser.add_argument("--webpush", default=environment("WEBPUSH_BASE_URL"), help="empty: there is none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="divides every human pause")
    parser.add_argument("--state", type=Path, default=sandbox_folder() / "phones.json")
    return parser


if __name__ == "__main__":
    main()

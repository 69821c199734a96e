"""`python -m workers.stream`: hold the event streams until SIGTERM, then send everybody away politely."""

import argparse
import asyncio
import signal
import sys
from dataclasses import fields
from pathlib import Path

from config import load_settings
from workers.stream.options import Options
from workers.stream.process import StreamProcess


def read_options(arguments: list[str]) -> argparse.Namespace:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="workers.stream", description="Holds the event streams.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0: any free one")
    parser.add_argument("--port-file", type=Path, help="written once it listens")
    for option in fields(Options):
        parser.add_argument(f"--{option.name.replace('_', '-')}", type=type(option.default), default=option.default)
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Run one process until it is told to stop."""
    told = {option.name: getattr(options, option.name) for option in fields(Options)}
    process = StreamProcess(load_settings(), Options(**told))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, process.stop)
    await process.run(options.host, options.port, options.port_file)


if __name__ == "__main__":
    asyncio.run(serve(read_options(sys.argv[1:])))

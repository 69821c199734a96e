"""`python -m workers.pusher`: send until SIGTERM, then drain."""

import argparse
import asyncio
import signal
import sys
from dataclasses import fields

import structlog
from prometheus_client import start_http_server

from workers.pusher.options import Options
from workers.pusher.process import Pusher, run_pusher
from workers.runtime import worker_app

log = structlog.get_logger(__name__)


def read_options(arguments: list[str]) -> Options:
    """The options of a command line: `--lease-s 20 --bulk-width 64`."""
    parser = argparse.ArgumentParser(prog="workers.pusher", description="Sends what the outbox holds.")
    for option in fields(Options):
        parser.add_argument(f"--{option.name.replace('_', '-')}", type=type(option.default), default=option.default)
    return Options(**vars(parser.parse_args(arguments)))


def answer_signals(pusher: Pusher) -> None:
    """Stop the pusher on SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, pusher.stop)
    log.info("started", process="pusher")


def main() -> None:
    """Run one pusher."""
    options = read_options(sys.argv[1:])
    # Threads do database work beside the event loop: a loop that wants to run should not wait 5 ms for its turn.
    sys.setswitchinterval(0.001)
    if options.metrics_port:
        start_http_server(options.metrics_port, addr="127.0.0.1")
    asyncio.run(run_pusher(worker_app(), options, answer_signals))


if __name__ == "__main__":
    main()

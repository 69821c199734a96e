"""Command line and environment of the stand-ins."""

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """What every stand-in needs to start."""

    host: str
    port: int
    ledger: Path
    port_file: Path | None
    with_parent: bool
    control_key: str
    faults: dict[str, Any]


def environment(name: str, default: str = "") -> str:
    """A GRIDLOOP_ variable; set but empty counts as not set."""
    return os.environ.get(f"GRIDLOOP_{name}") or default


def sandbox_folder() -> Path:
    """Where ledgers and made credentials live."""
    return Path(environment("SANDBOX_DIR", "var/sandbox"))


def make_parser(what: str, port_variable: str, port: int, ledger: str) -> argparse.ArgumentParser:
    """The options every stand-in has."""
    parser = argparse.ArgumentParser(prog=f"python -m workers.sandbox.{what}")
    parser.add_argument("--host", default=environment("SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(environment(port_variable, str(port))))
    parser.add_argument("--ledger", type=Path, default=sandbox_folder() / ledger)
    parser.add_argument("--port-file", type=Path, help="written with the port once it listens")
    parser.add_argument("--with-parent", action="store_true", help="end when the parent process does")
    parser.add_argument(
        "--faults",
        type=json.loads,
        default=environment("SANDBOX_FAULTS", "{}"),
        help="settings to start with, as JSON",
    )
    return parser


def common_settings(options: argparse.Namespace) -> Settings:
    """The shared part of the parsed options."""
    return Settings(
        host=options.host,
        port=options.port,
        ledger=options.ledger,
        port_file=options.port_file,
        with_parent=options.with_parent,
        control_key=environment("SANDBOX_CONTROL_KEY"),
        faults=options.faults,
    )

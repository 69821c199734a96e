"""The set-up's command line, behind the Makefile: `deploy/local/start <command>`.

run                      the whole system, in the foreground
setup [tests]            packages and .venv; with `tests` also the tests' servers
exec [--kind K] PROGRAM  a program of .venv with the system's settings: `exec flask --app wsgi audit verify`
db                       psql on the run's database
stop                     stop the run and every private server
clean                    stop everything, then remove var/ and .venv
lock                     pin pyproject.toml and deploy/requirements.in into the requirements files
"""

import argparse

from deploy.local import commands
from deploy.local.cluster import KINDS
from deploy.local.places import make_var
from deploy.local.running import run


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="deploy/local/start", description="Set up and run this checkout.")
    todo = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "db", "stop", "clean", "lock"):
        todo.add_parser(name)
    setup = todo.add_parser("setup")
    setup.add_argument("wanted", nargs="?", choices=("run", "tests"), default="run")
    execute = todo.add_parser("exec")
    execute.add_argument("--kind", choices=KINDS, default="run")
    execute.add_argument("program", nargs=argparse.REMAINDER)
    return parser.parse_args()


def main() -> None:
    """Do it."""
    given = parse()
    make_var()
    match given.command:
        case "run":
            run()
        case "setup":
            commands.set_up(given.wanted)
        case "exec":
            commands.execute(given.kind, given.program)
        case "db":
            commands.open_psql()
        case "stop":
            commands.stop_servers()
        case "clean":
            commands.clean()
        case "lock":
            commands.lock_requirements()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None

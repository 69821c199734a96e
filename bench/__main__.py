"""`python -m bench [row ...]`: measure, print, keep."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from api.app import create_app
from api.plumbing.db import db
from bench.measuring import LEAST_ROUNDS, Report
from bench.results import keep
from bench.rows import ROWS, Bench
from bench.settings import settings
from bench.world import World, copy_world, drop_copy
from deploy.local.cluster import ensure_cluster


def main() -> int:
    """Run the rows named (default: all), each on a fresh copy of the world; 1 when a target was missed."""
    options = read_options()
    missed = False
    for name in options.rows or list(ROWS):
        report = run_row(name, options)
        missed |= not all(check.met for check in report.checks)
    return int(missed and options.strict)


def run_row(name: str, options: argparse.Namespace) -> Report:
    """One row: measured, printed, kept."""
    world = World(options.enrolled, options.on_duty or options.enrolled // 10, options.stations, options.seed)
    cluster = ensure_cluster("bench")
    database = copy_world(cluster, world)
    busy = round(os.getloadavg()[0], 1)
    try:
        app = create_app(settings(cluster, database))
        with tempfile.TemporaryDirectory(prefix="gridloop-bench-") as folder:
            bench = Bench(cluster, world, database, app, Path(folder), options.rounds, options.times)
            report = ROWS[name].run(bench)
        with app.app_context():
            db.engine.dispose()
    finally:
        drop_copy(cluster, database)
    parameters = {"enrolled": world.enrolled, "on duty": world.on_duty, "stations": world.stations}
    parameters |= {"rounds": options.rounds, "each": options.times, "load average before": busy}
    show(name, report)
    if not options.dry:
        keep(name, ROWS[name].title, parameters, report)
    return report


def show(name: str, report: Report) -> None:
    """Print a report."""
    print(f"{name}: {ROWS[name].title}")
    for figure in report.figures:
        print(f"  {figure.label:55} {figure.median:9.3f} {figure.unit}  ({figure.low:.3f} to {figure.high:.3f})")
    for check in report.checks:
        print(f"  {'met   ' if check.met else 'MISSED'} {check.target}: {check.reached}")
    for note in report.notes:
        print(f"  {note}")
    sys.stdout.flush()


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="bench", description="Measurements beside their limits; kept in bench/RESULTS.md."
    )
    parser.add_argument("rows", nargs="*", choices=[[], *ROWS], metavar="row", help=", ".join(ROWS))
    parser.add_argument("--enrolled", type=int, default=1_000_000)
    parser.add_argument("--on-duty", type=int, default=0, help="default: a tenth of the enrolled")
    parser.add_argument("--stations", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS)
    parser.add_argument("--times", type=int, default=40, help="of each thing in each round")
    parser.add_argument("--dry", action="store_true", help="measure and print only")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target was missed")
    options = parser.parse_args()
    if options.rounds < LEAST_ROUNDS and not options.dry:
        parser.error(f"kept figures need at least {LEAST_ROUNDS} rounds")
    return options


if __name__ == "__main__":
    sys.exit(main())

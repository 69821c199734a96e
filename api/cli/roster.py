"""`flask roster`: bring a station's people in from a file, at the server."""

from pathlib import Path

import click
from flask.cli import AppGroup

from api.grids.queries import station_by_code
from api.grids.rules.roster import fault_text
from api.grids.service import import_roster
from api.grids.types import RosterFile, RosterReport
from api.kernel.errors import DomainError
from api.plumbing.context import SYSTEM, Actor, unit_of_work

roster = AppGroup("roster", help="The station's people.")


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--station", "code", required=True, help="The station's official 12-digit code.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--keep-good", is_flag=True, help="Apply the good rows when others are bad.")
def import_file(file: Path, code: str, dry_run: bool, keep_good: bool) -> None:
    """Import FILE (.xlsx or .csv) into a station; exit 1 when rows are bad, whatever was done with the others."""
    upload = RosterFile(file.name, file.read_bytes(), dry_run=dry_run, keep_good=keep_good)
    with unit_of_work(SYSTEM) as ctx:
        station = station_by_code(ctx.session, code)
    if station is None:
        raise click.ClickException(f"there is no station {code}")
    try:
        with unit_of_work(Actor(kind="system", station_id=station.id)) as ctx:
            report = import_roster(ctx, file=upload)
    except DomainError as refusal:
        issues = "".join(f"\n  {issue.pointer}: {issue.zh} {issue.en}" for issue in refusal.issues)
        raise click.ClickException(f"{refusal.text_zh} {refusal.text_en}{issues}") from None
    tell(report)
    if report.bad:
        raise click.exceptions.Exit(1)


def tell(report: RosterReport) -> None:
    """Print every fault and the counts."""
    for fault in report.faults:
        click.echo(" ".join(fault_text(fault)))
    if report.faults_left_out:
        click.echo(f"... and {report.faults_left_out} more faults in these rows")
    if report.ignored_columns:
        click.echo(f"ignored columns: {', '.join(report.ignored_columns)}")
    done = "applied" if report.applied else "dry run, nothing changed" if report.dry_run else "NOT applied"
    click.echo(
        f"{report.rows} rows: {report.created} new, {report.updated} changed, {report.unchanged} unchanged,"
        f" {report.bad} bad; {done}"
    )

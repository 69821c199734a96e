"""`flask contracts write`: what phones rely on, generated from the code into `mobile_contracts/`."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

import api
from api.cli.streaming import stream_document, write_yaml
from api.http.catalogue import error_catalogue
from api.kernel.states import Machine
from api.notifications.rules.pushes import push_schema, push_types

FOLDER = Path(__file__).parents[2] / "mobile_contracts"
contracts = AppGroup("contracts", help="The mobile contract.")


@contracts.command("write")
def write_contracts() -> None:
    """Write every generated document; run it after a change of routes, errors or states."""
    for name, text in documents(current_app._get_current_object()).items():  # type: ignore[attr-defined]
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote mobile_contracts/{name}")


def documents(app: Flask) -> dict[str, str]:
    """Path below `mobile_contracts/` -> text of every generated document."""
    spec = app.test_client().get("/v1/openapi.json").json
    written = {"openapi.json": _pretty(spec), "errors.json": _pretty({"version": 1, "errors": error_catalogue()})}
    written["enums.json"] = _pretty({"version": 1, "enums": app.extensions["gridloop.enums"]})
    written["events/asyncapi.yaml"] = write_yaml(stream_document())
    for name in push_types():
        written[f"push/{name}.schema.json"] = _pretty(push_schema(name))
    for machine in machines():
        written[f"states/{machine.name}.md"] = state_page(machine)
    return written


def machines() -> list[Machine[Any, Any]]:
    """Every state machine: any `Machine` named in an area's rules."""
    rules = [module for module in all_modules() if ".rules" in module.__name__]
    found = {value.name: value for module in rules for value in vars(module).values() if isinstance(value, Machine)}
    return [found[name] for name in sorted(found)]


def all_modules() -> Iterator[Any]:
    """Import every module below `api`."""
    for module in pkgutil.walk_packages(api.__path__, "api."):
        yield importlib.import_module(module.name)


def state_page(machine: Machine[Any, Any]) -> str:
    """A machine as a Markdown page with its diagram and its table."""
    rows = sorted((str(state), str(event), str(after)) for (state, event), after in machine.table.items())
    table = "\n".join(f"| {state} | {event} | {after} |" for state, event, after in rows)
    return (
        f"# {machine.name}\n\nGenerated from the transition table; change the table, not this page.\n\n"
        f"```mermaid\n{machine.mermaid()}```\n\n| state | event | next |\n| --- | --- | --- |\n{table}\n"
    )


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False) + "\n"

"""What lies in deploy/ names things that exist: metrics, modules, settings."""

import configparser
import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import api.app  # noqa: F401 - its modules register the metrics
from api.plumbing.census import MEANINGS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ALERTS = [
    rule
    for group in yaml.safe_load((DEPLOY / "monitoring/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((DEPLOY / "monitoring/dashboard.json").read_text())["panels"]


def known() -> set[str]:
    counted = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    families = {family.name for family in REGISTRY.collect()}
    derived = {f"{name}{end}" for name in families for end in ("_bucket", "_count", "_sum", "_total")}
    return counted | families | derived | {f"gridloop_{name}" for name in MEANINGS}


@pytest.mark.parametrize(
    "expression",
    [rule["expr"] for rule in ALERTS] + [target["expr"] for panel in PANELS for target in panel["targets"]],
)
def test_a_rule_asks_for_metrics_that_exist(expression: str) -> None:
    assert set(re.findall(r"\bgridloop_\w+", expression)) <= known()


def test_every_alert_says_what_to_do() -> None:
    assert ALERTS
    assert [rule["alert"] for rule in ALERTS if not rule["annotations"].get("action")] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_something_that_is_there(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(unit)
    command = parser["Service"]["ExecStart"]
    module = re.search(r"python -m ([\w.]+)", command)
    script = re.search(r"/srv/gridloop/current/(deploy/\S+)", command)
    if module:
        assert importlib.util.find_spec(module[1]), module[1]
    elif script:
        assert (ROOT / script[1]).stat().st_mode & 0o111
    else:
        assert "granian" in command


def test_no_unit_runs_as_root() -> None:
    assert UNITS
    assert [unit.name for unit in UNITS if "\nUser=" not in unit.read_text()] == []

"""What pushes hold: a phone parses each by its type, long after it was built."""

from collections.abc import Mapping
from typing import Any

from api.cli.compat.findings import Finding
from api.cli.compat.schemas import Direction, Sides, compare_schemas


def compare_pushes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Finding]:
    """Type -> schema in, findings out: a type or a field that is gone, or that may be missing or otherwise."""
    findings: list[Finding] = []
    for name, schema in old.items():
        if name not in new:
            findings.append(Finding("push-removed", name, f"The push {name} is gone; phones wait for it."))
            continue
        sides, where = Sides(schema, new[name]), f"push {name}"
        findings += compare_schemas(sides, schema, new[name], Direction.RESPONSE, where)
    return findings

"""The catalogues beside the OpenAPI document: error codes and enumerations."""

from collections.abc import Mapping
from typing import Any

from api.cli.compat.findings import Finding


def compare_errors(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Finding]:
    """A code that is gone, has another status, or is no longer worth trying again."""
    findings = []
    before, after = old["errors"], new["errors"]
    for code, entry in before.items():
        now = after.get(code)
        if now is None:
            findings.append(Finding("error-code-removed", code, f"The error code {code} is gone; clients look it up."))
            continue
        for field in ("status", "retryable"):
            was, is_ = entry.get(field), now.get(field)
            if was is not None and was != is_:
                sentence = f"The error code {code} had {field} {was} and now has {is_}."
                findings.append(Finding(f"error-{field}-changed", code, sentence))
    return findings


def compare_enums(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Finding]:
    """A value that vanished instead of being marked deprecated: a client may have it stored."""
    findings = []
    for name, values in old["enums"].items():
        now = new["enums"].get(name)
        if now is None:
            findings.append(Finding("enum-removed", name, f"The enumeration {name} is gone."))
            continue
        for value in values:
            if value not in now:
                sentence = f"The value {value} of {name} is gone; mark it deprecated instead."
                findings.append(Finding("enum-value-removed", f"{name}.{value}", sentence))
    return findings

"""The signatures and templates the account has registered, from a file as from the console."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.sandbox.aliyun.errors import AliyunRefusal

CODE, NOTICE = 0, 1
LONGEST_VALUE = 64
"""Of a variable. The console's own limit depends on the kind of variable that was registered."""
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_ADDRESS = re.compile(r"https?://|www\.|\w\.(?:com|cn|net|org)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Registered:
    """A template that has been approved; `kind`: a code or a notice."""

    code: str
    body: str
    kind: int

    def fill(self, text: str) -> str:
        """The template with the values of a TemplateParam, checked."""
        values = _read_values(text)
        wanted = set(_VARIABLE.findall(self.body))
        if wanted - set(values):
            raise AliyunRefusal("isv.TEMPLATE_MISSING_PARAMETERS")
        # The real service does not mind; a variable that goes nowhere is a mistake of ours.
        if set(values) - wanted:
            raise AliyunRefusal("isv.INVALID_PARAMETERS")
        for value in values.values():
            _check_value(value)
        return _VARIABLE.sub(lambda found: values[found[1]], self.body)


class Registry:
    """What may be sent. The file: {"signatures": [...], "templates": [{"code", "body", "type"}]}."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = -1
        self._signatures: frozenset[str] = frozenset()
        self._templates: dict[str, Registered] = {}

    def template(self, signature: str, code: str) -> Registered:
        """The template, if both are registered."""
        self._refresh()
        if signature not in self._signatures:
            raise AliyunRefusal("isv.SMS_SIGNATURE_ILLEGAL")
        if code not in self._templates:
            raise AliyunRefusal("isv.SMS_TEMPLATE_ILLEGAL")
        return self._templates[code]

    def _refresh(self) -> None:
        if not self._path.exists() or self._path.stat().st_mtime_ns == self._read_at:
            return
        self._read_at = self._path.stat().st_mtime_ns
        content = json.loads(self._path.read_text("utf-8"))
        self._signatures = frozenset(content["signatures"])
        self._templates = {
            entry["code"]: Registered(entry["code"], entry["body"], int(entry.get("type", NOTICE)))
            for entry in content["templates"]
        }


def _read_values(text: str) -> Mapping[str, str]:
    try:
        values: Any = json.loads(text) if text else {}
    except ValueError:
        raise AliyunRefusal("isv.INVALID_JSON_PARAM") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise AliyunRefusal("isv.INVALID_JSON_PARAM")
    return values


def _check_value(value: str) -> None:
    if not 1 <= len(value) <= LONGEST_VALUE:
        raise AliyunRefusal("isv.PARAM_LENGTH_LIMIT")
    if _ADDRESS.search(value):
        raise AliyunRefusal("isv.PARAM_NOT_SUPPORT_URL")

"""The providers' published documents, cut down to what a stand-in checks.

The product carries the extracts under `data/`; `extract_fcm` and `extract_twilio` make them
from the published originals, and a test holds the two equal wherever the originals are at
hand. To renew:  python -m workers.sandbox.documents <folder with the originals>
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

DATA = Path(__file__).parent / "data"
FCM_ORIGINAL = "fcm.v1.discovery.json"
TWILIO_ORIGINAL = "twilio_api_v2010.json"
FCM_EXTRACT = "fcm_messages.json"
TWILIO_EXTRACT = "twilio_messages.json"
TWILIO_CALLS_EXTRACT = "twilio_calls.json"

_MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
_CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls.json"
_FACETS = (
    "type",
    "$ref",
    "enum",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "deprecated",
    "readOnly",
    "nullable",
)


def load_extract(name: str) -> Json:
    """One committed extract by file name."""
    document: Json = json.loads((DATA / name).read_text("utf-8"))
    return document


def extract_fcm(discovery: Json) -> Json:
    """Of Google's discovery document: the send method and every schema its request reaches."""
    send = discovery["resources"]["projects"]["resources"]["messages"]["methods"]["send"]
    request, schemas = send["request"]["$ref"], discovery["schemas"]
    return {
        "revision": discovery["revision"],
        "path": send["path"],
        "scopes": send["scopes"],
        "query": sorted(discovery["parameters"]),
        "request": request,
        "schemas": {
            name: {field: _shape(spec) for field, spec in sorted(schemas[name].get("properties", {}).items())}
            for name in sorted(_reachable(schemas, request))
        },
    }


def extract_twilio(openapi: Json) -> Json:
    """Of Twilio's OpenAPI document: the Messages list resource (create, list) and its record."""
    schemas = openapi["components"]["schemas"]
    resource = openapi["paths"][_MESSAGES]
    form = resource["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    return {
        "path": _MESSAGES,
        "account": _account_pattern(resource["post"]),
        "required": form["schema"]["required"],
        "create": _shapes(form["schema"]["properties"], schemas),
        "list": {
            parameter["name"]: _shape(parameter["schema"])
            for parameter in resource["get"]["parameters"]
            if parameter["in"] == "query"
        },
        "message": _shapes(schemas["api.v2010.account.message"]["properties"], schemas),
    }


def extract_twilio_calls(openapi: Json) -> Json:
    """Of the same document: creating a call, its record, its statuses and the events that can be asked for."""
    schemas = openapi["components"]["schemas"]
    form = openapi["paths"][_CALLS]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    return {
        "path": _CALLS,
        "required": form["schema"]["required"],
        "create": _shapes(form["schema"]["properties"], schemas),
        "call": _shapes(schemas["api.v2010.account.call"]["properties"], schemas),
        "statuses": schemas["call_enum_status"]["enum"],
        "events": schemas["call_enum_event"]["enum"],
    }


def _account_pattern(operation: Json) -> str:
    pattern: str = operation["parameters"][0]["schema"]["pattern"]
    return pattern


def _shapes(properties: Json, schemas: Json) -> Json:
    return {name: _shape(_resolve(spec, schemas)) for name, spec in sorted(properties.items())}


def _resolve(spec: Json, schemas: Json) -> Json:
    reference = spec.get("$ref")
    return schemas[reference.rpartition("/")[2]] if reference else spec


def _shape(spec: Json) -> Json:
    kept = {facet: spec[facet] for facet in _FACETS if facet in spec}
    for inner in ("items", "additionalProperties"):
        if inner in spec:
            kept[inner] = _shape(spec[inner])
    return kept


def _reachable(schemas: Json, start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_references(schemas[name].get("properties", {})))
    return found


def _references(properties: Json) -> Iterator[str]:
    for spec in properties.values():
        for place in (spec, spec.get("items", {}), spec.get("additionalProperties", {})):
            if "$ref" in place:
                yield place["$ref"]


def _renew(originals: Path) -> None:
    for original, extract, cut in (
        (FCM_ORIGINAL, FCM_EXTRACT, extract_fcm),
        (TWILIO_ORIGINAL, TWILIO_EXTRACT, extract_twilio),
        (TWILIO_ORIGINAL, TWILIO_CALLS_EXTRACT, extract_twilio_calls),
    ):
        document = cut(json.loads((originals / original).read_text("utf-8")))
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (DATA / extract).write_text(text, "utf-8")


if __name__ == "__main__":
    _renew(Path(sys.argv[1]))

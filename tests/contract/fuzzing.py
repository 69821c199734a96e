"""The published document as the attacker's guide: cases made from it, sent to the app, the answers held against it."""

import contextlib
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode, Response
from schemathesis.core import NOT_SET
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.openapi import checks as failures
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
)
from schemathesis.transport.serialization import serialize_binary
from werkzeug.routing import Map

from tests.attacks.arena import Arena
from tests.attacks.world import World

# Bytes go as they are, under the name resumable uploads give them.
schemathesis.serializer("application/offset+octet-stream")(lambda _, value: {"data": serialize_binary(value)})
CHECKS = [
    content_type_conformance, negative_data_rejection, response_headers_conformance, response_schema_conformance,
]  # fmt: skip
BOTH = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Another method than the one documented, or a path no route has: refused before any operation is reached.
ELSEWHERE = {405}


@dataclass
class Tally:
    """What was sent and what was wrong with the answers; each fault once per operation and kind."""

    operations: int = 0
    cases: int = 0
    accepted: int = 0
    strangers: int = 0
    server_errors: dict[str, str] = field(default_factory=dict)
    undeclared: dict[str, str] = field(default_factory=dict)
    let_in: dict[str, str] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """All of them, to read."""
        found = {"server error": self.server_errors, "undeclared": self.undeclared, "let in": self.let_in}
        return [f"{name}: {what}: {how}" for name, faults in found.items() for what, how in faults.items()]

    def __str__(self) -> str:
        return (
            f"{self.operations} operations, {self.cases} cases ({self.accepted} accepted), "
            f"{self.strangers} without a token; {len(self.server_errors)} server errors, "
            f"{len(self.undeclared)} undeclared answers, {len(self.let_in)} unauthenticated successes"
        )


class Fuzz:
    """Sends generated cases as people of a world, each on a savepoint that is taken back."""

    def __init__(self, app: Flask, arena: Arena, world: World) -> None:
        self.arena, self.world = arena, world
        config = schemathesis.Config()
        # The token is ours: what happens with a wrong one is asked of every route elsewhere.
        config.projects.default.generation.with_security_parameters = False
        config.projects.default.checks.negative_data_rejection.expected_statuses = ["4XX", "503"]
        self.schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app, config=config)
        self._bodies = {_template(app.url_map, rule): body for rule, body in world.bodies.items()}
        self._numbers = itertools.count()
        self._random = random.Random(20_260_101)

    def operations(self, area: str) -> list[APIOperation]:
        """Those an area publishes: an operation's id begins with its area's name."""
        found = [result.ok() for result in self.schema.get_all_operations()]
        return [one for one in found if _area_of(one) == area]

    def areas(self) -> set[str]:
        """Every area that publishes something."""
        return {_area_of(result.ok()) for result in self.schema.get_all_operations()}

    def run(self, operation: APIOperation, tally: Tally, *, examples: int, coverage: int | None) -> None:
        """So many drawn cases of each kind, so many of the listed edges (None: all), and two without a token."""
        tally.operations += 1
        for case in self._cases(operation, examples, coverage):
            self._send(case, tally)
        if operation.definition.raw.get("security"):
            for case in _drawn(operation, GenerationMode.POSITIVE, 2):
                self._send_without_token(case, tally)

    def _cases(self, operation: APIOperation, examples: int, coverage: int | None) -> Iterator[Case]:
        edges = list(_edges(operation))
        if coverage is not None:
            edges = self._random.sample(edges, min(coverage, len(edges)))
        yield from edges
        for mode in BOTH:
            yield from _drawn(operation, mode, examples)

    def _send(self, case: Case, tally: Tally) -> None:
        number = next(self._numbers)
        self._make_real(case, number)
        if case.operation.definition.raw.get("security"):
            names = sorted(self.world.insiders)
            case.headers.update(self.world.insiders[names[number % len(names)]])
        response = self._call(case, number)
        tally.cases += 1
        tally.accepted += response.status_code < 400
        name = f"{case.method} {case.operation.path}"
        if response.status_code >= 500 and response.status_code != 503:
            tally.server_errors.setdefault(f"{name} {response.status_code}", _told(case))
            return
        for what in _undeclared(case, response):
            tally.undeclared.setdefault(f"{name} {response.status_code} {what}", _told(case))

    def _send_without_token(self, case: Case, tally: Tally) -> None:
        number = next(self._numbers)
        self._make_real(case, 0)
        case.headers.pop("Authorization", None)
        response = self._call(case, number)
        tally.strangers += 1
        if response.status_code < 400:
            tally.let_in.setdefault(f"{case.method} {case.operation.path} {response.status_code}", _told(case))

    def _call(self, case: Case, number: int) -> Response:
        case.headers["Accept-Encoding"] = "identity"
        with self.arena.undone():
            return case.call(
                environ_base={"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
            )

    def _make_real(self, case: Case, number: int) -> None:
        """Most cases name things that exist, and every third changes one field of a body that would be taken."""
        if number % 4 != 3:
            # What is wrong on purpose stays wrong.
            case.path_parameters = {
                name: str(self.world.ids.get(name, value)) if _is_id(value) else value
                for name, value in case.path_parameters.items()
            }
        if 0 < len(case.headers.get("Idempotency-Key", "")) <= 200 and number % 5:
            case.headers["Idempotency-Key"] = f"fuzz-{number}"
        if "If-Match" in case.headers and number % 5:
            case.headers["If-Match"] = '"1"'
        good = self._bodies.get(f"{case.method} {case.operation.path}")
        if isinstance(case.body, dict):
            case.body = {name: self._real_id(name, value, number) for name, value in case.body.items()}
            if good is not None and number % 3 == 0:
                kept = self._random.sample(sorted(case.body), min(1, len(case.body)))
                case.body = {**good, **{name: case.body[name] for name in kept}}

    def _real_id(self, name: str, value: Any, number: int) -> Any:
        known = name in self.world.ids and isinstance(value, str) and number % 2
        return str(self.world.ids[name]) if known else value


def _edges(operation: APIOperation) -> Iterator[Case]:
    """The cases schemathesis lists rather than draws: every bound, format and missing field once."""
    config = operation.schema.config
    found = operation.schema.iter_coverage_cases(
        operation, generation_modes=list(BOTH), generation_config=config.generation_for(operation=operation)
    )
    return (case for case in found if case.method == operation.method.upper())


def _drawn(operation: APIOperation, mode: GenerationMode, most: int) -> list[Case]:
    """The same cases in every run; none where nothing can be drawn (an operation without input has no wrong one)."""
    found: list[Case] = []

    @seed(1)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case: Case) -> None:
        found.append(case)

    with contextlib.suppress(Unsatisfiable):
        draw()
    return found


def _undeclared(case: Case, response: Response) -> list[str]:
    """What of an answer the document does not say."""
    if response.status_code in ELSEWHERE:
        return []
    if str(response.status_code) not in case.operation.definition.raw["responses"]:
        return ["status"]
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return [_kind_of(failure) for failure in group.exceptions if not _is_harmless(case, failure)]
    return []


def _is_harmless(case: Case, failure: Failure) -> bool:
    """Taken though the document forbids it: a form has only texts to read its types from, and a header nobody named is
    nobody's business.
    """
    if not isinstance(failure, AcceptedNegativeData):
        return False
    in_a_form = (case.media_type or "").startswith("multipart/")
    return in_a_form or "in header - object with unexpected properties" in failure.message


def _kind_of(failure: Failure) -> str:
    if isinstance(failure, failures.JsonSchemaError):
        where = "/".join(str(step) for step in failure.instance_path if not isinstance(step, int))
        return f"{type(failure).__name__} at {where or '/'}: {failure.validation_message}"
    return f"{type(failure).__name__}: {failure.message}"


def _told(case: Case) -> str:
    said: Mapping[str, Any] = {
        "path": case.path_parameters,
        "query": case.query,
        "headers": {name: value for name, value in case.headers.items() if name in ("Idempotency-Key", "If-Match")},
        "body": None if case.body is NOT_SET else case.body,
    }
    return " ".join(f"{name}={value!r}" for name, value in said.items() if value)[:1_500]


def _is_id(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def _area_of(operation: APIOperation) -> str:
    identifier = operation.definition.raw["operationId"]
    return next(identifier[:end] for end in range(len(identifier)) if identifier[end].isupper())


def _template(url_map: Map, rule: str) -> str:
    """`POST /v1/offers/{offer_id}/lead` of the rule as Flask writes it."""
    method, path = rule.split(" ", 1)
    steps = (f"{{{step[1:-1].split(':')[-1]}}}" if step.startswith("<") else step for step in path.split("/"))
    return f"{method} {'/'.join(steps)}"

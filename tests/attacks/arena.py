"""One app under attack: every request on a savepoint of its own, so that a thousand of them leave no trace."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from api.duty.service import refresh_profiles
from api.identity.types import Role
from api.plumbing.context import SYSTEM, Ctx, open_ctx
from api.plumbing.db import db
from tests.builders.grids import make_member, make_station
from tests.builders.identity import bearer, enroll, open_session

NO_SIGN_IN = "public: "
# The published description of the API; flask-smorest's own view, which has no guard and holds no data.
BARE = {"api-docs.openapi_json"}
_numbers = itertools.count()


@dataclass(frozen=True, order=True)
class Route:
    """One method of one path, and what guards it."""

    path: str
    method: str
    guard: str | None
    parameters: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def ids(self) -> list[str]:
        """The names of the path's parameters that are ids of something."""
        return [name for name, kind in self.parameters if kind == "UUIDConverter"]

    @property
    def template(self) -> str:
        """The path as the published description writes it."""
        path = self.path
        for name, _ in self.parameters:
            start = path.rindex("<", 0, path.index(f"{name}>"))
            path = f"{path[:start]}{{{name}}}{path[path.index('>', start) + 1 :]}"
        return path

    def url(self, **values: object) -> str:
        """The path with these values; what is not given is a random id or an unused code."""
        path = self.template
        for name, _ in self.parameters:
            path = path.replace(f"{{{name}}}", str(values.get(name) or (uuid4() if name in self.ids else "zz_unused")))
        return path


def routes_of(app: Flask) -> list[Route]:
    """Every method of every route of the app, from its URL map."""
    return sorted(
        Route(
            rule.rule,
            method,
            getattr(app.view_functions[rule.endpoint], "guard", None),
            tuple((name, type(converter).__name__) for name, converter in rule._converters.items()),
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in BARE
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )


def guarded(app: Flask) -> list[Route]:
    """The routes that need a sign-in. One whose guard is missing is among them, and fails there."""
    return [route for route in routes_of(app) if not (route.guard or "").startswith(NO_SIGN_IN)]


class Arena:
    """The app on one connection whose outer transaction never ends in a commit."""

    def __init__(self, app: Flask, connection: Connection) -> None:
        self.app = app
        self.connection = connection
        self.client = app.test_client()
        # An address of its own, so that no limit is shared with another test or an earlier run.
        noise = uuid4().bytes
        self.address = f"10.{noise[0]}.{noise[1]}.{noise[2]}"

    @property
    def ctx(self) -> Ctx:
        """A context of the system."""
        return open_ctx(db.session(), SYSTEM, request_id="attack")

    def person(self, *roles: Role, station_id: UUID | None = None) -> dict[str, str]:
        """The headers of a new person with these roles, enrolled as a member; of a new station if none is given."""
        ctx = self.ctx
        station_id = station_id or make_station(ctx)
        person = enroll(ctx, station_id=station_id, roles=roles)
        refresh_profiles(ctx, [make_member(ctx, station_id, person.id)])
        return bearer(open_session(ctx, person))

    def send(self, route: Route, headers: dict[str, str], **how: Any) -> TestResponse:
        """One request that leaves nothing behind; with an empty JSON body if none is given."""
        with self.undone():
            return self.send_for_good(route, headers, **how)

    def send_for_good(
        self, route: Route, headers: dict[str, str], *, url: str | None = None, **how: Any
    ) -> TestResponse:
        """One request whose traces stay until the test ends."""
        if route.method != "GET" and not {"json", "data"} & how.keys():
            how["json"] = {}
        extra = {"Idempotency-Key": f"attack-{next(_numbers)}", "If-Match": '"1"'}
        return self.client.open(
            url or route.url(),
            method=route.method,
            headers={**extra, **headers},
            environ_base={"REMOTE_ADDR": self.address},
            **how,
        )

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is written inside is taken back."""
        db.session.commit()
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            db.session.remove()
            savepoint.rollback()

    def digest(self) -> dict[str, str]:
        """A fingerprint of every table's rows."""
        db.session.commit()
        names = self.connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'")
        ).all()
        parts = [
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM \"{name}\" t"
            for name in names
        ]
        return {row[0]: row[1] for row in self.connection.execute(text(" UNION ALL ".join(parts)))}

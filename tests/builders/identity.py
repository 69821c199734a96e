"""People, sessions and push registrations, without the road there."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Flask

from api.identity import service
from api.identity.types import NewDevice, NewPerson, Platform, PushProvider, Role, SignedIn
from api.plumbing.context import Actor, Ctx, open_ctx
from tests.sandboxes import make_token

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Enrolled:
    """A person who exists."""

    id: UUID
    station_id: UUID
    phone: str
    name: str


def invented_phone() -> str:
    """A valid mobile number, made up by counting."""
    return f"+861990000{next(_numbers):04d}"


def enroll(
    ctx: Ctx,
    *,
    station_id: UUID,
    roles: Sequence[Role] = (Role.VOLUNTEER,),
    phone: str | None = None,
    name: str = "王小明",
) -> Enrolled:
    """Enrol somebody at a station (of tests/builders/grids.py)."""
    phone = phone or invented_phone()
    person_id = service.enroll_people(at(ctx, station_id), [NewPerson(name, phone, tuple(roles))])[phone]
    return Enrolled(person_id, station_id, phone, name)


def enroll_staff(
    ctx: Ctx, *, station_id: UUID, username: str, roles: Sequence[Role] = (Role.STATION_ADMIN,)
) -> Enrolled:
    """Enrol somebody who signs in with PASSWORD and the second factor FACTOR."""
    person = enroll(ctx, station_id=station_id, roles=roles)
    station = at(ctx, station_id)
    service.give_credentials(station, person_id=person.id, username=username, password=PASSWORD)
    service.reset_second_factor(station, person_id=person.id, secret=FACTOR)
    return person


def sign_in(app: Flask, ctx: Ctx, person: Enrolled) -> dict[str, str]:
    """The headers of a request by this person, on a session of its own."""
    return bearer(open_session(ctx, person))


def open_session(ctx: Ctx, person: Enrolled) -> SignedIn:
    """A session with all of the person's rights, and its tokens."""
    signed_in = service.open_session(ctx, person_id=person.id, method="password")
    # The service acted as the person; the transaction now acts as the context's own actor again.
    open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
    return signed_in


def bearer(signed_in: SignedIn) -> dict[str, str]:
    """The headers that carry a session's access token."""
    return {"Authorization": f"Bearer {signed_in.access_token}"}


def actor_of(ctx: Ctx, signed_in: SignedIn) -> Actor:
    """The actor a request with this session's token has."""
    return service.authenticate_token(ctx.session, signed_in.access_token)


def register_phone(ctx: Ctx, person: Enrolled, *, token: str | None = None, install_id: str | None = None) -> UUID:
    """A live push registration of the person, on a session of its own; returns the device id."""
    number = next(_numbers)
    device = NewDevice(
        install_id or f"install-{number:08d}",
        PushProvider.FCM,
        token or make_token(f"phone {number}"),
        Platform.ANDROID,
    )
    actor = actor_of(ctx, open_session(ctx, person))
    owner = replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy)
    device_id = service.register_device(owner, device=device).id
    open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
    return device_id


def at(ctx: Ctx, station_id: UUID) -> Ctx:
    """The same context, its actor belonging to a station; the transaction acts as this actor again."""
    actor = replace(ctx.actor, station_id=station_id)
    return replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy)

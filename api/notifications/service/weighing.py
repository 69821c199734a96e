"""Moving the weights of providers by how they did in the last minutes."""

from itertools import groupby

import structlog
from sqlalchemy import update

from api.notifications.models import SmsRoute
from api.notifications.queries.carrying import healths, routes
from api.notifications.rules.carriers import PROVIDERS_OF
from api.notifications.rules.weights import move_weights
from api.notifications.types import Channel, Route
from api.plumbing.context import Ctx
from api.plumbing.metrics import PROVIDER_WEIGHT

log = structlog.get_logger(__name__)


def weigh_providers(ctx: Ctx) -> list[Route]:
    """Move the weights where there is reason to; returns the routes that changed."""
    seen = healths(ctx.session, PROVIDERS_OF[Channel.SMS], ctx.now)
    moved: list[Route] = []
    for _, group in groupby(routes(ctx.session, lock=True), key=lambda route: route.prefix):
        before = list(group)
        after = move_weights(before, seen, ctx.now)
        moved += [route for route, old in zip(after, before, strict=True) if route.weight != old.weight]
        for route in after:
            PROVIDER_WEIGHT.labels(route.prefix or "elsewhere", route.provider).set(route.weight)
    for route in moved:
        _write(ctx, route)
    return moved


def _write(ctx: Ctx, route: Route) -> None:
    statement = update(SmsRoute).where(SmsRoute.prefix == route.prefix, SmsRoute.provider == route.provider.value)
    ctx.session.execute(statement.values(weight=route.weight, changed_at=ctx.now))
    log.warning("provider_weight", provider=route.provider, code=route.prefix, count=route.weight)

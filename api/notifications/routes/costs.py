"""HTTP of costs: what a month of messages has cost."""

from typing import Any

from api.http.operation import operation
from api.identity.types import Permission
from api.notifications.queries.costs import costs_between
from api.notifications.routes.blueprint import blp
from api.notifications.rules.spending import month_of
from api.notifications.schemas.costs import MessageCostListSchema, MessageCostQuery
from api.plumbing.context import Ctx


@blp.route("/message-costs", methods=["GET"])
@operation(Permission.MESSAGE_READ)
@blp.arguments(MessageCostQuery, location="query")
@blp.response(200, MessageCostListSchema)
def list_message_costs(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """See what a month of messages has cost

    Texts and calls of the station by currency, channel and provider. Pushes cost nothing and are not in it.
    """
    return {"items": costs_between(ctx.session, ctx.actor.station, *month_of(query["month"]))}

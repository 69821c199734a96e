"""Writing a rule's next version, and noting what a run erased."""

from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.plumbing.context import Ctx
from api.retention.errors import RuleReplaced
from api.retention.models import RetentionRule
from api.retention.queries import rules_of
from api.retention.types import NewRule, Rule


def write_rule(ctx: Ctx, order: NewRule) -> Rule:
    """The station's next version of a rule; raises RuleReplaced when the author saw an older one.

    A shorter time holds from the next run on, also for what is there already.
    """
    current = _in_force(ctx, order)
    if current.version != order.replaces:
        raise RuleReplaced(version=current.version)
    values = {
        "id": ctx.new_id(),
        "station_id": ctx.actor.station,
        "purpose": order.purpose,
        "version": current.version + 1,
        "keep_days": order.keep_days,
        "made_by": ctx.actor.person_id,
        "made_at": ctx.now,
    }
    written = ctx.session.execute(
        insert(RetentionRule).values(values).on_conflict_do_nothing().returning(RetentionRule.id)
    ).scalar_one_or_none()
    if written is None:  # two people saw the same version
        raise RuleReplaced(version=current.version + 1)
    facts = {"purpose": order.purpose, "keep_days": order.keep_days, "version": current.version + 1}
    record(ctx, "retention_rule.written", "station", ctx.actor.station, **facts)
    return _in_force(ctx, order)


def note_erased(ctx: Ctx, purpose: str, count: int) -> None:
    """Leave in the trail that a run erased so many; nothing when there was nothing."""
    if count:
        record(ctx, "data.erased", "retention", None, purpose=purpose, count=count)


def _in_force(ctx: Ctx, order: NewRule) -> Rule:
    return next(rule for rule in rules_of(ctx.session, ctx.actor.station) if rule.purpose is order.purpose)

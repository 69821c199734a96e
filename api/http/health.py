"""Three health answers: alive (no I/O), ready (the database at the right schema), deep (is work moving?).

Redis is in none of them on purpose: without it the system is late, not down.
"""

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import text

from api.http.operation import public_operation
from api.plumbing.context import Ctx
from api.plumbing.heartbeats import read_pulses

blp = Blueprint("health", __name__)
STALE_AFTER_S = 60.0
EXPECTED = ("pusher", "relay", "stream", "worker:normal", "worker:urgent")


@blp.route("/healthz/live")
def live() -> Response:
    """Answers while the process runs."""
    return jsonify(status="ok")


live.guard = "public: says nothing but that the process answers"  # type: ignore[attr-defined]


@blp.route("/healthz/ready")
@public_operation("says only whether the database answers with the expected schema", vital=True)
def ready(ctx: Ctx) -> tuple[Response, int]:
    """Ready when the database answers and its schema is the one this release was built for."""
    found = ctx.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    expected = current_app.extensions["gridloop.schema_head"]
    return jsonify(status="ok" if found == expected else "wrong schema"), 200 if found == expected else 503


@blp.route("/healthz/deep")
@public_operation("ages of processes and queues only; no names, no ids", vital=True)
def deep(ctx: Ctx) -> tuple[Response, int]:
    """Red when a process gave no sign of life for 60 s, due work is older than that, or `problems` names one."""
    ages = {pulse.name: round(pulse.age_s, 1) for pulse in read_pulses(ctx.session)}
    late = _late_work(ctx)
    silent = [name for name in EXPECTED if ages.get(name, STALE_AFTER_S + 1) > STALE_AFTER_S]
    problems = _spent_caps(ctx) + _unused_codes(ctx) + _refused_accounts(ctx)
    red = bool(silent or problems) or max(late.values()) > STALE_AFTER_S
    return jsonify(
        status="red" if red else "ok", silent=silent, heartbeats=ages, oldest_due_s=late, problems=problems
    ), 503 if red else 200


def _spent_caps(ctx: Ctx) -> list[str]:
    """The currencies in which a day of texts has cost what it may: notices over texts wait for tomorrow."""
    caps = current_app.extensions["gridloop.settings"].daily_caps
    if not caps:
        return []
    spent = ctx.session.execute(
        text("SELECT currency, amount FROM daily_spend WHERE day = (now() AT TIME ZONE 'Asia/Shanghai')::date")
    )
    over = [row.currency for row in spent if row.currency in caps and row.amount >= caps[row.currency]]
    return [f"sms_daily_cap_{currency}" for currency in over]


def _unused_codes(ctx: Ctx) -> list[str]:
    """Somewhere most of the last hour's sign-in codes went unused; the trail says at which station."""
    found = text("SELECT EXISTS (SELECT FROM attempt_counters WHERE name = 'code.unused.now')")
    return ["sign_in_codes_unused"] if ctx.session.scalar(found) else []


def _refused_accounts(ctx: Ctx) -> list[str]:
    """Providers that refuse our account (revoked, suspended, unpaid): nothing goes through them until a person acts."""
    refused = ctx.session.scalars(
        text(
            "SELECT provider FROM provider_breakers WHERE openings > 0 AND reason NOT IN"
            " ('', 'failing', 'throttled', 'not_configured')"
            " ORDER BY provider"
        )
    )
    return [f"account_refused_{provider}" for provider in refused]


def _late_work(ctx: Ctx) -> dict[str, float]:
    row = ctx.session.execute(
        text(
            "SELECT coalesce((SELECT extract(epoch FROM now() - min(next_at)) FROM outbox"
            "                 WHERE state = 'queued' AND next_at <= now() AND expires_at > now()), 0)::float8,"
            "       coalesce((SELECT extract(epoch FROM now() - min(due_at)) FROM timers"
            "                 WHERE state = 'waiting' AND due_at <= now()), 0)::float8"
        )
    ).one()
    return {"messages": round(row[0], 1), "timers": round(row[1], 1)}

"""How long what is kept for what purpose, and the indexes by which what has served is found."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Days after the matter ended. No common rule was found for a station's files: these are beginnings, and stations write
# their own. Logs stay half a year at least, whatever is written here.
_PRESETS = {
    "dispute_party": 1_825,
    "dispute_record": 3_650,
    "visit_position": 365,
    "notice": 365,
    "incident_requester": 730,
    "message_text": 200,
}


def upgrade() -> None:
    """Create the table, its presets and the indexes."""
    op.execute("""
        CREATE TABLE retention_rules (
            id uuid NOT NULL CONSTRAINT pk_retention_rules PRIMARY KEY,
            station_id uuid CONSTRAINT fk_retention_rules_station_id REFERENCES units (id),
            purpose text NOT NULL,
            version integer NOT NULL,
            keep_days integer NOT NULL CONSTRAINT ck_retention_rules_keep_days CHECK (keep_days BETWEEN 180 AND 36500),
            made_by uuid,
            made_at timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX uq_retention_rules_version
            ON retention_rules (station_id, purpose, version) NULLS NOT DISTINCT;
        REVOKE UPDATE, DELETE, TRUNCATE ON retention_rules FROM gridloop_app;

        -- How long a station keeps something: its own newest rule, else the common one.
        CREATE FUNCTION retention_days(of_purpose text, of_station uuid) RETURNS integer
        LANGUAGE sql STABLE AS $$
            SELECT keep_days FROM retention_rules
            WHERE purpose = of_purpose AND (station_id = of_station OR station_id IS NULL)
            ORDER BY station_id NULLS LAST, version DESC LIMIT 1
        $$;

        ALTER TABLE dispute_parties ADD COLUMN erased_at timestamptz;
        ALTER TABLE disputes ADD COLUMN erased_at timestamptz;
        -- Decisions and scores are never rewritten, but for the words in them, which have their time.
        GRANT UPDATE (note) ON dispute_decisions, dispute_scores TO gridloop_app;

        -- What an erasing run looks for; a row leaves its index when it has been erased.
        CREATE INDEX ix_disputes_ended_at ON disputes (ended_at) WHERE ended_at IS NOT NULL AND erased_at IS NULL;
        CREATE INDEX ix_incidents_ended_at ON incidents (ended_at)
            WHERE requester_name IS NOT NULL OR requester_phone IS NOT NULL;
        CREATE INDEX ix_visit_contacts_received_at ON visit_contacts (received_at) WHERE lat IS NOT NULL;
    """)
    rows = [
        {"id": f"00000000-0000-7017-8000-{number:012d}", "purpose": purpose, "days": days}
        for number, (purpose, days) in enumerate(_PRESETS.items(), start=1)
    ]
    op.get_bind().execute(
        sa.text(
            "INSERT INTO retention_rules (id, purpose, version, keep_days, made_at)"
            " VALUES (CAST(:id AS uuid), :purpose, 1, :days, now())"
        ),
        rows,
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX ix_disputes_ended_at, ix_incidents_ended_at, ix_visit_contacts_received_at")
    op.execute("REVOKE UPDATE (note) ON dispute_decisions, dispute_scores FROM gridloop_app")
    op.execute("ALTER TABLE dispute_parties DROP COLUMN erased_at; ALTER TABLE disputes DROP COLUMN erased_at")
    op.execute("DROP FUNCTION retention_days; DROP TABLE retention_rules")

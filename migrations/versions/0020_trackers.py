"""Trackers: phones' own tracking apps, each with a token that posts positions and nothing else."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        CREATE TABLE trackers (
            id uuid NOT NULL CONSTRAINT pk_trackers PRIMARY KEY,
            person_id uuid NOT NULL CONSTRAINT fk_trackers_person_id REFERENCES people (id),
            label bytea NOT NULL,
            label_index bytea NOT NULL,
            token_hash bytea NOT NULL CONSTRAINT uq_trackers_token_hash UNIQUE,
            created_at timestamptz NOT NULL,
            last_used_at timestamptz,
            revoked_at timestamptz,
            revoke_reason text,
            CONSTRAINT ck_trackers_revoked CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL))
        );
        -- One live token for one tracker of a person: the newest replaces the one before.
        CREATE UNIQUE INDEX uq_trackers_label ON trackers (person_id, label_index) WHERE revoked_at IS NULL;
    """)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE trackers")

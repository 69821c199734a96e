"""Tables of notifications: attempts, breakers, receipts."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, with one closed breaker per provider."""
    op.execute("""
        CREATE TABLE message_attempts (
            message_id uuid NOT NULL,
            number smallint NOT NULL,
            provider text NOT NULL,
            outcome text NOT NULL CONSTRAINT ck_message_attempts_outcome CHECK (outcome IN
                ('accepted', 'permanent', 'retry', 'unknown', 'credentials')),
            code text,
            provider_ref text,
            fenced boolean NOT NULL DEFAULT false,
            took_ms integer,
            segments smallint,
            settled_at timestamptz NOT NULL,
            CONSTRAINT pk_message_attempts PRIMARY KEY (message_id, number)
        );

        CREATE TABLE provider_breakers (
            provider text NOT NULL CONSTRAINT pk_provider_breakers PRIMARY KEY,
            failures integer NOT NULL DEFAULT 0,
            openings integer NOT NULL DEFAULT 0,
            open_until timestamptz,
            probing boolean NOT NULL DEFAULT false,
            reason text NOT NULL DEFAULT '',
            changed_at timestamptz NOT NULL
        );
        INSERT INTO provider_breakers (provider, changed_at) VALUES ('fcm', now()), ('twilio', now());

        CREATE TABLE provider_receipts (
            id uuid NOT NULL CONSTRAINT pk_provider_receipts PRIMARY KEY,
            provider text NOT NULL,
            ref text NOT NULL,
            status text NOT NULL,
            error_code text,
            message_id uuid,
            received_at timestamptz NOT NULL,
            applied_at timestamptz,
            CONSTRAINT uq_provider_receipts_provider_ref_status UNIQUE (provider, ref, status)
        );
        CREATE INDEX ix_provider_receipts_parked ON provider_receipts (provider, ref) WHERE applied_at IS NULL;
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE provider_receipts, provider_breakers, message_attempts")

"""Extension, runtime grants, and the tables of plumbing: outbox, timers, idempotency keys, heartbeats."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and let the runtime role use every table made from here on, but own none."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("""
        ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gridloop_app;
        ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO gridloop_app;
        GRANT USAGE ON SCHEMA public TO gridloop_app;
        -- The readiness check compares the schema's revision with the release's.
        GRANT SELECT ON alembic_version TO gridloop_app;
    """)
    op.execute("""
        CREATE TABLE outbox (
            id uuid NOT NULL CONSTRAINT pk_outbox PRIMARY KEY,
            station_id uuid NOT NULL,
            dedupe_key text NOT NULL CONSTRAINT uq_outbox_dedupe_key UNIQUE,
            urgency text NOT NULL CONSTRAINT ck_outbox_urgency CHECK (urgency IN ('alert', 'normal', 'otp')),
            channel text NOT NULL CONSTRAINT ck_outbox_channel CHECK (channel IN ('push', 'sms')),
            person_id uuid,
            device_id uuid,
            subject_kind text NOT NULL,
            subject_id uuid,
            template text NOT NULL,
            step text NOT NULL DEFAULT '',
            origin_id uuid,
            variables bytea NOT NULL,
            state text NOT NULL DEFAULT 'queued' CONSTRAINT ck_outbox_state CHECK (state IN
                ('queued', 'leased', 'sent', 'delivered', 'read', 'unknown', 'fallback', 'dead', 'expired', 'cancelled')),
            rank smallint NOT NULL DEFAULT 0,
            attempts smallint NOT NULL DEFAULT 0,
            next_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            lease_until timestamptz,
            lease_token uuid,
            handed_at timestamptz,
            provider text,
            provider_ref text,
            error_code text,
            unknown_at timestamptz,
            sent_at timestamptz,
            delivered_at timestamptz,
            shown_at timestamptz,
            read_at timestamptz,
            ack_seq bigint,
            request_id text NOT NULL,
            created_at timestamptz NOT NULL
        );
        -- What can be claimed: each class, channel and station by itself, so that one station's flood is no other one's wait.
        -- Terminal rows are in none of the partial indexes.
        CREATE INDEX ix_outbox_due ON outbox (urgency, channel, station_id, next_at) WHERE state = 'queued';
        CREATE INDEX ix_outbox_leased ON outbox (lease_until) WHERE state = 'leased';
        CREATE INDEX ix_outbox_unknown ON outbox (unknown_at) WHERE state = 'unknown';
        CREATE INDEX ix_outbox_expiry ON outbox (expires_at) WHERE state IN ('queued', 'unknown');
        CREATE INDEX ix_outbox_subject ON outbox (subject_id);
        CREATE INDEX ix_outbox_person ON outbox (person_id, id);
        CREATE INDEX ix_outbox_provider_ref ON outbox (provider, provider_ref) WHERE provider_ref IS NOT NULL;

        CREATE TABLE timers (
            id uuid NOT NULL CONSTRAINT pk_timers PRIMARY KEY,
            job text NOT NULL,
            subject_id uuid NOT NULL,
            step text NOT NULL DEFAULT '',
            due_at timestamptz NOT NULL,
            fence bigint NOT NULL DEFAULT 0,
            args jsonb NOT NULL DEFAULT '{}',
            state text NOT NULL DEFAULT 'waiting'
                CONSTRAINT ck_timers_state CHECK (state IN ('waiting', 'fired', 'cancelled', 'dead')),
            attempts smallint NOT NULL DEFAULT 0,
            hinted_at timestamptz,
            fired_at timestamptz,
            last_error text,
            request_id text NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT uq_timers_job_subject_id_step UNIQUE (job, subject_id, step)
        );
        CREATE INDEX ix_timers_due ON timers (due_at) WHERE state = 'waiting';
        CREATE INDEX ix_timers_subject_id ON timers (subject_id) WHERE state = 'waiting';

        CREATE TABLE idempotency_keys (
            owner text NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            status smallint,
            body bytea,
            etag text,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_idempotency_keys PRIMARY KEY (owner, key)
        );
        CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

        CREATE TABLE heartbeats (
            name text NOT NULL CONSTRAINT pk_heartbeats PRIMARY KEY,
            beat_at timestamptz NOT NULL
        );
    """)


def downgrade() -> None:
    """Drop them; the extension stays, since other databases' data may use it."""
    op.execute("DROP TABLE heartbeats, idempotency_keys, timers, outbox")

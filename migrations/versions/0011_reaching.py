"""Ladders, opt-outs, reply codes, what came in, addresses that failed."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and let the outbox hold calls."""
    op.execute("""
        ALTER TABLE outbox DROP CONSTRAINT ck_outbox_channel;
        ALTER TABLE outbox ADD CONSTRAINT ck_outbox_channel CHECK (channel IN ('push', 'sms', 'voice'));

        CREATE TABLE ladders (
            id uuid NOT NULL CONSTRAINT pk_ladders PRIMARY KEY,
            batch_id uuid NOT NULL,
            station_id uuid NOT NULL,
            subject_kind text NOT NULL,
            subject_id uuid NOT NULL,
            person_id uuid NOT NULL,
            step text NOT NULL,
            template text NOT NULL,
            urgency text NOT NULL,
            variables bytea NOT NULL,
            rungs jsonb NOT NULL,
            rung smallint NOT NULL,
            state text NOT NULL CONSTRAINT ck_ladders_state
                CHECK (state IN ('climbing', 'exhausted', 'proved', 'ended')),
            proof text CONSTRAINT ck_ladders_proof CHECK (proof IN ('ack', 'app', 'link', 'reply', 'keypress')),
            proved_at timestamptz,
            next_at timestamptz,
            noted boolean NOT NULL DEFAULT false,
            expires_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT uq_ladders_subject_id_person_id_step UNIQUE (subject_id, person_id, step)
        );
        CREATE INDEX ix_ladders_batch_id ON ladders (batch_id) WHERE state = 'climbing';
        CREATE INDEX ix_ladders_next_at ON ladders (next_at) WHERE state = 'climbing';
        CREATE INDEX ix_ladders_unnoted ON ladders (batch_id) WHERE state = 'proved' AND NOT noted;

        CREATE TABLE opt_outs (
            id uuid NOT NULL CONSTRAINT pk_opt_outs PRIMARY KEY,
            number_index bytea NOT NULL CONSTRAINT uq_opt_outs_number_index UNIQUE,
            source text NOT NULL CONSTRAINT ck_opt_outs_source CHECK (source IN ('reply', 'provider')),
            opted_out_at timestamptz NOT NULL
        );

        CREATE TABLE reply_codes (
            id uuid NOT NULL CONSTRAINT pk_reply_codes PRIMARY KEY,
            number_index bytea NOT NULL,
            code smallint NOT NULL CONSTRAINT ck_reply_codes_code CHECK (code BETWEEN 10 AND 99),
            station_id uuid NOT NULL,
            subject_kind text NOT NULL,
            subject_id uuid NOT NULL,
            person_id uuid NOT NULL,
            expires_at timestamptz NOT NULL,
            free_at timestamptz NOT NULL,
            CONSTRAINT uq_reply_codes_number_index_code UNIQUE (number_index, code),
            CONSTRAINT uq_reply_codes_number_index_subject_id UNIQUE (number_index, subject_id)
        );

        CREATE TABLE inbound_messages (
            id uuid NOT NULL CONSTRAINT pk_inbound_messages PRIMARY KEY,
            provider text NOT NULL,
            ref text NOT NULL,
            number_index bytea NOT NULL,
            fate text NOT NULL,
            subject_id uuid,
            received_at timestamptz NOT NULL,
            CONSTRAINT uq_inbound_messages_provider_ref UNIQUE (provider, ref)
        );
        CREATE INDEX ix_inbound_messages_received_at ON inbound_messages (number_index, received_at);

        CREATE TABLE failed_addresses (
            id uuid NOT NULL CONSTRAINT pk_failed_addresses PRIMARY KEY,
            station_id uuid NOT NULL,
            person_id uuid NOT NULL,
            channel text NOT NULL,
            address_index bytea NOT NULL,
            code text NOT NULL,
            count integer NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            CONSTRAINT uq_failed_addresses_person_id_channel_address_index UNIQUE (person_id, channel, address_index)
        );
        CREATE INDEX ix_failed_addresses_station_id ON failed_addresses (station_id, last_at);
    """)


def downgrade() -> None:
    """Drop them; calls go with the channel."""
    op.execute("""
        DROP TABLE failed_addresses, inbound_messages, reply_codes, opt_outs, ladders;
        DELETE FROM outbox WHERE channel = 'voice';
        ALTER TABLE outbox DROP CONSTRAINT ck_outbox_channel;
        ALTER TABLE outbox ADD CONSTRAINT ck_outbox_channel CHECK (channel IN ('push', 'sms'));
    """)

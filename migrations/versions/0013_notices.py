"""Quiet hours, notices, drills."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and what the outbox needs to hold messages back and to be written by the hundred thousand."""
    op.execute("""
        -- Held messages stay claimable after this moment and a grace, so that none is lost with whoever releases them.
        ALTER TABLE outbox ADD COLUMN held_until timestamptz;
        CREATE INDEX ix_outbox_held ON outbox (held_until) WHERE state = 'queued' AND held_until IS NOT NULL;

        -- Ids of rows written by INSERT ... SELECT sort by time like those made in Python (api/kernel/ids.py): the
        -- first 48 bits are milliseconds, and two bits turn version 4 into version 7.
        CREATE FUNCTION uuid7_at(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
            SELECT encode(
                set_bit(set_bit(
                    substring(int8send(floor(extract(epoch FROM moment) * 1000)::bigint) FROM 3)
                    || substring(uuid_send(gen_random_uuid()) FROM 7), 52, 1), 53, 1), 'hex')::uuid
        $$;

        -- A text many messages share, once: its messages name it by their subject.
        CREATE TABLE message_texts (
            subject_id uuid NOT NULL CONSTRAINT pk_message_texts PRIMARY KEY,
            station_id uuid NOT NULL,
            wording bytea NOT NULL,
            created_at timestamptz NOT NULL
        );

        CREATE TABLE quiet_hours (
            person_id uuid NOT NULL CONSTRAINT pk_quiet_hours PRIMARY KEY
                CONSTRAINT fk_quiet_hours_person_id REFERENCES people (id),
            station_id uuid NOT NULL,
            starts time,
            ends time,
            zone text,
            days smallint,
            changed_at timestamptz NOT NULL,
            CONSTRAINT ck_quiet_hours_whole CHECK (num_nulls(starts, ends, zone, days) IN (0, 4)),
            CONSTRAINT ck_quiet_hours_days CHECK (days BETWEEN 1 AND 127)
        );
        CREATE INDEX ix_quiet_hours_station_id ON quiet_hours (station_id);

        CREATE TABLE reach_policies (
            station_id uuid NOT NULL CONSTRAINT pk_reach_policies PRIMARY KEY
                CONSTRAINT fk_reach_policies_station_id REFERENCES units (id),
            quiet_starts time,
            quiet_ends time,
            quiet_zone text NOT NULL DEFAULT 'Asia/Shanghai',
            bundle_gap_s integer NOT NULL
                CONSTRAINT ck_reach_policies_bundle_gap_s CHECK (bundle_gap_s BETWEEN 0 AND 86400),
            push_test_days smallint NOT NULL
                CONSTRAINT ck_reach_policies_push_test_days CHECK (push_test_days BETWEEN 0 AND 90),
            sms_test_days smallint NOT NULL
                CONSTRAINT ck_reach_policies_sms_test_days CHECK (sms_test_days = 0 OR sms_test_days BETWEEN 30 AND 365),
            version bigint NOT NULL DEFAULT 1,
            changed_by uuid,
            changed_at timestamptz NOT NULL,
            CONSTRAINT ck_reach_policies_quiet CHECK ((quiet_starts IS NULL) = (quiet_ends IS NULL))
        );

        CREATE TABLE reach_states (
            person_id uuid NOT NULL CONSTRAINT fk_reach_states_person_id REFERENCES people (id),
            channel text NOT NULL CONSTRAINT ck_reach_states_channel CHECK (channel IN ('push', 'sms')),
            station_id uuid NOT NULL,
            next_at timestamptz NOT NULL,
            tested_at timestamptz,
            proved_at timestamptz,
            failed_at timestamptz,
            failure text,
            CONSTRAINT pk_reach_states PRIMARY KEY (person_id, channel)
        );
        CREATE INDEX ix_reach_states_due ON reach_states (next_at);
        CREATE INDEX ix_reach_states_station_id ON reach_states (station_id, channel);
    """)
    op.execute("""
        CREATE TABLE notice_policies (
            station_id uuid NOT NULL CONSTRAINT pk_notice_policies PRIMARY KEY
                CONSTRAINT fk_notice_policies_station_id REFERENCES units (id),
            approve_above integer NOT NULL
                CONSTRAINT ck_notice_policies_approve_above CHECK (approve_above BETWEEN 1 AND 5000),
            segment_milliyuan integer NOT NULL
                CONSTRAINT ck_notice_policies_segment_milliyuan CHECK (segment_milliyuan BETWEEN 0 AND 10000),
            version bigint NOT NULL DEFAULT 1,
            changed_by uuid,
            changed_at timestamptz NOT NULL
        );

        CREATE TABLE notices (
            id uuid NOT NULL CONSTRAINT pk_notices PRIMARY KEY,
            station_id uuid NOT NULL CONSTRAINT fk_notices_station_id REFERENCES units (id),
            state text NOT NULL CONSTRAINT ck_notices_state CHECK (state IN
                ('draft', 'awaiting', 'sending', 'sent', 'rejected', 'withdrawn', 'expired')),
            category text NOT NULL,
            severity text NOT NULL CONSTRAINT ck_notices_severity CHECK (severity IN ('red', 'orange', 'yellow', 'blue')),
            title_zh bytea NOT NULL,
            body_zh bytea NOT NULL,
            title_en bytea,
            body_en bytea,
            open_text boolean NOT NULL,
            whole_station boolean NOT NULL,
            unit_ids uuid[] NOT NULL,
            area geometry(MultiPolygon, 4326),
            forces text[] NOT NULL,
            roles text[] NOT NULL,
            on_duty_only boolean NOT NULL,
            expires_at timestamptz NOT NULL,
            written_by uuid NOT NULL CONSTRAINT fk_notices_written_by REFERENCES people (id),
            written_at timestamptz NOT NULL,
            edited_by uuid,
            submitted_by uuid,
            submitted_at timestamptz,
            expected integer,
            decided_by uuid,
            decided_at timestamptz,
            urgency text,
            reached_id uuid,
            recipients integer NOT NULL DEFAULT 0,
            sending_at timestamptz,
            sent_at timestamptz,
            ended_by uuid,
            ended_at timestamptz,
            receipts jsonb,
            erased_at timestamptz,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_notices_english CHECK ((title_en IS NULL) = (body_en IS NULL)),
            -- The second pair of eyes is somebody else's, whatever the program thinks.
            CONSTRAINT ck_notices_approver CHECK (decided_by IS DISTINCT FROM written_by OR decided_by IS NULL)
        );
        CREATE INDEX ix_notices_station_id ON notices (station_id, id);
        CREATE INDEX ix_notices_sending ON notices (sending_at) WHERE state = 'sending';
        CREATE INDEX ix_notices_ended_at ON notices (ended_at) WHERE erased_at IS NULL;

        -- No keys to notices and people: they would be looked up a hundred thousand times for one notice, and every row
        -- is made by one statement from those very tables.
        CREATE TABLE notice_recipients (
            notice_id uuid NOT NULL,
            person_id uuid NOT NULL,
            grid_id uuid,
            read_at timestamptz,
            CONSTRAINT pk_notice_recipients PRIMARY KEY (notice_id, person_id)
        );
        CREATE INDEX ix_notice_recipients_person_id ON notice_recipients (person_id, notice_id);
    """)


def downgrade() -> None:
    """Drop them; messages that are held go out when they are due."""
    op.execute("""
        DROP TABLE notice_recipients, notices, notice_policies;
        DROP TABLE reach_states, reach_policies, quiet_hours, message_texts;
        DROP FUNCTION uuid7_at(timestamptz);
        ALTER TABLE outbox DROP COLUMN held_until;
    """)

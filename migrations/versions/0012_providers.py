"""Providers: routes with weights, what texts cost, how many a number may get, registered wordings."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their data of the start; breakers for the new providers; the second push channel."""
    op.execute("""
        INSERT INTO provider_breakers (provider, changed_at) VALUES ('aliyun', now()), ('webpush', now());

        ALTER TABLE outbox DROP CONSTRAINT ck_outbox_channel;
        ALTER TABLE outbox ADD CONSTRAINT ck_outbox_channel CHECK (channel IN ('push', 'webpush', 'sms', 'voice'));

        -- Attempts come in the order of their time, so a few pages of summary find the last minutes of them.
        CREATE INDEX ix_message_attempts_settled_at ON message_attempts USING brin (settled_at)
            WITH (pages_per_range = 8, autosummarize = on);

        CREATE TABLE sms_quotas (
            prefix text NOT NULL CONSTRAINT pk_sms_quotas PRIMARY KEY,
            identical smallint NOT NULL,
            different smallint NOT NULL,
            per_template smallint NOT NULL
        );
        INSERT INTO sms_quotas VALUES ('+86', 2, 5, 50);

        CREATE TABLE sms_routes (
            prefix text NOT NULL,
            provider text NOT NULL,
            configured smallint NOT NULL CONSTRAINT ck_sms_routes_configured CHECK (configured BETWEEN 0 AND 100),
            weight smallint NOT NULL CONSTRAINT ck_sms_routes_weight CHECK (weight BETWEEN 0 AND 100),
            replies boolean NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT pk_sms_routes PRIMARY KEY (prefix, provider)
        );
        INSERT INTO sms_routes VALUES
            ('+86', 'aliyun', 90, 90, false, now()), ('+86', 'twilio', 10, 10, false, now()),
            ('', 'twilio', 100, 100, true, now());

        CREATE TABLE message_prices (
            provider text NOT NULL,
            channel text NOT NULL,
            prefix text NOT NULL,
            valid_from timestamptz NOT NULL,
            currency text NOT NULL CONSTRAINT ck_message_prices_currency CHECK (currency ~ '^[A-Z]{3}$'),
            unit_price numeric(12, 6) NOT NULL CONSTRAINT ck_message_prices_unit_price CHECK (unit_price >= 0),
            CONSTRAINT pk_message_prices PRIMARY KEY (provider, channel, prefix, valid_from)
        );
        INSERT INTO message_prices VALUES
            ('aliyun', 'sms', '+86', '2026-01-01 00:00:00+08', 'CNY', 0.045),
            ('twilio', 'sms', '+86', '2026-01-01 00:00:00+08', 'USD', 0.0508),
            ('twilio', 'sms', '', '2026-01-01 00:00:00+08', 'USD', 0.0083),
            ('twilio', 'voice', '', '2026-01-01 00:00:00+08', 'USD', 0.07);

        CREATE TABLE message_charges (
            message_id uuid NOT NULL,
            number smallint NOT NULL,
            station_id uuid NOT NULL,
            subject_kind text NOT NULL,
            subject_id uuid,
            channel text NOT NULL,
            provider text NOT NULL,
            urgency text NOT NULL,
            template text NOT NULL,
            to_index bytea,
            text_digest bytea,
            parts smallint NOT NULL,
            currency text,
            unit_price numeric(12, 6),
            amount numeric(12, 6) NOT NULL,
            certain boolean NOT NULL,
            charged_at timestamptz NOT NULL,
            CONSTRAINT pk_message_charges PRIMARY KEY (message_id, number)
        );
        CREATE INDEX ix_message_charges_to ON message_charges (to_index, charged_at) WHERE to_index IS NOT NULL;
        CREATE INDEX ix_message_charges_subject ON message_charges (subject_id);
        CREATE INDEX ix_message_charges_station ON message_charges (station_id, charged_at);

        CREATE TABLE daily_spend (
            day date NOT NULL,
            currency text NOT NULL,
            amount numeric(14, 6) NOT NULL,
            CONSTRAINT pk_daily_spend PRIMARY KEY (day, currency)
        );

        CREATE TABLE sms_templates (
            id uuid NOT NULL CONSTRAINT pk_sms_templates PRIMARY KEY,
            provider text NOT NULL,
            template text NOT NULL,
            wording smallint NOT NULL,
            language text NOT NULL,
            linked boolean NOT NULL,
            signature text NOT NULL,
            body text NOT NULL,
            mapping jsonb NOT NULL,
            code text,
            state text NOT NULL DEFAULT 'draft' CONSTRAINT ck_sms_templates_state CHECK (state IN
                ('draft', 'submitted', 'approved', 'rejected')),
            reason text,
            changed_by uuid,
            changed_at timestamptz NOT NULL,
            CONSTRAINT uq_sms_templates_provider_template_wording_language_linked
                UNIQUE (provider, template, wording, language, linked),
            CONSTRAINT ck_sms_templates_code CHECK (state <> 'approved' OR code IS NOT NULL),
            CONSTRAINT ck_sms_templates_reason CHECK (state <> 'rejected' OR reason IS NOT NULL)
        );
    """)


def downgrade() -> None:
    """Drop them; messages over the second push channel are ended, since nobody can carry them any more."""
    op.execute("""
        DROP TABLE sms_templates, daily_spend, message_charges, message_prices, sms_routes, sms_quotas;
        DROP INDEX ix_message_attempts_settled_at;
        UPDATE outbox SET channel = 'push', state = CASE WHEN state IN ('queued', 'leased', 'unknown') THEN 'dead'
            ELSE state END WHERE channel = 'webpush';
        ALTER TABLE outbox DROP CONSTRAINT ck_outbox_channel;
        ALTER TABLE outbox ADD CONSTRAINT ck_outbox_channel CHECK (channel IN ('push', 'sms', 'voice'));
        DELETE FROM provider_breakers WHERE provider IN ('aliyun', 'webpush');
    """)

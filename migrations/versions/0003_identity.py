"""Tables of identity."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the key from people to units comes with the units, in 0004."""
    op.execute("""
        CREATE TABLE people (
            id uuid NOT NULL CONSTRAINT pk_people PRIMARY KEY,
            station_id uuid NOT NULL,
            name bytea NOT NULL,
            phone bytea NOT NULL,
            phone_index bytea NOT NULL,
            phone_kind text NOT NULL CONSTRAINT ck_people_phone_kind CHECK (phone_kind IN ('mobile', 'landline')),
            language text NOT NULL DEFAULT 'zh-CN' CONSTRAINT ck_people_language CHECK (language IN ('zh-CN', 'en')),
            roles text[] NOT NULL,
            status text NOT NULL DEFAULT 'active'
                CONSTRAINT ck_people_status CHECK (status IN ('active', 'suspended', 'left')),
            username text CONSTRAINT uq_people_username UNIQUE
                CONSTRAINT ck_people_username CHECK (username = lower(username)),
            password_hash text,
            totp_secret bytea,
            totp_last_step bigint,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            CONSTRAINT uq_people_station_id_phone_index UNIQUE (station_id, phone_index)
        );
        CREATE INDEX ix_people_phone_index ON people (phone_index);
        CREATE INDEX ix_people_station_id_id ON people (station_id, id);
        -- The few at the desk among the many in the field: who is told when nobody comes.
        CREATE INDEX ix_people_roles ON people USING gin (roles);

        CREATE TABLE sessions (
            id uuid NOT NULL CONSTRAINT pk_sessions PRIMARY KEY,
            person_id uuid NOT NULL CONSTRAINT fk_sessions_person_id REFERENCES people (id),
            method text NOT NULL CONSTRAINT ck_sessions_method CHECK (method IN ('code', 'password')),
            label bytea,
            state text NOT NULL DEFAULT 'active'
                CONSTRAINT ck_sessions_state CHECK (state IN ('active', 'revoked', 'expired')),
            created_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz,
            end_reason text,
            refresh_hash bytea NOT NULL,
            previous_hash bytea,
            rotated_at timestamptz,
            rotation_key bytea,
            CONSTRAINT ck_sessions_ended CHECK ((state = 'active') = (ended_at IS NULL))
        );
        CREATE INDEX ix_sessions_person_id ON sessions (person_id);
        CREATE INDEX ix_sessions_expires_at ON sessions (expires_at) WHERE state = 'active';

        CREATE TABLE devices (
            id uuid NOT NULL CONSTRAINT pk_devices PRIMARY KEY,
            person_id uuid NOT NULL CONSTRAINT fk_devices_person_id REFERENCES people (id),
            session_id uuid NOT NULL CONSTRAINT fk_devices_session_id REFERENCES sessions (id),
            install_id text NOT NULL,
            provider text NOT NULL,
            platform text NOT NULL,
            token bytea NOT NULL,
            token_hash bytea NOT NULL,
            state text NOT NULL DEFAULT 'active' CONSTRAINT ck_devices_state CHECK (state IN ('active', 'retired')),
            registered_at timestamptz NOT NULL,
            last_seen_at timestamptz NOT NULL,
            retired_at timestamptz,
            retire_reason text,
            CONSTRAINT ck_devices_retired CHECK ((state = 'active') = (retired_at IS NULL))
        );
        CREATE INDEX ix_devices_person_id ON devices (person_id);
        CREATE INDEX ix_devices_session_id ON devices (session_id);
        -- A token rings one phone, and one installation has one address per provider: the newest claim wins.
        CREATE UNIQUE INDEX uq_devices_token_hash ON devices (token_hash) WHERE state = 'active';
        CREATE UNIQUE INDEX uq_devices_install_id ON devices (install_id, provider) WHERE state = 'active';

        CREATE TABLE sign_in_codes (
            phone_index bytea NOT NULL CONSTRAINT pk_sign_in_codes PRIMARY KEY,
            salt uuid NOT NULL,
            code_hash bytea NOT NULL,
            tries_left smallint NOT NULL CONSTRAINT ck_sign_in_codes_tries_left CHECK (tries_left >= 0),
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );

        CREATE TABLE attempt_counters (
            name text NOT NULL,
            subject bytea NOT NULL,
            started_at timestamptz NOT NULL,
            count integer NOT NULL,
            CONSTRAINT pk_attempt_counters PRIMARY KEY (name, subject)
        );
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE attempt_counters, sign_in_codes, devices, sessions, people")

"""Mediation: teams, sessions, decisions, agreements and obligations, hand-overs, ratings."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NORMS = {"second_session_days": 7, "answer_days": 3, "confirm_days": 30, "confirm_remind_days": 5, "rating_days": 30}


def upgrade() -> None:
    """Create the tables and the preset."""
    _create_work()
    _create_agreements()
    _create_outward()
    op.get_bind().execute(
        sa.text(
            "INSERT INTO dispute_standards (id, station_id, kind, version, body, made_at) VALUES"
            " ('00000000-0000-7015-8000-000000000001', NULL, 'mediation', 1, CAST(:body AS jsonb), now())"
        ),
        {"body": json.dumps(_NORMS)},
    )


def _create_work() -> None:
    op.execute("""
        CREATE TABLE dispute_mediators (
            id uuid NOT NULL CONSTRAINT pk_dispute_mediators PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_mediators_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            kind text NOT NULL CONSTRAINT ck_dispute_mediators_kind
                CHECK (kind IN ('grid_officer', 'police_officer', 'peoples_mediator', 'outside')),
            person_id uuid,
            name bytea,
            phone bytea,
            organisation text,
            leads boolean NOT NULL,
            joined_at timestamptz NOT NULL,
            joined_by uuid,
            left_at timestamptz,
            left_by uuid,
            -- Either an account, or somebody known by name alone.
            CONSTRAINT ck_dispute_mediators_who CHECK ((person_id IS NULL) <> (name IS NULL))
        );
        CREATE UNIQUE INDEX uq_dispute_mediators_person
            ON dispute_mediators (dispute_id, person_id) WHERE left_at IS NULL AND person_id IS NOT NULL;
        CREATE UNIQUE INDEX uq_dispute_mediators_lead ON dispute_mediators (dispute_id) WHERE left_at IS NULL AND leads;
        CREATE INDEX ix_dispute_mediators_dispute_id ON dispute_mediators (dispute_id, joined_at);
        CREATE INDEX ix_dispute_mediators_person_id ON dispute_mediators (person_id) WHERE left_at IS NULL;

        CREATE TABLE dispute_sessions (
            id uuid NOT NULL CONSTRAINT pk_dispute_sessions PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_sessions_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            round smallint NOT NULL,
            number smallint NOT NULL,
            state text NOT NULL CONSTRAINT ck_dispute_sessions_state
                CHECK (state IN ('planned', 'held', 'adjourned', 'party_absent', 'cancelled')),
            planned_at timestamptz NOT NULL,
            place bytea,
            planned_by uuid,
            ended_at timestamptz,
            record bytea,
            note bytea,
            attendance jsonb NOT NULL DEFAULT '{}',
            recorded_by uuid,
            recorded_at timestamptz,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_dispute_sessions_ended CHECK ((ended_at IS NULL) = (state = 'planned'))
        );
        CREATE UNIQUE INDEX uq_dispute_sessions_number ON dispute_sessions (dispute_id, number);
        CREATE INDEX ix_dispute_sessions_planned ON dispute_sessions (station_id, planned_at) WHERE state = 'planned';

        CREATE TABLE dispute_decisions (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_dispute_decisions PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_decisions_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            at timestamptz NOT NULL,
            round smallint NOT NULL,
            step text NOT NULL,
            code text,
            note bytea,
            made_by uuid
        );
        CREATE INDEX ix_dispute_decisions_dispute_id ON dispute_decisions (dispute_id, id);
        REVOKE UPDATE, TRUNCATE ON dispute_decisions FROM gridloop_app;
    """)


def _create_agreements() -> None:
    op.execute("""
        CREATE TABLE dispute_agreements (
            id uuid NOT NULL CONSTRAINT pk_dispute_agreements PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_agreements_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            round smallint NOT NULL,
            number smallint NOT NULL,
            form text NOT NULL CONSTRAINT ck_dispute_agreements_form CHECK (form IN ('written', 'oral')),
            way text NOT NULL,
            body text,
            terms bytea NOT NULL,
            agreed_at timestamptz NOT NULL,
            made_by uuid,
            made_at timestamptz NOT NULL,
            confirm_state text NOT NULL CONSTRAINT ck_dispute_agreements_confirm_state CHECK (
                confirm_state IN ('possible', 'requested', 'confirmed', 'rejected', 'not_wanted', 'lapsed')),
            confirm_by date NOT NULL,
            confirm_on date,
            court text,
            confirm_number text,
            version bigint NOT NULL DEFAULT 1
        );
        CREATE UNIQUE INDEX uq_dispute_agreements_number ON dispute_agreements (dispute_id, number);

        CREATE TABLE dispute_obligations (
            id uuid NOT NULL CONSTRAINT pk_dispute_obligations PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_obligations_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            agreement_id uuid NOT NULL CONSTRAINT fk_dispute_obligations_agreement_id REFERENCES dispute_agreements (id),
            number smallint NOT NULL,
            kind text NOT NULL CONSTRAINT ck_dispute_obligations_kind
                CHECK (kind IN ('pay', 'do', 'refrain', 'apologise', 'move')),
            debtor_id uuid NOT NULL CONSTRAINT fk_dispute_obligations_debtor_id REFERENCES dispute_parties (id),
            creditor_id uuid CONSTRAINT fk_dispute_obligations_creditor_id REFERENCES dispute_parties (id),
            what bytea NOT NULL,
            amount numeric(14, 2),
            due_on date NOT NULL,
            overdue_at timestamptz NOT NULL,
            state text NOT NULL CONSTRAINT ck_dispute_obligations_state
                CHECK (state IN ('due', 'overdue', 'performed', 'waived', 'broken', 'void')),
            level smallint NOT NULL DEFAULT 0,
            performed_on date,
            evidence_files uuid[] NOT NULL DEFAULT '{}',
            evidence_note bytea,
            decided_at timestamptz,
            decided_by uuid,
            decision_note bytea,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_dispute_obligations_amount CHECK ((kind = 'pay') = (amount IS NOT NULL) AND (amount IS NULL OR amount > 0)),
            CONSTRAINT ck_dispute_obligations_performed CHECK ((state = 'performed') = (performed_on IS NOT NULL))
        );
        CREATE UNIQUE INDEX uq_dispute_obligations_number ON dispute_obligations (agreement_id, number);
        CREATE INDEX ix_dispute_obligations_dispute_id ON dispute_obligations (dispute_id);
        CREATE INDEX ix_dispute_obligations_open ON dispute_obligations (station_id, overdue_at, id)
            WHERE state IN ('due', 'overdue', 'broken');
    """)


def _create_outward() -> None:
    op.execute("""
        CREATE TABLE dispute_hand_overs (
            id uuid NOT NULL CONSTRAINT pk_dispute_hand_overs PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_hand_overs_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            receiver text NOT NULL CONSTRAINT ck_dispute_hand_overs_receiver
                CHECK (receiver IN ('station', 'department')),
            to_station_id uuid,
            department text,
            reason bytea NOT NULL,
            state text NOT NULL CONSTRAINT ck_dispute_hand_overs_state
                CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn')),
            offered_at timestamptz NOT NULL,
            offered_by uuid,
            due_at timestamptz NOT NULL,
            answered_at timestamptz,
            answered_by uuid,
            answer bytea,
            copy_id uuid CONSTRAINT fk_dispute_hand_overs_copy_id REFERENCES disputes (id),
            CONSTRAINT ck_dispute_hand_overs_to CHECK (
                (receiver = 'station') = (to_station_id IS NOT NULL)
                AND (receiver = 'department') = (department IS NOT NULL))
        );
        CREATE UNIQUE INDEX uq_dispute_hand_overs_offered ON dispute_hand_overs (dispute_id) WHERE state = 'offered';
        CREATE INDEX ix_dispute_hand_overs_dispute_id ON dispute_hand_overs (dispute_id, offered_at);
        CREATE INDEX ix_dispute_hand_overs_incoming ON dispute_hand_overs (to_station_id, offered_at);

        CREATE TABLE dispute_ratings (
            id uuid NOT NULL CONSTRAINT pk_dispute_ratings PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_ratings_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            party_id uuid NOT NULL CONSTRAINT fk_dispute_ratings_party_id REFERENCES dispute_parties (id),
            round smallint NOT NULL,
            asked_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            stars smallint CONSTRAINT ck_dispute_ratings_stars CHECK (stars BETWEEN 1 AND 5),
            comment bytea,
            rated_at timestamptz,
            CONSTRAINT ck_dispute_ratings_rated CHECK ((stars IS NULL) = (rated_at IS NULL))
        );
        CREATE UNIQUE INDEX uq_dispute_ratings_party ON dispute_ratings (dispute_id, party_id, round);
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE dispute_ratings, dispute_hand_overs, dispute_obligations, dispute_agreements")
    op.execute("DROP TABLE dispute_decisions, dispute_sessions, dispute_mediators")
    op.execute("DELETE FROM dispute_standards WHERE kind = 'mediation'")

"""Tables of followups: templates and scales with their presets, plans, visits, contacts, teams, calendar feeds."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the presets."""
    _create_rules()
    _create_plans()
    _create_contacts()
    _insert_presets()


def _create_rules() -> None:
    op.execute("""
        CREATE TABLE visit_templates (
            id uuid NOT NULL CONSTRAINT pk_visit_templates PRIMARY KEY,
            station_id uuid CONSTRAINT fk_visit_templates_station_id REFERENCES units (id),
            subject_kind text NOT NULL,
            colour text NOT NULL,
            version integer NOT NULL,
            zh text NOT NULL,
            en text NOT NULL,
            steps jsonb NOT NULL,
            made_by uuid,
            made_at timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX uq_visit_templates_version
            ON visit_templates (station_id, subject_kind, colour, version) NULLS NOT DISTINCT;
        -- A version is what running plans were made from: written once.
        REVOKE UPDATE, DELETE, TRUNCATE ON visit_templates FROM gridloop_app;

        CREATE TABLE visit_scales (
            id uuid NOT NULL CONSTRAINT pk_visit_scales PRIMARY KEY,
            station_id uuid CONSTRAINT fk_visit_scales_station_id REFERENCES units (id),
            subject_kind text NOT NULL,
            version integer NOT NULL,
            colours text[] NOT NULL,
            rules jsonb NOT NULL,
            made_at timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX uq_visit_scales_version
            ON visit_scales (station_id, subject_kind, version) NULLS NOT DISTINCT;
        REVOKE UPDATE, DELETE, TRUNCATE ON visit_scales FROM gridloop_app;
    """)


def _create_plans() -> None:
    op.execute("""
        CREATE TABLE visit_plans (
            id uuid NOT NULL CONSTRAINT pk_visit_plans PRIMARY KEY,
            station_id uuid NOT NULL CONSTRAINT fk_visit_plans_station_id REFERENCES units (id),
            subject_kind text NOT NULL,
            subject_id uuid NOT NULL,
            label text NOT NULL,
            unit_id uuid CONSTRAINT fk_visit_plans_unit_id REFERENCES units (id),
            lat double precision,
            lon double precision,
            state text NOT NULL CONSTRAINT ck_visit_plans_state CHECK (state IN ('running', 'closed')),
            colour text NOT NULL,
            round smallint NOT NULL,
            template_id uuid NOT NULL CONSTRAINT fk_visit_plans_template_id REFERENCES visit_templates (id),
            settled_at timestamptz NOT NULL,
            owner_kind text CONSTRAINT ck_visit_plans_owner_kind CHECK (owner_kind IN ('person', 'grid', 'team')),
            owner_id uuid,
            lead_id uuid,
            opened_at timestamptz NOT NULL,
            closed_at timestamptz,
            CONSTRAINT ck_visit_plans_closed CHECK ((closed_at IS NULL) = (state = 'running')),
            CONSTRAINT ck_visit_plans_owner CHECK ((owner_kind IS NULL) = (owner_id IS NULL)),
            CONSTRAINT ck_visit_plans_place CHECK ((lat IS NULL) = (lon IS NULL))
        );
        CREATE UNIQUE INDEX uq_visit_plans_subject ON visit_plans (subject_id, subject_kind);
        CREATE INDEX ix_visit_plans_lead_id ON visit_plans (lead_id) WHERE state = 'running';
        CREATE INDEX ix_visit_plans_unit_id ON visit_plans (unit_id) WHERE state = 'running';

        CREATE TABLE visits (
            id uuid NOT NULL CONSTRAINT pk_visits PRIMARY KEY,
            station_id uuid NOT NULL,
            plan_id uuid NOT NULL CONSTRAINT fk_visits_plan_id REFERENCES visit_plans (id),
            round smallint NOT NULL,
            number smallint NOT NULL,
            template_id uuid NOT NULL CONSTRAINT fk_visits_template_id REFERENCES visit_templates (id),
            step_no smallint NOT NULL,
            anchored_at timestamptz NOT NULL,
            mode text NOT NULL CONSTRAINT ck_visits_mode CHECK (mode IN ('telephone', 'visit', 'joint_visit')),
            role text NOT NULL,
            state text NOT NULL CONSTRAINT ck_visits_state
                CHECK (state IN ('planned', 'due', 'overdue', 'done', 'missed', 'waived')),
            target_on date NOT NULL,
            due_at timestamptz NOT NULL,
            overdue_at timestamptz NOT NULL,
            climbs timestamptz[] NOT NULL,
            next_step_at timestamptz,
            level smallint NOT NULL DEFAULT 0,
            provisional boolean NOT NULL,
            owner_kind text CONSTRAINT ck_visits_owner_kind CHECK (owner_kind IN ('person', 'grid', 'team')),
            owner_id uuid,
            done_at timestamptz,
            outcome text,
            waive_reason text,
            waive_note bytea,
            waived_by uuid,
            planned_at timestamptz NOT NULL,
            CONSTRAINT ck_visits_window CHECK (overdue_at > due_at),
            CONSTRAINT ck_visits_clock CHECK (next_step_at IS NULL OR state IN ('planned', 'due', 'overdue')),
            CONSTRAINT ck_visits_owner CHECK ((owner_kind IS NULL) = (owner_id IS NULL))
        );
        CREATE INDEX ix_visits_plan_id ON visits (plan_id, number);
        -- The clocks: a run reads what has struck and nothing else.
        CREATE INDEX ix_visits_next_step_at ON visits (next_step_at) WHERE next_step_at IS NOT NULL;
        -- The day list: by deadline, so that what is overdue comes first.
        CREATE INDEX ix_visits_owner ON visits (owner_id, overdue_at, id) WHERE state IN ('planned', 'due', 'overdue');
        CREATE INDEX ix_visits_overdue ON visits (station_id, overdue_at, id) WHERE state = 'overdue';
        CREATE INDEX ix_visits_provisional ON visits (target_on) WHERE provisional AND state = 'planned';

        CREATE TABLE visit_plan_changes (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_visit_plan_changes PRIMARY KEY,
            plan_id uuid NOT NULL CONSTRAINT fk_visit_plan_changes_plan_id REFERENCES visit_plans (id),
            at timestamptz NOT NULL,
            kind text NOT NULL,
            colour_was text,
            colour text,
            why bytea,
            made_by uuid
        );
        CREATE INDEX ix_visit_plan_changes_plan_id ON visit_plan_changes (plan_id, id);
        REVOKE UPDATE, DELETE, TRUNCATE ON visit_plan_changes FROM gridloop_app;
    """)


def _create_contacts() -> None:
    op.execute("""
        CREATE TABLE visit_contacts (
            id uuid NOT NULL CONSTRAINT pk_visit_contacts PRIMARY KEY,
            station_id uuid NOT NULL,
            plan_id uuid NOT NULL CONSTRAINT fk_visit_contacts_plan_id REFERENCES visit_plans (id),
            visit_id uuid NOT NULL CONSTRAINT fk_visit_contacts_visit_id REFERENCES visits (id),
            round smallint NOT NULL,
            client_ref text NOT NULL,
            mode text NOT NULL,
            outcome text NOT NULL CONSTRAINT ck_visit_contacts_outcome
                CHECK (outcome IN ('calm', 'strained', 'relapsed', 'unreachable', 'moved_away')),
            captured_at timestamptz NOT NULL,
            sent_at timestamptz,
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            reported_by uuid NOT NULL,
            visited_by uuid NOT NULL,
            lat double precision,
            lon double precision,
            datum text,
            accuracy_m real,
            photo_hashes text[] NOT NULL,
            verdict text NOT NULL CONSTRAINT ck_visit_contacts_verdict
                CHECK (verdict IN ('plausible', 'doubtful', 'no_fix')),
            reasons text[] NOT NULL,
            marks text[] NOT NULL,
            counted boolean NOT NULL,
            fallback text CONSTRAINT ck_visit_contacts_fallback CHECK (fallback IN ('qr', 'supervisor')),
            confirmed_by uuid,
            note bytea,
            CONSTRAINT ck_visit_contacts_fix CHECK ((lat IS NULL) = (datum IS NULL))
        );
        CREATE UNIQUE INDEX uq_visit_contacts_client_ref ON visit_contacts (visit_id, reported_by, client_ref);
        CREATE INDEX ix_visit_contacts_plan_id ON visit_contacts (plan_id, occurred_at);
        CREATE INDEX ix_visit_contacts_visited_by ON visit_contacts (visited_by, occurred_at) WHERE lat IS NOT NULL;

        CREATE TABLE visit_team_members (
            team_id uuid NOT NULL,
            person_id uuid NOT NULL CONSTRAINT fk_visit_team_members_person_id REFERENCES people (id),
            station_id uuid NOT NULL,
            leads boolean NOT NULL,
            CONSTRAINT pk_visit_team_members PRIMARY KEY (team_id, person_id)
        );
        CREATE INDEX ix_visit_team_members_person_id ON visit_team_members (person_id);

        CREATE TABLE visit_feeds (
            id uuid NOT NULL CONSTRAINT pk_visit_feeds PRIMARY KEY,
            person_id uuid NOT NULL CONSTRAINT fk_visit_feeds_person_id REFERENCES people (id),
            created_at timestamptz NOT NULL,
            revoked_at timestamptz
        );
        CREATE INDEX ix_visit_feeds_person_id ON visit_feeds (person_id) WHERE revoked_at IS NULL;
    """)


def _steps(mode: str, days: tuple[int, ...], role: str) -> str:
    return json.dumps({"steps": [{"offset": day, "mode": mode, "role": role} for day in days]})


def _insert_presets() -> None:
    """The plans in print: days 1, 3 and 7 after mediation; grave cases visited with the village cadre, others called."""
    every, longer = (1, 3, 7), (1, 3, 7, 15, 30)
    chief, mediator = "station_chief", "mediator"
    presets = [
        (
            "dispute",
            "red",
            "红色纠纷回访（与村社干部联合上门）",
            "Red dispute: joint visits",
            _steps("joint_visit", longer, chief),
        ),
        (
            "dispute",
            "orange",
            "橙色纠纷回访（与村社干部联合上门）",
            "Orange dispute: joint visits",
            _steps("joint_visit", longer, chief),
        ),
        ("dispute", "*", "一般纠纷回访（电话）", "Dispute: telephone calls", _steps("telephone", every, mediator)),
        ("*", "red", "红色事项回访（联合上门）", "Red: joint visits", _steps("joint_visit", longer, "owner")),
        ("*", "orange", "橙色事项回访（联合上门）", "Orange: joint visits", _steps("joint_visit", longer, "owner")),
        ("*", "*", "一般事项回访（上门）", "Visits", _steps("visit", every, "owner")),
    ]
    insert = sa.text(
        "INSERT INTO visit_templates (id, station_id, subject_kind, colour, version, zh, en, steps, made_at)"
        " VALUES (CAST(:id AS uuid), NULL, :kind, :colour, 1, :zh, :en, CAST(:steps AS jsonb), now())"
    )
    for number, (kind, colour, zh, en, steps) in enumerate(presets, start=1):
        values = {"kind": kind, "colour": colour, "zh": zh, "en": en, "steps": steps}
        op.get_bind().execute(insert, {"id": f"00000000-0000-7008-8000-{number:012d}", **values})
    # Calm lowers nothing by itself: a lower colour means fewer visits, and that is a person's decision.
    rules = {
        "calm": {},
        "strained": {"shift": 1},
        "relapsed": {"to": "red", "restart": True},
        "unreachable": {"shift": 1, "streak": 3, "tries": 3},
        "moved_away": {},
    }
    op.get_bind().execute(
        sa.text(
            "INSERT INTO visit_scales (id, station_id, subject_kind, version, colours, rules, made_at) VALUES"
            " ('00000000-0000-7008-8000-000000000101', NULL, '*', 1,"
            " ARRAY['red', 'orange', 'yellow', 'blue', 'white'], CAST(:rules AS jsonb), now())"
        ),
        {"rules": json.dumps(rules)},
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE visit_feeds, visit_team_members, visit_contacts, visit_plan_changes, visits, visit_plans")
    op.execute("DROP TABLE visit_scales, visit_templates")

"""On the way and on scene: where somebody is on their way, who leads, who is asked whether all is well, who asks for more."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and add what offers, dispatches and feedbacks keep from now on."""
    op.execute("""
        ALTER TABLE offers
            ADD departed_how text CONSTRAINT ck_offers_departed_how
                CHECK (departed_how IN ('geofence', 'hand', 'link')),
            ADD arrived_how text CONSTRAINT ck_offers_arrived_how CHECK (arrived_how IN ('geofence', 'hand', 'link')),
            ADD added_by uuid,
            ADD beyond boolean NOT NULL DEFAULT false;
        ALTER TABLE dispatches ADD lead_offer_id uuid CONSTRAINT fk_dispatches_lead_offer_id REFERENCES offers (id);
        -- Looked up for every batch of positions of somebody who is going.
        CREATE INDEX ix_offers_going ON offers (member_id) WHERE state IN ('accepted', 'on_the_way', 'arrived');

        -- Beside the offer, so that a fix every few seconds neither locks nor bloats the row answers compete for.
        CREATE TABLE approaches (
            offer_id uuid NOT NULL CONSTRAINT pk_approaches PRIMARY KEY
                CONSTRAINT fk_approaches_offer_id REFERENCES offers (id),
            station_id uuid NOT NULL,
            accepted_at timestamptz NOT NULL,
            eta_at timestamptz NOT NULL,
            fix_at timestamptz,
            left_m real,
            moved_at timestamptz,
            gone_at timestamptz,
            asked_at timestamptz,
            confirmed_at timestamptz,
            CONSTRAINT ck_approaches_fix CHECK ((fix_at IS NULL) = (left_m IS NULL))
        );

        CREATE TABLE welfare_watches (
            offer_id uuid NOT NULL CONSTRAINT pk_welfare_watches PRIMARY KEY
                CONSTRAINT fk_welfare_watches_offer_id REFERENCES offers (id),
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_welfare_watches_incident_id REFERENCES incidents (id),
            state text NOT NULL CONSTRAINT ck_welfare_watches_state CHECK (state IN
                ('calm', 'asked', 'missed', 'help', 'ended')),
            round integer NOT NULL,
            missed integer NOT NULL DEFAULT 0,
            every_s integer NOT NULL CONSTRAINT ck_welfare_watches_every_s CHECK (every_s > 0),
            asked_at timestamptz,
            answered_at timestamptz,
            ended_at timestamptz,
            CONSTRAINT ck_welfare_watches_ended CHECK ((ended_at IS NOT NULL) = (state = 'ended'))
        );
        CREATE INDEX ix_welfare_watches_incident_id ON welfare_watches (incident_id);
        -- The auditor looks at those that run every half minute.
        CREATE INDEX ix_welfare_watches_running ON welfare_watches (offer_id) WHERE state <> 'ended';

        CREATE TABLE reinforcements (
            id uuid NOT NULL CONSTRAINT pk_reinforcements PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_reinforcements_incident_id REFERENCES incidents (id),
            offer_id uuid NOT NULL CONSTRAINT fk_reinforcements_offer_id REFERENCES offers (id),
            person_id uuid NOT NULL,
            needs jsonb NOT NULL,
            reason text NOT NULL,
            note bytea,
            state text NOT NULL CONSTRAINT ck_reinforcements_state CHECK (state IN ('asked', 'granted', 'refused')),
            asked_at timestamptz NOT NULL,
            decided_by uuid,
            decided_at timestamptz,
            dispatch_id uuid CONSTRAINT fk_reinforcements_dispatch_id REFERENCES dispatches (id),
            CONSTRAINT ck_reinforcements_decided CHECK ((decided_at IS NULL) = (state = 'asked')),
            CONSTRAINT ck_reinforcements_granted CHECK ((dispatch_id IS NOT NULL) = (state = 'granted'))
        );
        CREATE INDEX ix_reinforcements_incident_id ON reinforcements (incident_id);
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("""
        DROP TABLE reinforcements, welfare_watches, approaches;
        DROP INDEX ix_offers_going;
        ALTER TABLE dispatches DROP lead_offer_id;
        ALTER TABLE offers DROP departed_how, DROP arrived_how, DROP added_by, DROP beyond;
    """)

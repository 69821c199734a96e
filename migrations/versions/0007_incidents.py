"""Tables of incidents."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the timeline is append-only for the runtime role."""
    op.execute("""
        CREATE TABLE incidents (
            id uuid NOT NULL CONSTRAINT pk_incidents PRIMARY KEY,
            station_id uuid NOT NULL,
            ref text NOT NULL,
            kind text NOT NULL,
            category text NOT NULL,
            colour text NOT NULL,
            source text NOT NULL,
            state text NOT NULL CONSTRAINT ck_incidents_state CHECK (state IN
                ('reported', 'dispatching', 'underway', 'in_review', 'calling_back', 'closed', 'cancelled')),
            step_no integer NOT NULL DEFAULT 1,
            step_since timestamptz NOT NULL,
            description bytea NOT NULL,
            address bytea,
            place geography(Point, 4326) NOT NULL,
            place_datum text NOT NULL,
            unit_id uuid,
            unit_name text,
            requester_name bytea,
            requester_phone bytea,
            requester_index bytea,
            wanted jsonb NOT NULL,
            reported_by uuid,
            reported_at timestamptz NOT NULL,
            ended_at timestamptz,
            end_reason text,
            end_note bytea,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT uq_incidents_station_id_ref UNIQUE (station_id, ref),
            CONSTRAINT ck_incidents_ended CHECK ((ended_at IS NOT NULL) = (state IN ('closed', 'cancelled'))),
            CONSTRAINT ck_incidents_requester CHECK ((requester_phone IS NULL) = (requester_index IS NULL))
        );
        CREATE INDEX ix_incidents_station_id ON incidents (station_id, id);
        -- The desk's board and the duplicate check look at what is open; closed rows are in neither index.
        CREATE INDEX ix_incidents_open ON incidents (station_id, state, id) WHERE ended_at IS NULL;
        CREATE INDEX ix_incidents_near ON incidents USING gist (place) WHERE ended_at IS NULL;
        CREATE INDEX ix_incidents_requester_index ON incidents (requester_index) WHERE ended_at IS NULL;

        CREATE TABLE incident_links (
            id uuid NOT NULL CONSTRAINT pk_incident_links PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_incident_links_incident_id REFERENCES incidents (id),
            kind text NOT NULL,
            other_id uuid CONSTRAINT fk_incident_links_other_id REFERENCES incidents (id),
            note bytea,
            made_by uuid,
            made_at timestamptz NOT NULL,
            CONSTRAINT ck_incident_links_other CHECK (other_id <> incident_id)
        );
        CREATE INDEX ix_incident_links_incident_id ON incident_links (incident_id);

        CREATE TABLE dispatches (
            id uuid NOT NULL CONSTRAINT pk_dispatches PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_dispatches_incident_id REFERENCES incidents (id),
            state text NOT NULL
                CONSTRAINT ck_dispatches_state CHECK (state IN ('asking', 'filled', 'exhausted', 'ended')),
            wave integer NOT NULL DEFAULT 1,
            fence integer NOT NULL DEFAULT 1,
            policy jsonb NOT NULL,
            ordered_by uuid,
            created_at timestamptz NOT NULL,
            ended_at timestamptz,
            CONSTRAINT ck_dispatches_ended CHECK ((ended_at IS NOT NULL) = (state = 'ended'))
        );
        CREATE INDEX ix_dispatches_incident_id ON dispatches (incident_id);

        CREATE TABLE needs (
            id uuid NOT NULL CONSTRAINT pk_needs PRIMARY KEY,
            dispatch_id uuid NOT NULL CONSTRAINT fk_needs_dispatch_id REFERENCES dispatches (id),
            incident_id uuid NOT NULL CONSTRAINT fk_needs_incident_id REFERENCES incidents (id),
            force text,
            skills text[] NOT NULL DEFAULT '{}',
            wanted smallint NOT NULL,
            got smallint NOT NULL DEFAULT 0,
            state text NOT NULL CONSTRAINT ck_needs_state CHECK (state IN ('open', 'filled', 'ended')),
            CONSTRAINT ck_needs_got CHECK (wanted > 0 AND got BETWEEN 0 AND wanted)
        );
        CREATE INDEX ix_needs_dispatch_id ON needs (dispatch_id);
        CREATE INDEX ix_needs_incident_id ON needs (incident_id);

        CREATE TABLE offers (
            id uuid NOT NULL CONSTRAINT pk_offers PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_offers_incident_id REFERENCES incidents (id),
            dispatch_id uuid NOT NULL CONSTRAINT fk_offers_dispatch_id REFERENCES dispatches (id),
            need_id uuid NOT NULL CONSTRAINT fk_offers_need_id REFERENCES needs (id),
            member_id uuid NOT NULL,
            person_id uuid NOT NULL,
            wave integer NOT NULL,
            state text NOT NULL CONSTRAINT ck_offers_state CHECK (state IN
                ('offered', 'accepted', 'declined', 'silent', 'withdrawn', 'stood_down', 'on_the_way', 'arrived',
                 'done', 'dropped_out')),
            reason text,
            distance_m real NOT NULL,
            eta_s integer NOT NULL,
            offered_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            answered_at timestamptz,
            accepted_at timestamptz,
            departed_at timestamptz,
            arrived_at timestamptz,
            done_at timestamptz,
            ended_at timestamptz,
            arrival_distance_m real,
            CONSTRAINT uq_offers_dispatch_id_member_id UNIQUE (dispatch_id, member_id)
        );
        CREATE INDEX ix_offers_person_id ON offers (person_id, id);
        CREATE INDEX ix_offers_need_id ON offers (need_id, state);
        CREATE INDEX ix_offers_incident_id ON offers (incident_id);
    """)
    op.execute("""
        CREATE TABLE selections (
            dispatch_id uuid NOT NULL CONSTRAINT fk_selections_dispatch_id REFERENCES dispatches (id),
            wave integer NOT NULL,
            at timestamptz NOT NULL,
            scope jsonb NOT NULL,
            considered jsonb NOT NULL,
            CONSTRAINT pk_selections PRIMARY KEY (dispatch_id, wave)
        );

        CREATE TABLE feedbacks (
            id uuid NOT NULL CONSTRAINT pk_feedbacks PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_feedbacks_incident_id REFERENCES incidents (id),
            offer_id uuid NOT NULL CONSTRAINT fk_feedbacks_offer_id REFERENCES offers (id),
            person_id uuid NOT NULL,
            revision smallint NOT NULL,
            state text NOT NULL CONSTRAINT ck_feedbacks_state CHECK (state IN ('submitted', 'returned', 'approved')),
            outcome text NOT NULL,
            text bytea NOT NULL,
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            CONSTRAINT uq_feedbacks_offer_id_revision UNIQUE (offer_id, revision)
        );
        CREATE INDEX ix_feedbacks_incident_id ON feedbacks (incident_id);

        CREATE TABLE reviews (
            id uuid NOT NULL CONSTRAINT pk_reviews PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_reviews_incident_id REFERENCES incidents (id),
            decision text NOT NULL,
            note bytea,
            reviewed_by uuid NOT NULL,
            reviewed_at timestamptz NOT NULL
        );
        CREATE INDEX ix_reviews_incident_id ON reviews (incident_id);

        CREATE TABLE call_backs (
            id uuid NOT NULL CONSTRAINT pk_call_backs PRIMARY KEY,
            station_id uuid NOT NULL,
            incident_id uuid NOT NULL CONSTRAINT fk_call_backs_incident_id REFERENCES incidents (id),
            outcome text NOT NULL,
            rating smallint CONSTRAINT ck_call_backs_rating CHECK (rating BETWEEN 1 AND 5),
            note bytea,
            called_by uuid NOT NULL,
            called_at timestamptz NOT NULL
        );
        CREATE INDEX ix_call_backs_incident_id ON call_backs (incident_id);

        CREATE TABLE incident_events (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_incident_events PRIMARY KEY,
            incident_id uuid NOT NULL,
            at timestamptz NOT NULL,
            kind text NOT NULL,
            actor_id uuid,
            data jsonb NOT NULL
        );
        CREATE INDEX ix_incident_events_incident_id ON incident_events (incident_id, id);
        REVOKE UPDATE, DELETE, TRUNCATE ON incident_events FROM gridloop_app;
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE incident_events, call_backs, reviews, feedbacks, selections, offers, needs, dispatches")
    op.execute("DROP TABLE incident_links, incidents")

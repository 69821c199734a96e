"""Tables of followups. Indexes are declared by the migration."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, BigInteger, CheckConstraint, Double, ForeignKey, Identity, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id


class TemplateRow(Base):
    """One version of a plan template, never changed once written; `station_id` None is common to all stations."""

    __tablename__ = "visit_templates"

    id: Mapped[Id]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    subject_kind: Mapped[str]
    colour: Mapped[str]
    version: Mapped[int]
    zh: Mapped[str]
    en: Mapped[str]
    steps: Mapped[dict[str, Any]]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class ScaleRow(Base):
    """One version of a kind's colours, gravest first, and of what outcomes do to them."""

    __tablename__ = "visit_scales"

    id: Mapped[Id]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    subject_kind: Mapped[str]
    version: Mapped[int]
    colours: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rules: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class PlanRow(Base):
    """The plan of one subject; rounds count how often it started again. `lat`, `lon`: where the visits should be."""

    __tablename__ = "visit_plans"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (state = 'running')", name="closed"),
        CheckConstraint("(owner_kind IS NULL) = (owner_id IS NULL)", name="owner"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    label: Mapped[str]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    state: Mapped[str]
    colour: Mapped[str]
    round: Mapped[int] = mapped_column(SmallInteger)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("visit_templates.id"))
    settled_at: Mapped[datetime]
    owner_kind: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    lead_id: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class VisitRow(Base):
    """One visit and its clocks. `next_step_at` is when the next of them strikes; None once nothing can.

    `template_id`, `step_no` and `anchored_at` say which step made it, and counted from when.
    """

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("overdue_at > due_at", name="window"),
        CheckConstraint("next_step_at IS NULL OR state IN ('planned', 'due', 'overdue')", name="clock"),
        CheckConstraint("(owner_kind IS NULL) = (owner_id IS NULL)", name="owner"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("visit_plans.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("visit_templates.id"))
    step_no: Mapped[int] = mapped_column(SmallInteger)
    anchored_at: Mapped[datetime]
    mode: Mapped[str]
    role: Mapped[str]
    state: Mapped[str]
    target_on: Mapped[date]
    due_at: Mapped[datetime]
    overdue_at: Mapped[datetime]
    climbs: Mapped[list[datetime]] = mapped_column(ARRAY(TIMESTAMP(timezone=True)))
    next_step_at: Mapped[datetime | None]
    level: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    provisional: Mapped[bool]
    owner_kind: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    waive_reason: Mapped[str | None]
    waive_note: Mapped[str | None] = mapped_column(Sealed("visits.waive_note"))
    waived_by: Mapped[UUID | None]
    planned_at: Mapped[datetime]


class ContactRow(Base):
    """One report of a contact with its evidence; `captured_at` is the phone's clock, `occurred_at` ours."""

    __tablename__ = "visit_contacts"
    __table_args__ = (CheckConstraint("(lat IS NULL) = (datum IS NULL)", name="fix"),)

    id: Mapped[Id]
    station_id: Mapped[UUID]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("visit_plans.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    client_ref: Mapped[str]
    mode: Mapped[str]
    outcome: Mapped[str]
    captured_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    reported_by: Mapped[UUID]
    visited_by: Mapped[UUID]
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    datum: Mapped[str | None]
    accuracy_m: Mapped[float | None] = mapped_column(REAL)
    photo_hashes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    verdict: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text))
    counted: Mapped[bool]
    fallback: Mapped[str | None]
    confirmed_by: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Sealed("visit_contacts.note"))


class PlanChangeRow(Base):
    """A line of a plan's log; append-only for the runtime role."""

    __tablename__ = "visit_plan_changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("visit_plans.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    colour_was: Mapped[str | None]
    colour: Mapped[str | None]
    why: Mapped[str | None] = mapped_column(Sealed("visit_plan_changes.why"))
    made_by: Mapped[UUID | None]


class TeamMember(Base):
    """Who belongs to a team; a copy the team's own area keeps up to date with `set_team`."""

    __tablename__ = "visit_team_members"

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    station_id: Mapped[UUID]
    leads: Mapped[bool]


class FeedRow(Base):
    """A calendar address of one person: the address is signed, the row makes it revocable."""

    __tablename__ = "visit_feeds"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

"""What a phone may have done offline, and how each is done: the same services a single request calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.duty import service as duty
from api.duty.types import DutyState
from api.followups.service import report_contact
from api.followups.types import ContactReport
from api.identity.types import Permission
from api.incidents import service as incidents
from api.incidents.queries.offers import newest_feedback, own_offer
from api.incidents.service.late import note_late, note_late_report
from api.incidents.service.stillness import confirm_coming
from api.incidents.service.welfare import answer_welfare
from api.incidents.types import Answered, Move, NewFeedback, OfferState, Refusal
from api.incidents.types.late import Late, LateFact
from api.notifications.service import acknowledge
from api.notifications.types import Acknowledgement
from api.plumbing.context import Ctx
from api.sync.errors import CommandTooOld, CopyStale, TargetMissing
from api.sync.rules import offset_ms, our_time
from api.sync.types import Command

# How long a word about the present stays one.
WORD_HOLDS = timedelta(minutes=5)
DUTY_HOLDS = timedelta(hours=12)
Values = Mapping[str, Any]
State = dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """One kind of command. `look`: the target's state, for a phone whose command came too late."""

    permission: Permission
    do: Callable[[Ctx, Command, Values], State]
    look: Callable[[Ctx, Command], State | None] | None = None


def _target(command: Command) -> UUID:
    if command.target_id is None:
        raise TargetMissing
    return command.target_id


def _answered(answer: Answered) -> State:
    return {"id": str(answer.id), "state": answer.state, "reason": answer.reason}


def _offer(ctx: Ctx, command: Command) -> State | None:
    offer = own_offer(ctx.session, ctx.actor.person, _target(command))
    return None if offer is None else {"id": str(offer.id), "state": offer.state, "reason": offer.reason}


def _move(ctx: Ctx, command: Command, values: Values) -> Move:
    return Move(_target(command), our_time(command, ctx.now), values["place"])


def _accept(ctx: Ctx, command: Command, _: Values) -> State:
    return _answered(incidents.accept_offer(ctx, _target(command)))


def _decline(ctx: Ctx, command: Command, values: Values) -> State:
    return _answered(incidents.decline_offer(ctx, Refusal(_target(command), **values)))


def _drop_out(ctx: Ctx, command: Command, values: Values) -> State:
    return _answered(incidents.drop_out(ctx, Refusal(_target(command), **values)))


def _late(ctx: Ctx, command: Command, what: Late) -> LateFact:
    return LateFact(_target(command), what, our_time(command, ctx.now), offset_ms(command, ctx.now))


def _depart(ctx: Ctx, command: Command, values: Values) -> State:
    answer = incidents.depart(ctx, _move(ctx, command, values))
    if answer.state is not OfferState.ON_THE_WAY:
        note_late(ctx, _late(ctx, command, Late.DEPART))
    return _answered(answer)


def _arrive(ctx: Ctx, command: Command, values: Values) -> State:
    answer = incidents.arrive(ctx, _move(ctx, command, values))
    if answer.state is not OfferState.ARRIVED:
        note_late(ctx, _late(ctx, command, Late.ARRIVE))
    return _answered(answer)


def _finish(ctx: Ctx, command: Command, values: Values) -> State:
    answer = incidents.finish(ctx, _move(ctx, command, values))
    if answer.state is not OfferState.DONE:
        note_late(ctx, _late(ctx, command, Late.FINISH))
    return _answered(answer)


def _still_coming(ctx: Ctx, command: Command, _: Values) -> State:
    return _answered(confirm_coming(ctx, _target(command)))


def _welfare(ctx: Ctx, command: Command, values: Values) -> State:
    offer_id = _target(command)
    # All was well then; whether it is now is what the question was about. A call for help is never too old.
    if values["all_right"] and ctx.now - our_time(command, ctx.now) > WORD_HOLDS:
        raise CommandTooOld
    return {"id": str(offer_id), "state": answer_welfare(ctx, offer_id, all_right=values["all_right"])}


def _report(ctx: Ctx, command: Command, values: Values) -> State:
    incident_id = incidents.report_incident(ctx, values["order"])
    occurred_at = our_time(command, ctx.now)
    if ctx.now - occurred_at > WORD_HOLDS:
        note_late_report(ctx, incident_id, occurred_at, offset_ms(command, ctx.now))
    return {"id": str(incident_id)}


def _duty_state(state: DutyState) -> State:
    until = state.until.isoformat() if state.until else None
    return {"id": str(state.member_id), "on_duty": state.on_duty, "until": until}


def _go_on_duty(ctx: Ctx, command: Command, values: Values) -> State:
    # Who went on duty yesterday without a network is not to be called out of bed today.
    if ctx.now - our_time(command, ctx.now) > DUTY_HOLDS:
        raise CommandTooOld
    return _duty_state(duty.go_on_duty(ctx, **values))


def _go_off_duty(ctx: Ctx, command: Command, _: Values) -> State:
    return _duty_state(duty.go_off_duty(ctx))


def _duty(ctx: Ctx, command: Command) -> State:
    return _duty_state(duty.own_state(ctx))


def _refuse_stale(command: Command, version: int) -> None:
    # Only where fields are written over. Steps are judged by whether they are still legal, whatever the phone saw.
    if command.base_version is not None and command.base_version != version:
        raise CopyStale(version=version)


def _revision(ctx: Ctx, offer_id: UUID) -> int:
    last = newest_feedback(ctx.session, offer_id)
    return 0 if last is None else last.revision


def _feedback_now(ctx: Ctx, command: Command) -> State | None:
    offer = _offer(ctx, command)
    return offer and {**offer, "revision": _revision(ctx, _target(command))}


def _feedback(ctx: Ctx, command: Command, values: Values) -> State:
    if own_offer(ctx.session, ctx.actor.person, _target(command)) is not None:
        _refuse_stale(command, _revision(ctx, _target(command)))
    given = {**values, "occurred_at": our_time(command, ctx.now)}
    feedback = incidents.give_feedback(ctx, NewFeedback(_target(command), **given))
    note_late(ctx, _late(ctx, command, Late.FEEDBACK))
    return {"id": str(feedback.id), "state": feedback.state, "revision": feedback.revision}


def _contact(ctx: Ctx, command: Command, values: Values) -> State:
    report = ContactReport(
        client_ref=command.command_id, captured_at=command.occurred_at, sent_at=command.sent_at, **values
    )
    contact = report_contact(ctx, _target(command), report)
    return {
        "id": str(contact.id), "verdict": contact.verdict, "marks": list(contact.marks), "counted": contact.counted,
    }  # fmt: skip


def _acknowledge(ctx: Ctx, command: Command, values: Values) -> State:
    acknowledge(ctx, _target(command), Acknowledgement(occurred_at=command.occurred_at, **values))
    return {"id": str(command.target_id)}


_P = Permission
DEEDS: Mapping[str, Deed] = {
    "offer.accept": Deed(_P.OFFER_ANSWER, _accept, _offer),
    "offer.decline": Deed(_P.OFFER_ANSWER, _decline, _offer),
    "offer.depart": Deed(_P.OFFER_ANSWER, _depart, _offer),
    "offer.arrive": Deed(_P.OFFER_ANSWER, _arrive, _offer),
    "offer.finish": Deed(_P.OFFER_ANSWER, _finish, _offer),
    "offer.drop_out": Deed(_P.OFFER_ANSWER, _drop_out, _offer),
    "offer.feedback": Deed(_P.OFFER_ANSWER, _feedback, _feedback_now),
    "offer.still_coming": Deed(_P.OFFER_ANSWER, _still_coming, _offer),
    "offer.welfare": Deed(_P.OFFER_ANSWER, _welfare, _offer),
    "incident.report": Deed(_P.INCIDENT_REPORT, _report),
    "duty.on": Deed(_P.DUTY_SELF, _go_on_duty, _duty),
    "duty.off": Deed(_P.DUTY_SELF, _go_off_duty, _duty),
    "visit.contact": Deed(_P.VISIT_DO, _contact),
    "message.acknowledge": Deed(_P.SELF, _acknowledge),
}

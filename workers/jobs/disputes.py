"""Jobs of disputes. A stale fence or an ended case does nothing."""

from api.disputes import service
from api.disputes.service.auditing import take_up_forgotten
from api.disputes.service.confirming import let_confirmation_lapse, remind_of_confirmation
from api.disputes.service.handing_over import chase_answer
from api.disputes.service.lost_work import take_up_lost_work
from api.disputes.service.obligations import miss_promise, remind_of_promise
from api.disputes.service.reopening import hear_contact
from api.disputes.service.sessions import miss_next_session, miss_record, remind_of_session
from api.disputes.service.suspending import end_suspension
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def step_overdue(ctx: Ctx, timer: Timer) -> None:
    """A step of a case was not taken in time. The subject is the case."""
    service.report_overdue(ctx, timer.subject_id, fence=timer.fence, nag=timer.args["nag"])


def find_forgotten(ctx: Ctx, timer: Timer) -> None:
    """Take up open cases nobody would hear of again, and what of their work lost its clock. The subject is nobody."""
    take_up_forgotten(ctx)
    take_up_lost_work(ctx)


def session_near(ctx: Ctx, timer: Timer) -> None:
    """A session is to be held on the next working day. The subject is the session."""
    remind_of_session(ctx, timer.subject_id)


def session_unrecorded(ctx: Ctx, timer: Timer) -> None:
    """A session's day is over and nobody said what became of it. The subject is the session."""
    miss_record(ctx, timer.subject_id, nag=timer.args["nag"])


def next_session_due(ctx: Ctx, timer: Timer) -> None:
    """The second session should have followed the first by now. The subject is the case."""
    miss_next_session(ctx, timer.subject_id, in_round=timer.args["round"], nag=timer.args["nag"])


def promise_near(ctx: Ctx, timer: Timer) -> None:
    """Something promised falls due. The subject is the promise."""
    remind_of_promise(ctx, timer.subject_id, step=timer.step)


def promise_overdue(ctx: Ctx, timer: Timer) -> None:
    """The day of a promise has passed. The subject is the promise."""
    miss_promise(ctx, timer.subject_id, nag=timer.args["nag"])


def confirmation_near(ctx: Ctx, timer: Timer) -> None:
    """The time to ask for judicial confirmation runs out. The subject is the agreement."""
    remind_of_confirmation(ctx, timer.subject_id)


def confirmation_over(ctx: Ctx, timer: Timer) -> None:
    """The time to ask for judicial confirmation has run out. The subject is the agreement."""
    let_confirmation_lapse(ctx, timer.subject_id)


def hand_over_unanswered(ctx: Ctx, timer: Timer) -> None:
    """Nobody has taken or returned a case in time. The subject is the hand-over."""
    chase_answer(ctx, timer.subject_id, nag=timer.args["nag"])


def suspension_over(ctx: Ctx, timer: Timer) -> None:
    """The day a case was suspended until is over. The subject is the case."""
    end_suspension(ctx, timer.subject_id, fence=timer.fence)


def contact_reported(ctx: Ctx, timer: Timer) -> None:
    """A visit's contact was reported; followups has drawn its own consequences. The subject is the case."""
    hear_contact(ctx, timer.subject_id, timer.args)

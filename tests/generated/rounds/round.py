"""A task from sign-in to feedback, through the generated Python client alone: `round.py <client> <address> <phone>`."""

import json
import sys
from datetime import UTC, datetime
from uuid import uuid4

sys.path.insert(0, sys.argv[1])

import gridloop
from gridloop.api.identity_api import IdentityApi
from gridloop.api.incidents_api import IncidentsApi
from gridloop.models.answered import Answered
from gridloop.models.code_proof import CodeProof
from gridloop.models.code_request import CodeRequest
from gridloop.models.feedback_order import FeedbackOrder
from gridloop.models.move import Move
from gridloop.models.place import Place

ADDRESS, PHONE = sys.argv[2:]


def sign_in() -> gridloop.ApiClient:
    identity = IdentityApi(gridloop.ApiClient(gridloop.Configuration(host=ADDRESS)))
    identity.identity_request_code(CodeRequest(phone=PHONE))
    print("code?", flush=True)
    proof = CodeProof(phone=PHONE, code=sys.stdin.readline().strip(), device_label="python")
    tokens = identity.identity_verify_code(proof)
    assert tokens.token_type == "Bearer"
    return gridloop.ApiClient(gridloop.Configuration(host=ADDRESS, access_token=tokens.access_token))


def main() -> None:
    client = sign_in()
    me, incidents = IdentityApi(client).identity_show_me(), IncidentsApi(client)
    [offer] = incidents.incidents_list_own().items
    accepted = incidents.incidents_accept(offer.id)
    task = incidents.incidents_show_own(offer.id).task
    here = Place(lat=task.place.lat, lon=task.place.lon, datum=task.place.datum)
    incidents.incidents_depart(offer.id, move=Move(occurred_at=datetime.now(UTC)))
    incidents.incidents_arrive(offer.id, move=Move(position=here))
    done = incidents.incidents_finish(offer.id, move=Move())
    key, order = str(uuid4()), FeedbackOrder(outcome="resolved", text="已妥善处置")
    feedback = incidents.incidents_give_feedback(key, offer.id, order)
    again = incidents.incidents_give_feedback(key, offer.id, order)
    try:
        incidents.incidents_accept(uuid4())
        refusal = {}
    except gridloop.ApiException as error:
        refusal = json.loads(error.body)
    # What a later server adds: a value and a field this client does not know.
    later = Answered.from_dict({"id": str(offer.id), "state": "levitating", "reason": None, "height_m": 3})
    told = {
        "person": me.name, "offer": str(offer.id), "accepted": accepted.state, "task": task.description,
        "done": done.state, "feedback": str(feedback.id), "again": str(again.id), "refused": refusal.get("code"),
        "later": later.state,
    }  # fmt: skip
    print(json.dumps(told, ensure_ascii=False))


main()

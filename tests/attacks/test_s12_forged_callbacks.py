"""S12: callbacks no provider sent: forged, altered, meant for another address, or sent again."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.notifications.rules.receipts import sign_message_id
from tests.attacks.arena import Arena
from tests.attacks.hooks import ACCOUNT, REPORTS, SECRET, aliyun_report, public_url, signature, twilio_forms
from tests.attacks.ledger import count
from tests.builders.notifications import make_reachable, message_row, queue_notice

Form = dict[str, Any]
Forgery = Callable[[str, str, Form], tuple[str, Form, dict[str, str]]]
"""From the public address, path and form: what is sent instead, and with which headers."""


def plain(base: str, path: str, form: Form) -> tuple[str, Form, dict[str, str]]:
    return path, form, signature(base + path, form)


FORGERIES: dict[str, Forgery] = {
    "no signature": lambda base, path, form: (path, form, {}),
    "empty signature": lambda base, path, form: (path, form, {"X-Twilio-Signature": ""}),
    "wrong secret": lambda base, path, form: (path, form, signature(base + path, form, "0" * 32)),
    "empty secret": lambda base, path, form: (path, form, signature(base + path, form, "")),
    "signed for another host": lambda base, path, form: (
        path, form, signature("https://evil.example" + path, form) | {"Host": "evil.example"},
    ),
    "signed for the forwarded host": lambda base, path, form: (
        path, form, signature("https://evil.example" + path, form)
        | {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    ),
    "https for http": lambda base, path, form: (path, form, signature(base.replace("http:", "https:") + path, form)),
    "another port": lambda base, path, form: (path, form, signature(base.replace(":9", ":10") + path, form)),
    "field added": lambda base, path, form: (path, {**form, "Extra": "1"}, signature(base + path, form)),
    "field taken away": lambda base, path, form: (path, dict(list(form.items())[:-1]), signature(base + path, form)),
    "field changed": lambda base, path, form: (
        path, {**form, list(form)[-1]: "failed"}, signature(base + path, form),
    ),
    "query added": lambda base, path, form: (
        f"{path}{'&' if '?' in path else '?'}n=9", form, signature(base + path, form),
    ),
    "another path's signature": lambda base, path, form: (path, form, signature(base + "/webhooks/twilio/x", form)),
    "another account": lambda base, path, form: (
        path, {**form, "AccountSid": "AC" + "9" * 32}, signature(base + path, {**form, "AccountSid": "AC" + "9" * 32}),
    ),
    "no account": lambda base, path, form: (
        path, {k: v for k, v in form.items() if k != "AccountSid"},
        signature(base + path, {k: v for k, v in form.items() if k != "AccountSid"}),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def signed_id(arena: Arena) -> str:
    """The reference of a text that waits to be sent."""
    return sign_message_id(queue_notice(arena.ctx, make_reachable(arena.ctx, phones=0)), SECRET)


def knock(arena: Arena, path: str, form: Form, headers: dict[str, str]) -> int:
    return arena.client.post(path, data=form, headers=headers).status_code


def test_what_twilio_did_not_sign_for_us_changes_nothing(arena: Arena, signed_id: str) -> None:
    base, before = public_url(arena.app), arena.digest()
    forms = twilio_forms(signed_id)
    taken = [
        f"{name}: {path}"
        for name, forge in FORGERIES.items()
        for path, form in forms.items()
        if knock(arena, *forge(base, path, form)) != 403
    ]
    cells = len(FORGERIES) * len(forms)
    count("S12", f"{len(FORGERIES)} forgeries at {len(forms)} doors of Twilio", cells, cells - len(taken))
    assert taken == []
    assert arena.digest() == before


def test_without_a_fault_each_would_have_been_taken(arena: Arena, signed_id: str) -> None:
    for path, form in twilio_forms(signed_id).items():
        with arena.undone():
            assert knock(arena, *plain(public_url(arena.app), path, form)) in {200, 204}, path


def reports(signed_id: str) -> Iterator[Any]:
    other = sign_message_id(uuid4(), b"x" * 40)
    for out_id in ("", other, signed_id[:-1], signed_id + "A", signed_id.upper(), signed_id[::-1], None, 7, [], {}):
        yield [aliyun_report(out_id)]
    yield [aliyun_report(signed_id, success="true")]
    yield {"0": aliyun_report(signed_id)}
    yield []
    yield [[aliyun_report(signed_id)]]
    yield [aliyun_report(signed_id)] * 101


def test_reports_without_our_own_reference_change_nothing(arena: Arena, signed_id: str) -> None:
    before = arena.digest()
    tried = list(reports(signed_id))
    statuses = [arena.client.post(REPORTS, json=body).status_code for body in tried]
    met = sum(status in {400, 403, 413} for status in statuses)
    count("S12", "reports of Alibaba Cloud without a reference of ours", len(tried), met)
    assert met == len(tried), statuses
    assert arena.digest() == before


def test_the_same_callback_again_has_one_effect(arena: Arena) -> None:
    ctx = arena.ctx
    message = queue_notice(ctx, make_reachable(ctx, phones=0))
    sid = f"SM{message.hex}"
    path = f"/webhooks/twilio/status?m={sign_message_id(message, SECRET)}"
    form = {"AccountSid": ACCOUNT, "MessageSid": sid, "MessageStatus": "delivered", "To": "+8617000000001"}
    base = public_url(arena.app)
    assert [knock(arena, *plain(base, path, form)) for _ in range(5)] == [204] * 5
    # An old one played again takes nothing back.
    assert knock(arena, *plain(base, path, {**form, "MessageStatus": "sent"})) == 204
    kept = arena.ctx.session.scalar(text("SELECT count(*) FROM provider_receipts WHERE ref = :sid"), {"sid": sid})
    state = message_row(arena.ctx, message)["state"]
    count("S12", "one receipt played six times", 6, rows=kept, state=state)
    assert (kept, state) == (2, "delivered")

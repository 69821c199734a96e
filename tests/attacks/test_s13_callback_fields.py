"""S13: callbacks that are signed and odd: too long, of unknown kind or id; never a fault of ours, never kept."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.notifications.rules.receipts import sign_message_id
from tests.attacks.arena import Arena
from tests.attacks.hooks import REPORTS, SECRET, aliyun_report, public_url, signature, twilio_forms
from tests.attacks.ledger import count
from tests.builders.notifications import make_reachable, queue_notice

# Nothing else in a database looks like this; a code of a provider has no blank, and is kept.
MARK = f"marked {uuid4().hex}"
ODD: dict[str, dict[str, Any]] = {
    "a megabyte": {"Note": "x" * 1_000_000},
    "a thousand fields": {f"F{n}": "x" for n in range(1_000)},
    "unknown status": {"MessageStatus": MARK, "CallStatus": MARK},
    "empty status": {"MessageStatus": "", "CallStatus": ""},
    "long status": {"MessageStatus": MARK * 30, "CallStatus": MARK * 30},
    "odd code": {"ErrorCode": f"{MARK}' OR 1=1 --"},
    "long code": {"ErrorCode": "9" * 900},
    "no id": {"MessageSid": "", "CallSid": ""},
    "odd id": {"MessageSid": f"SM{MARK}", "CallSid": f"CA{MARK}"},
    "long id": {"MessageSid": "SM" + "1" * 300, "CallSid": "CA" + "1" * 300},
    "id with a null": {"MessageSid": "SM\0" + "1" * 31, "CallSid": "CA\0" + "1" * 31},
    "nulls": {"Body": f"\0{MARK}", "Digits": "\0", "From": "+65\x0091234567"},
    "odd sender": {"From": f"{MARK}@example"},
    "odd digits": {"Digits": f"1{MARK}"},
    "other scripts": {"Body": f"{MARK}\u202e\ud7ff🚨", "MessageStatus": "配達済み", "Digits": "١"},
    "other values": {"Price": MARK, "ToCity": MARK, "ErrorMessage": MARK, "RawDlrDoneDate": MARK},
}
REPORT_FIELDS: dict[str, dict[str, Any]] = {
    "unknown code": {"err_code": MARK, "success": False},
    "long code": {"err_code": MARK * 40, "success": False},
    "words": {"err_msg": MARK},
    "odd reference": {"biz_id": f"{MARK} x"},
    "long reference": {"biz_id": "1" * 900},
    "null reference": {"biz_id": "9\0"},
    "number": {"phone_number": MARK},
    "nested": {"err_code": {"a": [MARK]}, "success": False},
    "extra": {MARK: MARK},
    "times": {"send_time": MARK, "report_time": "x"},
}


@pytest.fixture(scope="module")
def signed_id(arena: Arena) -> str:
    return sign_message_id(queue_notice(arena.ctx, make_reachable(arena.ctx, phones=0)), SECRET)


def test_odd_fields_are_answered_and_nothing_of_them_is_kept(arena: Arena, signed_id: str) -> None:
    base, forms = public_url(arena.app), twilio_forms(signed_id)
    statuses: dict[str, int] = {}
    for name, fields in ODD.items():
        for path, form in forms.items():
            body = {**form, **fields}
            statuses[f"{name}: {path}"] = arena.client.post(
                path, data=body, headers=signature(base + path, body)
            ).status_code
    for name, fields in REPORT_FIELDS.items():
        answer = arena.client.post(REPORTS, json=[aliyun_report(signed_id, **fields)])
        statuses[f"{name}: {REPORTS}"] = answer.status_code
    wrong = {name: status for name, status in statuses.items() if status not in {200, 204, 400, 403, 413, 422}}
    kept = tables_with(arena, MARK)
    count(
        "S13",
        "signed callbacks with odd fields",
        len(statuses),
        len(statuses) - len(wrong),
        tables_that_kept_a_word=len(kept),
    )
    assert wrong == {}
    assert {status for name, status in statuses.items() if name.startswith("a megabyte")} == {413}
    assert kept == []


def test_a_text_message_is_kept_sealed(arena: Arena) -> None:
    """What somebody wrote to us is an answer to look at: kept, but not readable in the table."""
    path, form = list(twilio_forms("x").items())[-1]
    body = {**form, "MessageSid": "SM" + uuid4().hex, "Body": MARK}
    answer = arena.client.post(path, data=body, headers=signature(public_url(arena.app) + path, body))
    kept = tables_with(arena, MARK)
    count("S13", "the words of a text that came in", 1, tables_that_kept_a_word=len(kept))
    assert (answer.status_code, kept) == (200, [])


def tables_with(arena: Arena, word: str) -> list[str]:
    """The tables one of whose rows shows this word."""
    names = arena.ctx.session.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'")
    ).all()
    hexed = word.encode().hex()
    shows = 'EXISTS (SELECT FROM "{0}" t WHERE t::text LIKE :word OR t::text LIKE :hexed)'
    values = {"word": f"%{word}%", "hexed": f"%{hexed}%"}
    return [name for name in names if arena.ctx.session.scalar(text("SELECT " + shows.format(name)), values)]

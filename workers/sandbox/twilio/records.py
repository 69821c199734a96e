"""The messages Twilio has taken, and how it shows them."""

import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from workers.sandbox.twilio.errors import TEXTS
from workers.sandbox.twilio.fields import parse_moment
from workers.sandbox.twilio.segments import count_segments

KEPT = 50_000
Json = dict[str, Any]


@dataclass
class SmsRecord:
    """One message; its status is moved on by the courier."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    callback: str | None
    created: datetime
    status: str = "queued"
    updated: datetime | None = None
    sent: datetime | None = None
    error_code: int | None = None

    @property
    def uri(self) -> str:
        """Where the record is read."""
        return f"/2010-04-01/Accounts/{self.account}/Messages/{self.sid}.json"

    def move(self, status: str, error_code: int | None) -> None:
        """Take the next status."""
        self.status, self.error_code = status, error_code
        self.updated = datetime.now(UTC)
        if status == "sent":
            self.sent = self.updated

    def as_json(self) -> Json:
        """The Message resource."""
        return {
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": _rfc2822(self.created),
            "date_sent": _rfc2822(self.sent),
            "date_updated": _rfc2822(self.updated or self.created),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": TEXTS.get(self.error_code or 0),
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(count_segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": self.uri.replace(".json", "/Media.json")},
            "to": self.to,
            "uri": self.uri,
        }


class SmsRecords:
    """The last messages by sid, newest last."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._by_sid: OrderedDict[str, SmsRecord] = OrderedDict()

    def add(self, parameters: Mapping[str, str]) -> SmsRecord:
        """Take a message that has been checked."""
        record = SmsRecord(
            sid=f"SM{secrets.token_hex(16)}",
            account=self._account,
            to=parameters["To"],
            sender=parameters["From"],
            body=parameters["Body"],
            callback=parameters.get("StatusCallback"),
            created=datetime.now(UTC),
        )
        self._by_sid[record.sid] = record
        if len(self._by_sid) > KEPT:
            self._by_sid.popitem(last=False)
        return record

    def get(self, sid: str) -> SmsRecord | None:
        """One message, if it is still kept."""
        return self._by_sid.get(sid)

    def page(self, wanted: Mapping[str, str], size: int) -> tuple[list[SmsRecord], str | None]:
        """A page of the matching messages, newest first, and the token of the next page."""
        found = [record for record in self._behind(wanted) if _matches(record, wanted)]
        following = f"PA{found[size - 1].sid}" if len(found) > size else None
        return found[:size], following

    def _behind(self, wanted: Mapping[str, str]) -> Iterator[SmsRecord]:
        """Newest first, from behind the message the page token names."""
        token = wanted.get("PageToken", "").removeprefix("PA")
        started = not token
        for record in reversed(self._by_sid.values()):
            if started:
                yield record
            started = started or record.sid == token


def _matches(record: SmsRecord, wanted: Mapping[str, str]) -> bool:
    if wanted.get("To", record.to) != record.to or wanted.get("From", record.sender) != record.sender:
        return False
    moment = record.sent or record.created
    return all(
        _compare(sign, moment, wanted[f"DateSent{sign}"]) for sign in ("", "<", ">") if f"DateSent{sign}" in wanted
    )


def _compare(sign: str, moment: datetime, text: str) -> bool:
    """Twilio's filters include the bound. Midnight means the whole day in GMT: the SDK sends dates that way."""
    bound = parse_moment(text)
    if bound is None:
        return False
    left: datetime | date = moment
    right: datetime | date = bound if bound.tzinfo else bound.replace(tzinfo=UTC)
    if bound.time() == time():
        left, right = moment.date(), bound.date()
    return {"": left == right, "<": left <= right, ">": left >= right}[sign]


def _rfc2822(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment)

"""Which days a report covers."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.http.schemas import RequestSchema

MOST_DAYS = 1_100


class PeriodQuery(RequestSchema):
    """From `first` to `last`, both counted in, in the station's days."""

    first = fields.Date(required=True, metadata={"example": "2026-11-01"})
    last = fields.Date(required=True, metadata={"example": "2026-11-30"})

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        first, last = data.get("first"), data.get("last")
        if not isinstance(first, date) or not isinstance(last, date):
            return
        if last < first:
            raise ValidationError("结束日期不能早于开始日期。 | last must not be before first.", "last")
        if (last - first).days > MOST_DAYS:
            raise ValidationError("时间跨度不能超过三年。 | The period must not exceed three years.", "last")
